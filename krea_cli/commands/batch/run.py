"""Run a checked batch: make every item, sum up the end, write the report."""

import sys
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from krea_cli.commands.batch.ledger_label import ledger_label
from krea_cli.commands.batch.options import BatchOptions
from krea_cli.commands.batch.summary import Summary
from krea_cli.commands.exit_status import ExitStatus
from krea_cli.commands.parallel import PARALLEL_VARIABLE, parallel_note
from krea_cli.commands.result_line import describe_result
from krea_cli.commands.session import Session
from krea_cli.errors import KreaError, LedgerUnusable, LeftToHost, OverBudget
from krea_cli.flows.batch.check.options import CheckOptions
from krea_cli.flows.batch.item_store import ItemStore
from krea_cli.flows.batch.run.concurrency_limit import AUTO_MAX
from krea_cli.flows.batch.run.deadline import next_time_of_day
from krea_cli.flows.batch.run.options import RunOptions
from krea_cli.flows.batch.run.retries import Retries
from krea_cli.flows.batch.run.scheduler import Scheduler
from krea_cli.flows.batch.run.take_over_tags import take_over_tags
from krea_cli.local.ledger.low_caps import find_low_caps
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.flows.batch.item import Item
    from krea_cli.flows.context import FlowContext
    from krea_cli.flows.download.save import ResultSaver
    from krea_cli.flows.submit.elsewhere import Elsewhere
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.file_rows import FileOwner

# A request passes through three threads: beside a download each would wait 5 ms for its turn.
SWITCH_INTERVAL_SECONDS = 0.0005
USAGE_EXIT_CODE = 2
FILES_PER_JOB = 4  # open at once: its part file, a connection, and room for what is read


