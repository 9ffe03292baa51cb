"""Rules to draw schedules by: commands of a user, and changes of the world."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.schedules.promises import Promises
from tests.schedules.service import JOB_SECONDS, STRANGER, PostFault, World

MAX_PROMPTS = 12  # of one schedule
MAX_AGAINS = 4
COMMAND_SECONDS = 1.0  # until a command has looked at a job
FAULTS = st.one_of(
    st.builds(PostFault, travel=st.sampled_from((0.1, 0.2, 1.5)), answer=st.just("job")),
    st.builds(
        PostFault,
        travel=st.sampled_from((0.1, 0.8, 2.5)),
        made=st.sampled_from((0.0, None)),
        answer=st.sampled_from(("lost", "kill", "524", "503-proxy")),
    ),
    st.builds(PostFault, made=st.none(), answer=st.sampled_from(("429", "503", "402"))),
)
LATE_FAULTS = st.builds(
    PostFault,
    made=st.sampled_from((3.5, 8.0, 40.0, 120.0, 400.0)),
    answer=st.sampled_from(("lost", "kill", "524", "503-proxy")),
)
FAILURES = st.builds(
    PostFault, answer=st.sampled_from(("job", "job", "lost", "kill")), fails=st.just(True)
)
PARTS = st.sampled_from(((), (), ("--first", "1"), ("--lines", "3"), ("--filter", "p1")))
KILLS = st.one_of(st.none(), st.none(), st.integers(1, 60))
GAPS = st.sampled_from((0.0, 0.1, 0.5, 4.0))


class ScheduleMachine(Promises, RuleBasedStateMachine):
    """Commands of one user, who pays for each prompt as often as he says so."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs: dict[str, tuple[str, ...]] = {}  # the command of each prompt
        self.agains = 0
        self.shifts: dict[str, int] = {}  # how often the names of a list were shifted

    def teardown(self) -> None:
        try:
            self.check_end()
        finally:
            self.schedule.close()

    # The user's commands

    @precondition(lambda self: len(self.allowed) < MAX_PROMPTS)
    @rule(faults=st.lists(FAULTS, max_size=2), kill=KILLS)
    def generate(self, faults: list[PostFault], kill: int | None) -> None:
        """Ask for one picture of a new prompt."""
        self.run(self.new_command(), faults=faults, kills=(kill,))

    @precondition(lambda self: len(self.allowed) + 1 < MAX_PROMPTS)
    @rule(faults=st.lists(FAULTS, max_size=3), kill=KILLS, other=KILLS, gap=GAPS)
    def generate_two(
        self, faults: list[PostFault], kill: int | None, other: int | None, gap: float
    ) -> None:
        """Ask in two windows for two pictures."""
        commands = (self.new_command(), self.new_command())
        self.run(*commands, faults=faults, kills=(kill, other), gap=gap)

    @precondition(lambda self: len(self.allowed) < MAX_PROMPTS)
    @rule(faults=st.lists(FAULTS, max_size=2), kill=KILLS, other=KILLS, gap=GAPS)
    def generate_same_twice(
        self, faults: list[PostFault], kill: int | None, other: int | None, gap: float
    ) -> None:
        """Type one command in two windows."""
        command = self.new_command()
        self.run(command, command, faults=faults, kills=(kill, other), gap=gap)

    @precondition(lambda self: len(self.allowed) < MAX_PROMPTS)
    @rule(faults=st.lists(FAULTS, max_size=2), kill=KILLS)
    def generate_several(self, faults: list[PostFault], kill: int | None) -> None:
        """Ask for two pictures of one prompt."""
        prompt = f"p{len(self.allowed)}"
        self.allowed[prompt] = 2
        command = ("generate", prompt, "-n", "2", "-o", f"{prompt}-{{n}}.png")
        self.outputs[prompt] = command
        self.run(command, faults=faults, kills=(kill,))

    @precondition(lambda self: len(self.allowed) + 2 < MAX_PROMPTS)
    @rule(
        faults=st.lists(st.one_of(FAULTS, FAILURES), max_size=4),
        kill=KILLS,
        count=st.integers(2, 3),
        cap=st.sampled_from((None, None, 1, 2)),
        retries=st.sampled_from((0, 1, 2)),
        part=PARTS,
    )
    def batch(
        self,
        faults: list[PostFault],
        kill: int | None,
        count: int,
        cap: int | None,
        retries: int,
        part: tuple[str, ...],
    ) -> None:
        """Ask for a PART of a list of pictures, with money for CAP of them, and RETRIES."""
        name = f"list-{len(self.lists)}.csv"
        prompts = [f"p{len(self.allowed) + number}" for number in range(count)]
        self.lists[name] = prompts
        command: tuple[str, ...] = ("batch", name, "-o", "./", "-j", "2")
        if cap is not None:
            command += ("--max-cost", str(cap), "--assume-price", "1")
            self.caps[name] = cap
        command += ("--retries", str(retries)) if retries else ()
        for prompt in prompts:
            self.allowed[prompt] = 1
            self.retries[prompt] = self.tries[prompt] = retries
            self.outputs[prompt] = command
        self.write_list(name)
        self.run((*command, *part), faults=faults, kills=(kill,))

    @precondition(lambda self: self.lists)
    @rule(data=st.data(), faults=st.lists(FAILURES, max_size=2), kill=KILLS)
    def send_failed(self, data: st.DataObject, faults: list[PostFault], kill: int | None) -> None:
        """Send what failed of a list once more, by the user's word."""
        name = data.draw(st.sampled_from(sorted(self.lists)))
        failed = {row[3] for row in self.rows() if row[1] in ("failed", "refused", "cancelled")}
        for prompt in failed.intersection(self.lists[name]):
            self.tries[prompt] += 1 + self.retries[prompt]
        command = self.outputs[self.lists[name][0]]
        self.run((*command, "--only-failed"), faults=faults, kills=(kill,))

    @rule(data=st.data(), kill=KILLS)
    def shift_names(self, data: st.DataObject, kill: int | None) -> None:
        """Give each picture of a finished list the name of the next one."""
        saved = {row[3] for row in self.rows() if row[1] == "saved"}
        if finished := [name for name, prompts in self.lists.items() if saved >= {*prompts}]:
            name = data.draw(st.sampled_from(finished))
            self.shifts[name] = self.shifts.get(name, 0) + 1
            self.write_list(name)
            command = self.outputs[self.lists[name][0]]
            command += () if "--force" in command else ("--force",)
            self.outputs |= dict.fromkeys(self.lists[name], command)
            self.run(command, kills=(kill,))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Stop a job; its command, typed again, may pay again."""
        if running := [row for row in self.rows() if row[1] == "submitted"]:
            _, _, job_id, prompt, _ = data.draw(st.sampled_from(running))
            self.grant(prompt)
            self.run(("cancel", job_id))

    @rule()
    def status(self) -> None:
        """Look at the jobs that are under way."""
        if running := [row[2] for row in self.rows() if row[1] == "submitted"]:
            self.run(("status", *running))

    @precondition(lambda self: self.allowed)
    @rule(data=st.data(), faults=st.lists(FAULTS, max_size=1), kill=KILLS)
    def repeat(self, data: st.DataObject, faults: list[PostFault], kill: int | None) -> None:
        """Repeat an earlier command, as `make` or a loop does."""
        name = data.draw(st.sampled_from(sorted(self.outputs)))
        self.run(self.outputs[name], faults=faults, kills=(kill,))

    @precondition(lambda self: self.allowed and self.agains < MAX_AGAINS)
    @rule(
        data=st.data(),
        faults=st.lists(FAULTS, max_size=1),
        kill=KILLS,
        yes=st.booleans(),
    )
    def again(
        self, data: st.DataObject, faults: list[PostFault], kill: int | None, yes: bool
    ) -> None:
        """Make a request anew; while it is not over, only by the user's word."""
        if not (rows := [row for row in self.rows() if row[1] != "sending"]):
            return
        open_rows = [row for row in rows if self.is_open(row[1], row[2])]
        row_id, state, job_id, prompt, _ = data.draw(st.sampled_from(open_rows or rows))
        self.agains += 1
        name = f"{prompt}-again{self.agains}"
        command = ("again", str(row_id), "-o", f"{name}.png")
        if yes:
            self.allowed[prompt] += 1
            self.run((*command, "--yes"), faults=faults, kills=(kill,))
        elif self.is_open(state, job_id):
            [result] = self.run(command, faults=faults, kills=(kill,))
            # 2: of another key, nothing is known
            assert result.code in (2, 9, 137), f"request {row_id} was paid 2 times: {result}"
        else:
            self.allowed[prompt] += 1
            self.outputs[name] = command
            self.run(command, faults=faults, kills=(kill,))

    @rule(kill=KILLS)
    def recover(self, kill: int | None) -> None:
        """Look for lost answers."""
        self.run(("recover",), kills=(kill,))

    @rule(kill=KILLS)
    def download(self, kill: int | None) -> None:
        """Save everything that is paid for."""
        self.run(("download", "--missing"), kills=(kill,))

    @rule(data=st.data(), faults=st.lists(FAULTS, max_size=1), kill=KILLS)
    def resubmit(self, data: st.DataObject, faults: list[PostFault], kill: int | None) -> None:
        """Send a request in doubt again, by the user's word."""
        if doubts := [row for row in self.rows() if row[1] in ("unknown", "unfound")]:
            row_id, _, _, prompt, _ = data.draw(st.sampled_from(doubts))
            self.grant(prompt)
            self.renounced.add(prompt)
            self.run(("recover", "--resubmit", str(row_id)), faults=faults, kills=(kill,))

    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        """Let a request in doubt go, by the user's word."""
        if doubts := [row for row in self.rows() if row[1] in ("unknown", "unfound")]:
            row_id, _, _, prompt, _ = data.draw(st.sampled_from(doubts))
            self.grant(prompt)
            self.renounced.add(prompt)
            self.run(("recover", "--forget", str(row_id)))

    @rule()
    def adopt_what_is_ours(self) -> None:
        """Take the true job of each request in doubt, where it is named."""
        for doubt in self.doubts():
            for candidate in doubt["candidates"]:
                if self.schedule.service.jobs[candidate["job_id"]].prompt == doubt["prompt"]:
                    adoption = f"{doubt['row']}={candidate['job_id']}"
                    self.run(("recover", "--adopt", adoption))
                    break

    # The world

    @rule(seconds=st.sampled_from((0.5, 3.0, 20.0, 200.0)))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.schedule.wait(seconds)

    @precondition(lambda self: self.world.lag)
    @rule(share=st.sampled_from((0.0, 0.1, 1.0)))
    def list_lags(self, share: float) -> None:
        """Show the next jobs later."""
        self.schedule.service.lag = self.world.lag * share

    @precondition(lambda self: self.world.late and len(self.allowed) < MAX_PROMPTS)
    @rule(fault=LATE_FAULTS)
    def generate_late(self, fault: PostFault) -> None:
        """Ask for a picture by a gateway that is late."""
        self.run(self.new_command(), faults=[fault])

    @precondition(lambda self: len(self.allowed) < MAX_PROMPTS)
    @precondition(lambda self: self.schedule.next_late_job is not None)
    @rule(before=st.sampled_from((0.2, 1.0, 2.5)), answer=st.sampled_from(("lost", "kill")))
    def lose_beside_late(self, before: float, answer: str) -> None:
        """Lose a request without a job, BEFORE seconds until another one's late job is made."""
        moment = self.schedule.next_late_job or 0.0
        self.schedule.wait(max(0.0, moment - self.schedule.time - before))
        self.run(self.new_command(), faults=[PostFault(made=None, answer=answer)])

    @precondition(lambda self: self.world.late and len(self.allowed) < MAX_PROMPTS)
    @rule(answer=st.sampled_from(("lost", "kill", "524")))
    def look_before_a_late_job(self, answer: str) -> None:
        """Look for a lost answer when nobody would expect its job any more."""
        self.run(self.new_command(), faults=[PostFault(made=400.0, answer=answer)])
        self.schedule.wait(300.0)
        self.run(("recover",))

    @precondition(lambda self: self.world.leaps)
    @rule(seconds=st.sampled_from((-600.0, -30.0, 30.0, 600.0)))
    def clock_leaps(self, seconds: float) -> None:
        """Set the wall clock of this machine."""
        self.schedule.leap += seconds

    @precondition(lambda self: self.world.strangers)
    @rule()
    def stranger(self) -> None:
        """Make a job by another program of this account."""
        self.schedule.service.make_job(STRANGER)

    @precondition(lambda self: self.world.keys)
    @rule(number=st.integers(1, 2))
    def change_key(self, number: int) -> None:
        """Use another key of the same account."""
        self.change_to(number)

    @precondition(lambda self: self.world.keys and len(self.allowed) < MAX_PROMPTS)
    @rule(answer=st.sampled_from(("job", "lost", "kill")))
    def go_on_with_another_key(self, answer: str) -> None:
        """Change the key while a request is under way, and type its command again."""
        command = self.new_command()
        self.change_to(1)
        self.run((*command, "--timeout", "2"), faults=[PostFault(answer=answer)])
        self.change_to(2)
        self.run(command)

    # The steps

    def new_command(self) -> tuple[str, ...]:
        """Return the command for a picture of a new prompt."""
        prompt = f"p{len(self.allowed)}"
        self.allowed[prompt] = 1
        self.outputs[prompt] = ("generate", prompt, "-o", f"{prompt}.png")
        return self.outputs[prompt]

    def is_open(self, state: str, job_id: str | None) -> bool:
        """Tell if a request is in doubt, or its job runs on for longer than a command looks."""
        if state in ("unknown", "unfound"):
            return True
        if state != "submitted" or job_id is None:
            return False
        job = self.schedule.service.jobs[job_id]
        age = self.schedule.service.now() - job.created
        return not job.cancelled and age < JOB_SECONDS - COMMAND_SECONDS

    def write_list(self, name: str) -> None:
        """Write the list NAME, with its outputs as often shifted as it should be."""
        prompts, shift = self.lists[name], self.shifts.get(name, 0)
        outputs = [prompts[(number + shift) % len(prompts)] for number in range(len(prompts))]
        lines = ["prompt,output"]
        for prompt, output in zip(prompts, outputs, strict=True):
            lines.append(f"{prompt},{output}.png")
            self.names.setdefault(f"{output}.png", set()).add(prompt)
        (self.schedule.folder / name).write_text("\n".join(lines) + "\n")


def machine_of(world: World) -> type[ScheduleMachine]:
    """Return the machine that draws schedules of WORLD."""
    return type(f"{world.name.title()}Schedules", (ScheduleMachine,), {"world": world})
