"""Session: what a command needs of the world, each piece made when it is first asked for."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from krea_cli import __version__
from krea_cli.clock import Clock
from krea_cli.env import Env
from krea_cli.errors import LedgerUnusable
from krea_cli.terminal.output import Output

if TYPE_CHECKING:
    from krea_cli.api.client import Api
    from krea_cli.api.http import Http
    from krea_cli.catalog.cache import Store
    from krea_cli.catalog.catalog import Catalog
    from krea_cli.catalog.model import Model
    from krea_cli.flows.context import FlowContext
    from krea_cli.flows.download.save import Saver
    from krea_cli.flows.jobs.status import Glance
    from krea_cli.local.config import Config
    from krea_cli.local.credentials import Token
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.ledger import AccountLedger, Ledger

PUBLIC_BASE = "https://api.krea.ai"
DEFAULT_PATIENCE = {"image": 15 * 60.0, "other": 150 * 60.0}


def normal_base(address: str) -> str:
    """ADDRESS in the one spelling that ledger, cache and logins know the service by."""
    scheme, slashes, rest = address.strip().rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    scheme, host = scheme.lower(), host.lower()
    host = host.removesuffix({"https": ":443", "http": ":80"}.get(scheme, ":"))
    return f"{scheme}{slashes}{host}{slash}{path}" if slashes else address


class Session:
    """One run of one command; `context.obj` of every command function.

    `argv` is the command line as it was typed; `profile`, `token_file` and `without_ledger` are
    what it said of them.
    """

    def __init__(self, env: Env, output: Output, argv: Sequence[str] = ()) -> None:
        self.env = env
        self.output = output
        self.argv = tuple(argv)
        self.profile: str | None = None
        self.token_file: str | None = None
        self.without_ledger = False
        self._connections: list[Http] = []

    @property
    def clock(self) -> Clock:
        """The clock that every wait of this command goes through."""
        return self.env.clock

    @cached_property
    def config(self) -> "Config":
        """The settings file; an absent one is an empty one."""
        from krea_cli.local.config import Config

        return Config.load(self.env.config_dir)

    @cached_property
    def base(self) -> str:
        """The API's address: KREA_API_BASE, then the setting api.base, then the public one."""
        chosen = self.env.get("KREA_API_BASE") or self.config.get("api.base") or PUBLIC_BASE
        return normal_base(str(chosen))

    @cached_property
    def _token(self) -> "Token":
        from krea_cli.local.credentials import find_token

        return find_token(
            self.env.get,
            folder=self.env.config_dir,
            token_file=self.token_file,
            profile=self.profile,
            base=self.base,
        )

    def token(self) -> "Token":
        """The token and where it comes from. Raises `NoToken` when there is none."""
        return self._token

    def _http(self, token: str | None) -> "Http":
        from krea_cli.api.http import Http

        http = Http(
            self.base,
            token,
            version=__version__,
            transport=self.env.transport,
            log=self.output.trace,
        )
        self._connections.append(http)
        return http

    @cached_property
    def http(self) -> "Http":
        """The HTTP layer with the token. Raises `NoToken`."""
        return self._http(self.token().value)

    @cached_property
    def api(self) -> "Api":
        """The API with the token. Raises `NoToken`."""
        from krea_cli.api.client import Api

        return Api(self.http)

    @cached_property
    def api_without_token(self) -> "Api":
        """The API for what is public: the OpenAPI document."""
        from krea_cli.api.client import Api

        return Api(self._http(None))

    def api_with(self, token: str) -> "Api":
        """The API with a token that is not stored yet."""
        from krea_cli.api.client import Api

        return Api(self._http(token))

    def ledger(self) -> "Ledger":
        """The ledger in the state folder. Raises `LedgerUnusable`."""
        return self._ledger

    @cached_property
    def _ledger(self) -> "Ledger":
        from krea_cli.local.ledger.ledger import Ledger

        if self.without_ledger:
            return Ledger.in_memory()
        return Ledger.open(self.env.state_dir, clock_now=self.clock.now)

    @cached_property
    def account_ledger(self) -> "AccountLedger":
        """The ledger as this base and account see it. Raises `NoToken`, `LedgerUnusable`."""
        from krea_cli.local.credentials import account_of

        return self.ledger().for_account(self.base, account_of(self.token().value))

    def account_ledger_if_known(self) -> "AccountLedger | None":
        """The book; None without a token, which says whose it is. Raises `LedgerUnusable`."""
        from krea_cli.errors import NoToken

        try:
            return self.account_ledger
        except NoToken:
            return None

    def account_ledger_or_none(self) -> "AccountLedger | None":
        """The book for commands that only read the service; a broken ledger is only warned of."""
        try:
            return self.account_ledger
        except LedgerUnusable as error:
            self.output.warn(error.message)
            return None

    @cached_property
    def _store(self) -> "Store":
        from krea_cli.catalog.cache import Store

        return Store(self.env.cache_dir, self.base)

    def store(self) -> "Store":
        """Where this base's catalogue is cached."""
        return self._store

    def catalog(self) -> "Catalog":
        """The cached live catalogue, or the embedded snapshot."""
        return self._store.load()

    def catalog_seconds(self, model_id: str) -> float | None:
        """How long a job of MODEL_ID usually takes, if today's catalogue says."""
        model = self.model_if_known(model_id)
        return model.typical_seconds if model else None

    def model_if_known(self, model_id: str) -> "Model | None":
        """The model of that id, None where the catalogue has none or cannot be read."""
        from krea_cli.catalog.openapi.document import UnreadableDocument

        try:
            return self.catalog().model(model_id)
        except (KeyError, UnreadableDocument):
            return None

    def prune(self) -> int:
        """Let go of what is older than the setting history.keep; how many requests that was."""
        keep = self.config.get("history.keep")
        return self.ledger().prune(self.clock.now() - float(keep)) if keep is not None else 0

    def flow_context(self, *, budget: "Budget | None" = None) -> "FlowContext":
        """What a flow needs of the outside; one that submits needs the BUDGET as well.

        Raises `NoToken`, `LedgerUnusable`.
        """
        from krea_cli.flows.context import FlowContext

        self.prune()
        return FlowContext(
            api=self.api,
            http=self.http,
            ledger=self.account_ledger,
            clock=self.clock,
            tell=self.output.tell,
            random=self.env.random,
            # Without a ledger, our own jobs of another process look like a stranger's.
            shared=self.without_ledger or bool(self.config.get("account.shared")),
            budget=budget,
        )

    def glance(self) -> "Glance":
        """What reads many jobs in few requests."""
        from krea_cli.flows.jobs.ledger_view import Recall
        from krea_cli.flows.jobs.status import Glance

        recall = Recall(self.account_ledger_or_none(), self.output.tell)
        return Glance(self.api, recall, self.clock, self.env.random)

    def saver(self) -> "Saver":
        """What saves the results of finished jobs."""
        from krea_cli.flows.download.save import Saver

        return Saver(
            api=self.api,
            http=self.http,
            ledger=self.account_ledger_or_none(),
            clock=self.clock,
            tell=self.output.tell,
            random=self.env.random,
            pour=self.output.bytes,
        )

    def patience(self, timeout: float | None, kind: str | None) -> float | None:
        """Seconds to wait for a job of KIND: --timeout, the setting, the default; None: for ever.

        The defaults are above what the service itself allows a job: 3 minutes and 2 hours.
        """
        if timeout is None:
            name = "image" if kind == "image" else "other"
            chosen = self.config.get(f"timeout.{name}")
            timeout = float(chosen) if chosen is not None else DEFAULT_PATIENCE[name]
        return timeout or None

    def close(self) -> None:
        """Give back what was opened: the ledger and the connections."""
        for http in self._connections:
            http.close()
        if ledger := self.__dict__.get("_ledger"):
            ledger.close()