class BatchRun:
    """One batch under way."""

    def __init__(
        self,
        session: Session,
        options: BatchOptions,
        check_options: CheckOptions,
        items: ItemStore,
        *,
        budget: "Budget | None",
    ) -> None:
        self._session = session
        self._options = options
        self._check_options = check_options
        self._items = items
        self._label = ledger_label(check_options, items)
        self._budget = self._label.budget(budget) if budget else None

    def run(self) -> None:
        """Make the items not made yet; end with the exit code of the worst error."""
        session, clock = self._session, self._session.clock
        _raise_open_file_limit((self._options.jobs or AUTO_MAX) * FILES_PER_JOB)
        sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
        context = session.flow_context(budget=self._budget)
        take_over_tags(self._items, context.ledger)
        if self._check_options.shard.count > 1:
            # The other shares submit as well, from wherever they are.
            context = replace(context, shared=True)
        if session.env.get(PARALLEL_VARIABLE) and (note := parallel_note(context.parallel)):
            session.output.warn(note)
        scheduler = Scheduler(
            self._items,
            len(self._items),
            self._run_options(),
            context,
            self._result_saver(context),
        )
        if self._items.is_part:
            chosen, listed = len(self._items), self._items.listed_count
            are = "is" if chosen == 1 else "are"
            session.output.say(f"{chosen:,} of the {listed:,} items of the list {are} chosen")
        started_at = clock.monotonic()
        summary = Summary()
        with ExitStatus(session.output) as exit_status:
            try:
                with session.output.progress():
                    self._make(scheduler, exit_status, summary)
            finally:
                # Told even when a signal or a bug ends it: it is about money.
                summary.print(
                    session.output,
                    scheduler.progress,
                    in_other_runs=self._spent_in_other_runs(scheduler.progress.spent),
                    at_once=scheduler.most_running,
                    retry=shell_line("krea", *session.argv),
                    seconds=clock.monotonic() - started_at,
                )
                if scheduler.stop:
                    self._suggest_cap(scheduler.stop)
                    exit_status.report(scheduler.stop)
                self._tell_unsaved_jobs()
            self._write_report()

    def _tell_unsaved_jobs(self) -> None:
        """Tell what was paid long ago, by whatever command, and not saved."""
        from krea_cli.commands.unsaved_jobs import describe_unsaved_jobs

        with suppress(LedgerUnusable):
            for sentence in describe_unsaved_jobs(self._session):
                self._session.output.say(sentence)

    def _spent_in_other_runs(self, spent: int) -> int:
        """Return the spending of the batch but for the SPENT of this run: before it or beside it.

        Jobs that failed unbilled since are left out, as in the sum under the cap.
        """
        if not self._budget:
            return 0
        with suppress(LedgerUnusable):
            total = self._session.account_ledger.spending.sum_batch(self._label.batch)
            amount = total.amount(self._budget.assumed_price)
            return max(0, (total.priced if amount is None else amount) - spent)
        return 0

    def _result_saver(self, context: "FlowContext") -> "ResultSaver":
        """A saver; with --force it overwrites no file that an item of this list still needs.

        Results that only sidecars know are recorded before.
        """
        from krea_cli.flows.batch.run.adopt_results import adopt_results

        adopt_results(self._items, self._run_options(), context.ledger)
        saver = self._session.result_saver()
        if not self._options.force:
            return saver
        from krea_cli.flows.batch.item_store import short_fingerprint
        from krea_cli.flows.files.kept_files import KeptFiles

        listed = self._items.listed

        def is_needed(owner: "FileOwner") -> bool:
            item = owner.item_fingerprint
            return item is not None and short_fingerprint(item) in listed

        return replace(saver, kept_files=KeptFiles(context.ledger, is_needed))

    def _make(self, scheduler: Scheduler, exit_status: ExitStatus, summary: Summary) -> None:
        output, is_heard = self._session.output, True
        for outcome in scheduler.outcomes():
            if error := outcome.error:
                is_usage = error.exit_code == USAGE_EXIT_CODE  # of one item: others were paid
                exit_status.count(KreaError(error.message) if is_usage else error)
                if isinstance(error, LeftToHost):
                    error.suggest(shell_line("krea", *self._session.argv))
                summary.add(outcome.item.line, error)
            if is_heard:
                try:
                    if error:
                        output.print_record(outcome.record())
                    else:
                        output.print_files(outcome.record(), describe_result)
                except KreaError as failure:  # stdout takes no more: paid results are still saved
                    is_heard = False
                    scheduler.halt(failure)

    def _suggest_cap(self, stop: KreaError) -> None:
        """Bring the sum of STOP up to date, and hint at caps that are enough for the rest."""
        if not isinstance(stop, OverBudget) or not self._budget:
            return
        with suppress(LedgerUnusable):
            ledger, now = self._session.account_ledger, self._session.clock.now()
            self._budget.update(stop, ledger.spending, now)
            costs = [item.cost for item in self._items if self._is_left(item)]
            if costs and (low := find_low_caps(self._budget, costs, ledger.spending, now=now)):
                stop.hint = low.resuming_hint("the same command")

    def _is_left(self, item: "Item") -> bool:
        """Tell if ITEM is to be paid for by the same command, run now."""
        state = self._session.account_ledger.items.find_state(item.fingerprint)
        is_made_elsewhere = bool(item.existing_file) and state is None
        is_free = item.shares_payment or is_made_elsewhere
        return not is_free and self._retries.is_unsent(item, state)

    @cached_property
    def _retries(self) -> Retries:
        options, items = self._options, self._session.account_ledger.items
        return Retries(items, limit=options.retries, retry_failed=options.retries_failed)

    @cached_property
    def _max_failures(self) -> int | None:
        """The number of failures that ends this run; a share is one of the jobs to be sent."""
        limit = self._options.max_failures
        if limit is None:
            return None
        jobs = sum(map(self._is_left, self._items)) if limit.is_percent else 0
        return limit.count(jobs)

    @cached_property
    def _deadline(self) -> float | None:
        option, now = self._options.deadline, self._session.clock.now()
        if option is None:
            return None
        if option.minutes is None:
            return now + option.seconds
        return next_time_of_day(option.minutes, now)

    def _write_report(self) -> None:
        if path := self._options.report:
            from krea_cli.flows.batch.item_elsewhere import find_item_elsewhere
            from krea_cli.flows.batch.report import write_report

            ledger, clock = self._session.account_ledger, self._session.clock
            cwd, others = self._check_options.cwd, self._session.other_ledgers

            def find_elsewhere(item: "Item") -> "Elsewhere | None":
                model = self._items.models[item.model]
                return find_item_elsewhere(item, model, others, cwd=cwd)

            # Of the whole list, also after a part: no line of an earlier report is lost.
            items = self._items.list_all()
            write_report(path, items, ledger, cwd=cwd, clock=clock, find_elsewhere=find_elsewhere)

    def _run_options(self) -> RunOptions:
        session, options = self._session, self._options
        return RunOptions(
            label=self._label.own,
            cwd=self._check_options.cwd,
            model=self._items.models.__getitem__,
            timeout_for=lambda kind: session.timeout_seconds(options.timeout, kind),
            jobs=options.jobs,
            retry_failed=options.retries_failed,
            retries=options.retries,
            max_failures=self._max_failures,
            deadline=self._deadline,
            fail_fast=options.fail_fast,
            force=options.force,
            sidecar=options.sidecar,
            embed=options.embed,
            convert=options.convert,
            original=not options.no_original,
            webhook=options.webhook,
            profile=options.profile,
        )


def _raise_open_file_limit(files: int) -> None:
    """Let the process have FILES more open, where the system permits."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return
    wanted = files + soft
    with suppress(OSError, ValueError, OverflowError):
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
