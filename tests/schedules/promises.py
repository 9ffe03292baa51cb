"""The promises that hold after each step of a schedule, and at its end."""

import json
from collections.abc import Iterator
from typing import Any

from tests.harness.cli import CliResult
from tests.schedules.file_promises import FilePromises
from tests.schedules.processes import count_wrong_sums, read_ledger
from tests.schedules.service import STRANGER, PostFault

# Above the longest times of sending and listing, and of a late job.
SETTLING_SECONDS = 500.0
# After a lost request, its own job may be made: 3 s to be prompt, 1 s of the service's clock in
# whole seconds, 0.5 s of slack, and 1 s more while the times of all jobs are whole seconds.
PROMPT_SECONDS = 5.5
VARIANTS = 2  # of a prompt with choices
IN_DOUBT = ("unknown", "unfound", "sending")


class Promises(FilePromises):
    """Runs commands, and checks the promises after each.

    allowed: how many jobs each prompt may have
    renounced: the prompts of which a job was let go
    lists: the prompts of each list
    caps: the caps of lists, in jobs
    retries: how often each prompt may be sent again by itself after a failure
    tries: how many failed jobs each prompt may have had, by --retries and --only-failed
    draws: the prompts that a prompt with choices may be sent as
    """

    def __init__(self) -> None:
        super().__init__()
        self.allowed: dict[str, int] = {}
        self.renounced: set[str] = set()
        self.lists: dict[str, list[str]] = {}
        self.caps: dict[str, int] = {}
        self.retries: dict[str, int] = {}
        self.tries: dict[str, int] = {}
        self.draws: dict[str, list[str]] = {}

    def run(
        self,
        *commands: tuple[str, ...],
        faults: list[PostFault] | None = None,
        kills: tuple[int | None, ...] = (),
        gap: float = 0.0,
    ) -> list[CliResult]:
        """Run COMMANDS, and check what must hold after every step."""
        self.schedule.faults = list(faults or ())
        posts = self.schedule.service.posts
        jobs = set(self.schedule.service.jobs)
        results = self.schedule.run(*commands, kills=kills, gap=gap)
        self.schedule.faults = []
        for result in results:
            assert result.code not in (99, 10), result
            assert "this is a bug" not in result.err, result
        if len(commands) == 1 and commands[0][0] in ("generate", "again"):
            own = [
                self.schedule.service.jobs[job_id]
                for job_id in self.schedule.service.jobs.keys() - jobs
            ]
            self.check_words(results[0], posts=self.schedule.service.posts - posts, jobs=len(own))
        self.check()
        return results

    def grant(self, prompt: str) -> None:
        """Let PROMPT be paid once more, by the user's word."""
        self.allowed[prompt] += 1
        self.tries[prompt] = self.tries.get(prompt, 0) + self.retries.get(prompt, 0)

    def each_key(self) -> Iterator[None]:
        """Use one key after the other."""
        for number in (1, 2) if self.world.keys else (1,):
            self.change_to(number)
            yield

    def change_to(self, number: int) -> None:
        """Use the key NUMBER from now on."""
        self.schedule.environ["KREA_API_KEY"] = f"key-{number}:secret-{number}"

    def rows(self) -> list[Any]:
        """The requests of the ledger: id, state, job, prompt, time of sending."""
        return read_ledger(self.schedule.state)

    def doubts(self) -> list[dict[str, Any]]:
        """The requests in doubt, with their candidates, as `krea recover --json` tells them."""
        [result] = self.run(("recover", "--json"))
        return [json.loads(line) for line in result.out.splitlines()]

    def check_words(self, result: CliResult, *, posts: int, jobs: int) -> None:
        """The charge that the errors of a command tell is true, and so is its exit code."""
        charges = [
            line.split()[-1] for line in result.err.splitlines() if line.startswith("  charged: ")
        ]
        if posts == 0:
            return
        if charges == ["no"]:
            assert jobs == 0, result
        if charges == ["yes"] or result.code == 0:
            assert jobs or "earlier" in result.err or self.world.strangers, result

    def check(self) -> None:
        """Nothing is paid twice, no job or file has a wrong owner, and the sums are true."""
        wrong = count_wrong_sums(self.schedule.state)
        assert not wrong, f"{wrong} sums for caps are not those of the requests"
        service, rows = self.schedule.service, self.rows()
        for prompt, allowed in self.allowed.items():
            made = service.jobs_of(prompt)
            jobs = [job for job in made if not job.fails]
            assert len(jobs) <= allowed, f"{prompt} was paid {len(jobs)} times, not {allowed}"
            most = allowed + self.tries.get(prompt, 0)
            # Of keys that may be of two accounts, each may try.
            assert len(made) <= most or self.world.keys, f"{prompt} was sent {len(made)} times"
        caps = [(name, cap, self.lists[name]) for name, cap in self.caps.items()]
        draws = [(base, VARIANTS, prompts) for base, prompts in self.draws.items()]
        for name, cap, prompts in caps + draws:
            extra = sum(self.allowed[prompt] - 1 for prompt in prompts)
            jobs_made = sum(not job.fails for prompt in prompts for job in service.jobs_of(prompt))
            assert jobs_made <= cap + extra, f"{jobs_made} jobs of {name} under a cap of {cap}"
        owners: dict[str, list[int]] = {}
        for row_id, state, job_id, prompt, sent_at in rows:
            if job_id is not None:
                owners.setdefault(job_id, []).append(row_id)
                owner, age = service.jobs[job_id].prompt, service.jobs[job_id].created - sent_at
                if owner is STRANGER and abs(age) <= PROMPT_SECONDS:
                    continue  # made in the very seconds of a lost request: nothing tells them apart
                text = f"request {row_id} of {prompt} ({state}) has a job of {owner}"
                assert owner == prompt, text
        assert all(len(row_ids) == 1 for row_ids in owners.values()), owners
        self.check_files(rows)

    def check_end(self) -> None:
        """In the end each job is owned, or named with a request in doubt; no part file is left."""
        self.schedule.wait(SETTLING_SECONDS)
        self.schedule.service.lag = 0.0
        doubts = [doubt for _ in self.each_key() for doubt in self.doubts()]
        service, rows = self.schedule.service, self.rows()
        owned = {row[2] for row in rows}
        named = {
            (doubt["prompt"], candidate["job_id"])
            for doubt in doubts
            for candidate in doubt["candidates"]
        }
        for job in service.jobs.values():
            if job.prompt is STRANGER or job.id in owned or job.prompt in self.renounced:
                continue
            assert (job.prompt, job.id) in named, f"{job} is named nowhere: {doubts} {rows}"
        for _ in self.each_key():
            self.run(("download", "--missing"))
        self.check_saved()

    def check_saved(self) -> None:
        """Every job that is owned is saved, and hidden files belong to requests in doubt."""
        states = {row[1] for row in self.rows() if row[2] is not None}
        assert states <= {"saved", "cancelled", "failed"}, self.rows()
        hidden = [path.name for path in self.schedule.folder.glob(".*.part")]
        assert not hidden or any(row[1] in IN_DOUBT for row in self.rows()), hidden
