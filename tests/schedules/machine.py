"""Rules to draw schedules by: commands of a user, and changes of the world."""

from collections.abc import Collection

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.schedules.draws import (
    FAULTS,
    GAPS,
    KILLS,
    LATE_FAULTS,
    MAX_AGAINS,
    MAX_PROMPTS,
    SAVING_KILLS,
)
from tests.schedules.list_rules import ListRules
from tests.schedules.pictures import read_pictures
from tests.schedules.service import STRANGER, PostFault, World
from tests.schedules.vary_rules import VaryRules


class ScheduleMachine(ListRules, VaryRules, RuleBasedStateMachine):
    """Commands of one user, who pays for each prompt as often as he says so."""

    def __init__(self) -> None:
        super().__init__()
        self.agains = 0
        self.reuses = 0

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

    @precondition(lambda self: len(self.allowed) < MAX_PROMPTS)
    @rule(
        faults=st.lists(FAULTS, max_size=2),
        kill=SAVING_KILLS,
        again=SAVING_KILLS,
        alone=st.booleans(),
    )
    def generate_converted(
        self, faults: list[PostFault], kill: int | None, again: int | None, alone: bool
    ) -> None:
        """Ask for a picture of another format, with its original or ALONE; ask AGAIN."""
        options = ("--convert", "--no-original") if alone else ("--convert",)
        if alone:
            self.alone.add(self.next_prompt())
        command = self.new_command(*options, extension="jpg")
        self.run(command, faults=faults, kills=(kill,))
        self.run(command, kills=(again,))

    @rule(data=st.data(), kill=KILLS)
    def reuse(self, data: st.DataObject, kill: int | None) -> None:
        """Ask for a picture that is there, under another name: it is known by each of its files."""
        pictures = read_pictures(self.schedule.folder)
        saved = {row[2] for row in self.rows() if row[1] == "saved"}
        own = {path: self.job_of(content) for path, content in pictures.items()}
        known = sorted(path for path, job in own.items() if job in saved)
        known = [path for path in known if path not in self.own_files]
        if not known or self.world.keys:  # of another key, nothing is known
            return
        path = data.draw(st.sampled_from(known))
        prompt = self.schedule.service.jobs[own[path] or ""].prompt
        [shown] = self.run(("history", path))
        assert prompt is STRANGER or prompt in shown.out, f"{path}: {shown}"
        if prompt is not STRANGER and " " not in prompt:
            self.reuses += 1
            name = f"{prompt}-reuse{self.reuses}.png"
            posts = self.schedule.service.posts
            self.run(("generate", prompt, "--reuse", "--any-seed", "-o", name), kills=(kill,))
            assert self.schedule.service.posts == posts, f"{path} was there, and was sent for"

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


def machine_of(world: World, rules: Collection[str] = ()) -> type[ScheduleMachine]:
    """Return the machine that draws schedules of WORLD, by RULES alone if there are some."""
    left_out = RULES - {*rules} if rules else set()
    members = dict.fromkeys(left_out) | {"world": world}
    return type(f"{world.name.title()}Schedules", (ScheduleMachine,), members)


RULES = {each.function.__name__ for each in ScheduleMachine.setup_state().rules}
