"""What `batch` does with its file: everything checked, then shown or run."""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from krea_cli.catalog.request.inputs import Wishes
from krea_cli.commands.batch.shard_auto import shard_of
from krea_cli.commands.generate.run import field_options
from krea_cli.commands.session import Session
from krea_cli.errors import LedgerUnusable, NoToken, UsageError
from krea_cli.flows.batch.check.check import check
from krea_cli.flows.batch.check.lines import FORMATS
from krea_cli.flows.batch.check.options import Brief
from krea_cli.flows.batch.check.output_template import output_template
from krea_cli.flows.batch.check.requests import Defaults
from krea_cli.flows.batch.check.sweep import parse_sweep
from krea_cli.flows.batch.item_store import Roster
from krea_cli.flows.generate.compose import Composer

if TYPE_CHECKING:
    from krea_cli.commands.batch.budget_forecast import Room
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.budget import Budget

ENDINGS = {".txt": "txt", ".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
SPREADSHEETS = (".xlsx", ".xls", ".ods")
TAKEN_OVER = ("force", "allow_outside", "embed", "assume_price")  # by a brief, as they are


class Batching:
    """One `batch`; PARAMS are the parameters of the command line by name."""

    def __init__(self, session: Session, params: Mapping[str, Any]) -> None:
        self._session = session
        self._params = params
        self._brief = self._read_brief()

    def show(self) -> None:
        """Print what would be sent, what is done already and what it costs; send nothing."""
        from krea_cli.commands.batch.dry_run import Forecast

        budget, account_ledger = self._budget(), self._book_if_any()
        with closing(self._roster(account_ledger)) as roster:
            room = self._room(budget, account_ledger, roster) if budget else None
            forecast = Forecast(
                roster, account_ledger, retry=self._params["retry_failed"], room=room
            )
            forecast.tell(self._session.output)

    def run(self) -> None:
        """Make what is not made yet. Raises `NoToken`, `LedgerUnusable`, `InvalidBatch`."""
        from krea_cli.commands.batch.run import Carrying

        session, params = self._session, self._params
        if params["report"]:
            from krea_cli.flows.batch.report import check_report

            check_report(params["report"], cwd=self._brief.cwd)
        account_ledger, budget = session.account_ledger, self._budget()
        with closing(self._roster(account_ledger)) as roster:
            Carrying(session, params, brief=self._brief, roster=roster, budget=budget).run()

    def _room(
        self, budget: "Budget", account_ledger: "AccountLedger | None", roster: Roster
    ) -> "Room":
        from krea_cli.commands.batch.budget_forecast import Room
        from krea_cli.commands.batch.ledger_label import batch_label

        spending, now = (
            account_ledger.spending if account_ledger else None,
            self._session.clock.now(),
        )
        return Room(batch_label(self._brief, roster).budget(budget), spending, now=now)

    def _budget(self) -> "Budget | None":
        """The caps in force."""
        session, params = self._session, self._params
        most = params["max_cost"]
        if most is None and session.config.get("budget.day") is None:
            return None
        from krea_cli.commands.budget import budget

        return budget(session, max_cost=most, assume=params["assume_price"])

    def _roster(self, account_ledger: "AccountLedger | None") -> Roster:
        session = self._session
        composer = Composer(
            session.store(), session.api_without_token, session.clock, session.output.tell
        )
        # A pipe may keep us waiting, and a long file takes seconds: a signal ends either.
        with session.clock.exposed(), self._source() as file:
            return check(
                file,
                self._brief,
                composer,
                ledger=account_ledger,
                base=session.base,
                anonymous=account_ledger is None and self._anonymous(),
            )

    def _anonymous(self) -> bool:
        """Whether there is no token, which says whose ledger it is."""
        try:
            self._session.token()
        except NoToken:
            return True
        return False

    def _book_if_any(self) -> "AccountLedger | None":
        """The ledger of this account, if there are both: a look needs neither."""
        from krea_cli.local.ledger.ledger import Ledger

        session = self._session
        if not Ledger.is_in(session.env.state_dir):
            return None
        try:
            return session.account_ledger_if_known()
        except LedgerUnusable as error:
            session.output.warn(error.message)
            return None

    def _read_brief(self) -> Brief:
        session, params = self._session, self._params
        named = params["model"] or session.env.get("KREA_MODEL")
        named = named or session.config.get("model.default")
        sweep = parse_sweep(params["sweeps"] or ())
        if params["model"] and "model" in sweep.names:
            raise UsageError("--model and --sweep model=… were both given", hint="leave one away")
        return Brief(
            name="stdin" if params["file"] == "-" else params["file"],
            piped=params["file"] == "-",
            format=self._format(),
            defaults=Defaults(
                str(named) if named else None,
                params["count"],
                Wishes(**field_options(params, session)),
            ),
            output=output_template(params["output"], session.env.current_dir),
            cwd=session.env.current_dir,
            sweep=sweep,
            shard=shard_of(params["shard"], session.env.get),
            **{name: params[name] for name in TAKEN_OVER},
        )

    def _format(self) -> str:
        file, format = self._params["file"], self._params["format"]
        known = ", ".join(FORMATS)
        if format is not None:
            format = ENDINGS.get(f".{format.lower()}")
            if format is None:
                given = self._params["format"]
                raise UsageError(f"--format {given} is none of {known}", hint="--format csv")
            return str(format)
        ending = Path(file).suffix.lower()
        if ending in SPREADSHEETS:
            raise UsageError(
                f"{file} is a spreadsheet, and a batch is read from {known}",
                hint="save it as CSV (UTF-8)",
            )
        found = ENDINGS.get(ending)
        if found is None and os.path.isdir(file):
            raise UsageError(f"{file} is a folder", hint="krea batch FILE, or - for stdin")
        if found is None:
            raise UsageError(
                f"{file} does not say in its name what it is: {known}",
                hint=f"krea batch {file} --format csv",
            )
        return found

    @contextmanager
    def _source(self) -> Iterator[BinaryIO]:
        file = self._params["file"]
        if file == "-":
            stdin = self._session.env.stdin
            # What stands in for stdin may be text only.
            yield getattr(stdin, "buffer", None) or io.BytesIO(stdin.read().encode())
            return
        try:
            opened = Path(file).open("rb")  # noqa: SIM115 - closed below
        except (OSError, ValueError) as failure:
            if isinstance(failure, IsADirectoryError):
                raise UsageError(f"{file} is a folder", hint="krea batch FILE") from failure
            reason = getattr(failure, "strerror", None) or str(failure)
            raise UsageError(
                f"{file} cannot be read: {reason}", hint="krea batch FILE, or - for stdin"
            ) from failure
        with opened:
            yield opened
