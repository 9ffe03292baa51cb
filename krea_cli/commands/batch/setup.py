"""Set up one `batch`: check the whole list, then show or run it."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.commands.batch.list_format import STDIN, find_list_format, other_words_of
from krea_cli.commands.batch.modes import refuse_other_modes
from krea_cli.commands.batch.options import BatchOptions
from krea_cli.commands.batch.shard_auto import find_shard
from krea_cli.commands.budget import load_budget, tell_catalog_changes
from krea_cli.commands.conversion import refuse_conversion
from krea_cli.commands.implied_output import find_implied_output
from krea_cli.commands.preset_lookup import take_preset
from krea_cli.commands.request_options import UNKNOWN_WITHOUT_TOKEN, model_name
from krea_cli.commands.session import Session
from krea_cli.commands.variants import read_vary
from krea_cli.errors import LedgerUnusable, UsageError
from krea_cli.flows.batch.check.check import check_batch
from krea_cli.flows.batch.check.existing_files import ExistingFiles
from krea_cli.flows.batch.check.line_requests import Defaults
from krea_cli.flows.batch.check.options import CheckOptions
from krea_cli.flows.batch.check.output_template import OutputTemplate, parse_output_template
from krea_cli.flows.batch.check.sweep import parse_sweep
from krea_cli.flows.batch.item_store import ItemStore

if TYPE_CHECKING:
    from krea_cli.commands.batch.budget_forecast import BudgetForecast
    from krea_cli.commands.batch.dry_run import DryRun
    from krea_cli.flows.batch.check.contents import ContentCheck
    from krea_cli.flows.batch.item import Item
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.other_ledgers import OtherLedgers


class BatchSetup:
    """One `batch`."""

    def __init__(self, session: Session, options: BatchOptions) -> None:
        self._session = session
        self._options = options
        refuse_other_modes(options)
        output, convert = options.output, options.convert
        refuse_conversion(convert=convert, no_original=options.no_original, name=output)
        self._check_options = _check_options(session, options)

    def show(self) -> None:
        """Print the requests to be sent, the items done, and the cost; send nothing."""
        session, options = self._session, self._options
        budget = load_budget(session, max_cost=options.max_cost, assumed_price=options.assume_price)
        ledger = self._ledger_if_any()
        with closing(self._check(ledger)) as items:
            forecast = self._forecast(budget, ledger, items) if budget else None
            self._dry_run(items, ledger, forecast).print(session.output)

    def check_contents(self) -> None:
        """Check the list and read every file that it made; send nothing.

        Raises `InvalidBatch` for a file with other bytes than its result.
        """
        from krea_cli.commands.batch.content_check import print_contents
        from krea_cli.flows.batch.check.contents import ContentCheck

        ledger = self._ledger_if_any()
        contents = ContentCheck(ledger, self._check_options.cwd)
        self._check(ledger, contents).close()
        print_contents(contents, self._session.output)

    def prune(self) -> None:
        """Print the files of earlier lines, or move them away; send nothing.

        Raises `InvalidBatch`, LedgerUnusable, and `NoToken` where the account is not known.
        """
        from krea_cli.commands.batch.prune import prune_list

        # A file of an earlier line may stand where a line wants to save another.
        self._check_options = replace(self._check_options, force=True)
        prune_list(self._session, self._options, self._check_options, self._check)

    def run(self) -> None:
        """Make the items that are not made yet.

        Raises `NoToken`, `LedgerUnusable`, `InvalidBatch`.
        """
        from krea_cli.commands.batch.run import BatchRun

        session, options = self._session, self._options
        session.deadline = None  # --timeout is for each job
        if options.report:
            from krea_cli.flows.batch.report import check_report

            ledger = session.account_ledger_if_logged_in()
            check_report(options.report, cwd=self._check_options.cwd, ledger=ledger)
        ledger = session.account_ledger
        session.recognize_keys()
        budget = load_budget(
            session,
            max_cost=options.max_cost,
            assumed_price=options.assume_price,
            sends_many=True,
        )
        with closing(self._check(ledger)) as items:
            self._confirm(items, ledger)
            BatchRun(session, options, self._check_options, items, budget=budget).run()

    def _confirm(self, items: ItemStore, ledger: "AccountLedger") -> None:
        """Ask before the unpaid items are sent, if they cost much. Raises `NotConfirmed`."""
        from krea_cli.catalog.prices import PriceTotal
        from krea_cli.commands.confirm import Confirmation

        session, options = self._session, self._options
        confirmation = Confirmation(session, yes=options.yes, max_cost=options.max_cost)
        if not confirmation.can_ask:
            return
        total = PriceTotal()
        for item in items:
            total.add(item.cost, item.about)
        if confirmation.is_needed(total):
            ledger.settle_unsent(session.clock.boot()[0])
            with session.clock.interruptible():
                count, total = self._dry_run(items, ledger).count_unpaid()
            confirmation.require(total, "1 item" if count == 1 else f"{count:,} items")

    def _dry_run(
        self,
        items: ItemStore,
        ledger: "AccountLedger | None",
        forecast: "BudgetForecast | None" = None,
    ) -> "DryRun":
        from krea_cli.commands.batch.dry_run import DryRun

        return DryRun(
            items,
            ledger,
            profile=self._options.profile,
            is_retried=self._retry_rule(ledger),
            force=self._options.force,
            others=self._others_if_any(ledger),
            cwd=self._check_options.cwd,
            forecast=forecast,
            now=self._session.clock.now(),
        )

    def _retry_rule(self, ledger: "AccountLedger | None") -> "Callable[[Item, str | None], bool]":
        """The rule by which failed items are sent again; without LEDGER, none is known."""
        from krea_cli.flows.batch.run.retries import Retries

        if ledger is None:
            return lambda item, state: False
        options = self._options
        retries = Retries(ledger.items, limit=options.retries, retry_failed=options.retries_failed)
        return retries.is_unsent

    def _forecast(
        self, budget: "Budget", ledger: "AccountLedger | None", items: ItemStore
    ) -> "BudgetForecast":
        from krea_cli.commands.batch.budget_forecast import BudgetForecast
        from krea_cli.commands.batch.ledger_label import ledger_label

        label = ledger_label(self._check_options, items)
        spending = ledger.spending if ledger else None
        return BudgetForecast(label.budget(budget), spending, now=self._session.clock.now())

    def _check(
        self, ledger: "AccountLedger | None", contents: "ContentCheck | None" = None
    ) -> ItemStore:
        session, others = self._session, self._others_if_any(ledger)
        existing_files = ExistingFiles(ledger, session.base, others, contents=contents)
        # A pipe may keep us waiting, and a long file takes seconds: a signal ends either.
        with session.clock.interruptible(), self._open_list() as file:
            items = check_batch(
                file,
                self._check_options,
                session.composer(),
                ledger=ledger,
                existing_files=existing_files,
                anonymous=ledger is None and not session.is_logged_in(),
                earlier_catalogs=session.catalog_cache.earlier_catalogs,
            )
        tell_catalog_changes(session, items.models)
        for warning in items.warnings:
            session.output.warn(warning)
        return items

    def _ledger_if_any(self) -> "AccountLedger | None":
        """The ledger of this account, if there are both: a dry run needs neither."""
        from krea_cli.local.ledger.ledger import Ledger

        session = self._session
        if not Ledger.exists_in(session.env.state_dir, session.host):
            return None
        try:
            if ledger := session.account_ledger_if_logged_in():
                session.recognize_keys()
                ledger.settle_unsent(session.clock.boot()[0])
            else:
                session.output.say(UNKNOWN_WITHOUT_TOKEN)
            return ledger
        except LedgerUnusable as error:
            session.output.warn(error.message)
            return None

    def _others_if_any(self, ledger: "AccountLedger | None") -> "OtherLedgers | None":
        """The ledgers of other hosts, if there is a token, and no broken LEDGER of our own."""
        from krea_cli.local.ledger.ledger import Ledger

        session = self._session
        is_broken = ledger is None and Ledger.exists_in(session.env.state_dir, session.host)
        return session.other_ledgers if session.is_logged_in() and not is_broken else None

    @contextmanager
    def _open_list(self) -> Iterator[BinaryIO]:
        file = self._options.file
        if file == STDIN:
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
                f"{file} cannot be read: {reason}", hint="krea batch FILE; - is stdin"
            ) from failure
        with opened:
            yield opened


def _check_options(session: Session, options: BatchOptions) -> CheckOptions:
    preset = take_preset(session, options.preset)
    model = model_name(session, options.model or preset.model)
    inputs = RequestInputs(preset=preset.fields, **options.request_inputs(session))
    sweep = parse_sweep(options.sweeps or ())
    if options.model and "model" in sweep.names:
        raise UsageError(
            "--model and --sweep model=… were both given", hint="give only one of them"
        )
    is_stdin = options.file == STDIN
    other_words = other_words_of(session.argv, options.file)
    return CheckOptions(
        name="stdin" if is_stdin else options.file,
        is_stdin=is_stdin,
        format=find_list_format(options.file, options.format, other_words),
        other_words=other_words,
        is_format_stated=options.format is not None,
        defaults=Defaults(model, options.count, inputs, options.read_tags()),
        output=_parse_output(session, options),
        cwd=session.env.current_dir,
        sweep=sweep,
        shard=find_shard(options.shard, session.env.get),
        part=options.part,
        force=options.force,
        allow_outside=options.allow_outside,
        embed=options.embed,
        convert=options.convert,
        assume_price=options.assume_price,
        vary=read_vary(session, options, Path() if is_stdin else Path(options.file).parent),
    )


def _parse_output(session: Session, options: BatchOptions) -> OutputTemplate:
    """The template of -o, else that of the settings. Raises `UsageError`."""
    text = options.output
    if text is None and (implied := find_implied_output(session)):
        text = implied.text
    return parse_output_template(text, session.env.current_dir)
