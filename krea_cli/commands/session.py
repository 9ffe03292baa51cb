"""Session: everything that a command works with, each piece made on first use."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from krea_cli.commands.rehearsal import is_rehearsal
from krea_cli.env import Env
from krea_cli.errors import LedgerUnusable, NoToken
from krea_cli.terminal.output import Output

if TYPE_CHECKING:
    from krea_cli.api.client import ApiClient
    from krea_cli.api.http import HttpClient
    from krea_cli.catalog.cache import CatalogCache
    from krea_cli.catalog.diff import CatalogDiff
    from krea_cli.catalog.model import Model
    from krea_cli.commands.project import ProjectUse
    from krea_cli.flows.context import FlowContext
    from krea_cli.flows.download.save import ResultSaver
    from krea_cli.flows.generate.compose import Composer
    from krea_cli.flows.jobs.status import StatusReader
    from krea_cli.local.config import Config
    from krea_cli.local.credentials import Token
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.heartbeat import Heartbeat
    from krea_cli.local.ledger.host import Host
    from krea_cli.local.ledger.ledger import Ledger
    from krea_cli.local.ledger.other_ledgers import OtherLedgers


class Session:
    """One run of one command; `context.obj` of every command function.

    env: the outside of the process
    clock: the clock of `env`, used by every wait of this command
    output: the one sink for everything that is printed
    argv: the command line as it was typed
    profile: the value of --profile
    token_file: the value of --token-file
    no_ledger: True after --no-ledger
    catalog_changes: what the last refresh by this command changed; None without one
    deadline: end of the time that --timeout gives, monotonic; None without one
    """

    def __init__(self, env: Env, output: Output, argv: Sequence[str] = ()) -> None:
        self.env = env
        self.clock = env.clock
        self.output = output
        self.argv = tuple(argv)
        self.profile: str | None = None
        self.token_file: str | None = None
        self.no_ledger = False
        self.deadline: float | None = None
        self._opened: list[HttpClient | Heartbeat] = []
        output.is_rehearsal = partial(is_rehearsal, self._opened, self)
        self.catalog_changes: CatalogDiff | None = None

    @cached_property
    def config(self) -> "Config":
        """The settings; none are set if there is no file."""
        from krea_cli.local.config import Config

        return Config.load(self.env.config_dir)

    @cached_property
    def project(self) -> "ProjectUse":
        """The krea.toml of the current folder, or of one above it."""
        from krea_cli.commands.project import ProjectUse

        return ProjectUse(self.env, self.output)

    @cached_property
    def base(self) -> str:
        """The API's address: KREA_API_BASE, else the setting api.base, else the public API."""
        from krea_cli.local.base_address import DEFAULT_API_BASE, normalize_base

        base = self.env.get("KREA_API_BASE") or self.config.get("api.base") or DEFAULT_API_BASE
        return normalize_base(str(base))

    @cached_property
    def token(self) -> "Token":
        """The token and its source. Raises `NoToken`."""
        from krea_cli.local.credentials import find_token

        return find_token(
            self.env.get,
            folder=self.env.config_dir,
            token_file=self.token_file,
            profile=self.profile,
            base=self.base,
        )

    def is_logged_in(self) -> bool:
        """Return True if there is a token, accepted or not."""
        try:
            return bool(self.token.value)
        except NoToken:
            return False

    def _open_http(self, token: str | None) -> "HttpClient":
        from krea_cli.commands.connections import open_http

        log = self.output.trace if self.output.verbose else None
        http = open_http(self.env, self.base, token, log=log)
        self._opened.append(http)
        return http

    @cached_property
    def http(self) -> "HttpClient":
        """The connections, with the token. Raises `NoToken`."""
        return self._open_http(self.token.value)

    @cached_property
    def api(self) -> "ApiClient":
        """The endpoints, with the token. Raises `NoToken`."""
        from krea_cli.api.client import ApiClient

        client = ApiClient(self.http)
        self.output.read_charge = lambda: client.charged
        return client

    def api_with_token(self, token: str | None) -> "ApiClient":
        """Return the endpoints with TOKEN, or without any, instead of the session's own."""
        from krea_cli.api.client import ApiClient

        return ApiClient(self._open_http(token))

    @cached_property
    def ledger(self) -> "Ledger":
        """The ledger in the state folder; in memory after --no-ledger. Raises `LedgerUnusable`."""
        from krea_cli.commands.environment_errors import warn_of_relative_folder
        from krea_cli.commands.hosts import open_ledger

        if not self.no_ledger:
            warn_of_relative_folder(self.env, self.output.warn)
        return open_ledger(self.env, None if self.no_ledger else self.host, self.clock.now)

    @cached_property
    def host(self) -> "Host":
        """This machine, with the name of its ledger. Raises `UsageError` for a wrong name."""
        from krea_cli.commands.hosts import find_host

        return find_host(self.env, lambda: self.config)

    @cached_property
    def account_ledger(self) -> "AccountLedger":
        """The ledger as this base and account see it. Raises `NoToken`, `LedgerUnusable`."""
        from krea_cli.local.credentials import account_of

        return self.ledger.for_account(self.base, account_of(self.token.value))

    @cached_property
    def other_ledgers(self) -> "OtherLedgers | None":
        """The ledgers of other hosts; None after --no-ledger. Raises as `account_ledger` does."""
        if self.no_ledger:
            return None
        from krea_cli.commands.hosts import open_other_ledgers

        own, _ = self.host.locate_ledger(self.env.state_dir)
        ledger = self.account_ledger if own.exists() else None  # a dry run makes none
        token, monotonic = self.token.value, self.clock.monotonic
        return open_other_ledgers(own, ledger, self.base, token, self.output.warn, monotonic)

    def account_ledger_if_logged_in(self) -> "AccountLedger | None":
        """Return the account's ledger, or None without a token. Raises `LedgerUnusable`."""
        return self.account_ledger if self.is_logged_in() else None

    def account_ledger_if_usable(self) -> "AccountLedger | None":
        """Return the account's ledger; warn and return None if it is broken. Raises `NoToken`."""
        try:
            return self.account_ledger
        except LedgerUnusable as error:
            self.output.warn(error.message)
            return None

    @cached_property
    def catalog_cache(self) -> "CatalogCache":
        """The cached catalog of this base; loads the embedded snapshot if nothing is cached."""
        from krea_cli.catalog.cache import CatalogCache

        return CatalogCache(self.env.cache_dir, self.base)

    def composer(self) -> "Composer":
        """Return a composer of requests. It may ask the service for a newer catalog."""
        from krea_cli.flows.generate.compose import Composer

        cache, tell, refresh = self.catalog_cache, self.output.tell, self.refresh_catalog
        origin = partial(self.project.model_origin, self.config)
        gone = self.catalog_changes.removed if self.catalog_changes else ()
        return Composer(cache, refresh, self.clock, tell, name_origin=origin, gone=gone)

    def refresh_catalog(self) -> "CatalogDiff":
        """Fetch the catalog of this base into the cache, and return what changed.

        Raises `KreaError` if the service cannot be asked, or its answer cannot be used.
        """
        from krea_cli.commands.connections import refresh_catalog

        api = self.api_with_token(None)
        self.catalog_changes = refresh_catalog(self.catalog_cache, api, self.clock, self.deadline)
        return self.catalog_changes

    def model_if_known(self, model_id: str) -> "Model | None":
        """Return the model MODEL_ID, or None if the catalog lacks it or cannot be read."""
        from krea_cli.catalog.openapi.document import UnreadableDocument

        try:
            return self.catalog_cache.load().model(model_id)
        except (KeyError, UnreadableDocument):
            return None

    def typical_seconds(self, model_id: str) -> float | None:
        """Return the usual time of a job of MODEL_ID, in seconds; None if it is unknown."""
        model = self.model_if_known(model_id)
        return model.typical_seconds if model else None

    def timeout_seconds(self, timeout: float | None, kind: str | None) -> float | None:
        """Return TIMEOUT, else the seconds that the settings give a job of KIND; None: for ever."""
        if timeout is None:
            timeout = self.config.timeout_seconds("image" if kind == "image" else "other")
        return timeout or None

    def prune_history(self) -> int:
        """Delete requests older than the setting history.keep, and return their number."""
        from krea_cli.local.history_limit import prune_history

        return prune_history(self.config, self.ledger, self.clock.now())

    def flow_context(self, *, budget: "Budget | None" = None) -> "FlowContext":
        """Return the context of a flow that pays. Raises `NoToken`, `LedgerUnusable`."""
        from krea_cli.commands.hosts import start_heartbeat
        from krea_cli.commands.parallel import find_parallel

        heartbeat = None if self.no_ledger else start_heartbeat(self.env, self.host, self.argv)
        self._opened += [heartbeat] if heartbeat else []
        self.prune_history()
        # Without a ledger, our own jobs of another process look like a stranger's.
        is_shared = self.config.get("account.shared")  # None where the user said nothing
        self.recognize_keys()
        return self._make_context(
            self.account_ledger,
            parallel=find_parallel(self.env.get, self.config),
            shared=self.no_ledger or is_shared is True,
            alone=is_shared is False,
            budget=budget,
            others=self.other_ledgers,
            heartbeat=heartbeat,
        )

    def recognize_keys(self) -> None:
        """Ask the service, once for each, if earlier keys of this ledger are of this account.

        Raises `NoToken`.
        """
        with suppress(LedgerUnusable):  # told by what needs the ledger
            if self.account_ledger.keys.list_unknown():
                from krea_cli.flows.jobs.other_keys import recognize_keys

                recognize_keys(self.best_effort_context, self.profile, deadline=self.deadline)

    @cached_property
    def best_effort_context(self) -> "FlowContext":
        """The context of a flow that submits nothing and needs no ledger. Raises `NoToken`."""
        return self._make_context(self.account_ledger_if_usable())

    def _make_context(self, ledger: "AccountLedger | None", **options: Any) -> "FlowContext":
        from krea_cli.flows.context import FlowContext

        return FlowContext(
            api=self.api,
            http=self.http,
            account_ledger=ledger,
            clock=self.clock,
            tell=self.output.tell,
            random=self.env.random,
            **options,
        )

    def status_reader(self) -> "StatusReader":
        """Return a reader of the status of many jobs."""
        from krea_cli.flows.jobs.status import StatusReader

        self.recognize_keys()
        return StatusReader(self.best_effort_context, deadline=self.deadline)

    def result_saver(self) -> "ResultSaver":
        """Return a saver of the results of finished jobs."""
        from krea_cli.flows.download.save import ResultSaver

        return ResultSaver(self.best_effort_context, write_stdout=self.output.write_bytes)

    def close(self) -> None:
        """Close the connections and the ledgers, and end the heartbeat."""
        ledgers = (self.__dict__.get(name) for name in ("other_ledgers", "ledger"))
        # Those that were opened: none is opened just to be closed.
        for each in (*self._opened, *filter(None, ledgers)):
            each.close()
