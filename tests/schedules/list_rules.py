"""Rules about lists: run them, change them, and move away what no line asks for."""

import os

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.schedules.draws import (
    EXTENSIONS,
    FAILURES,
    FAULTS,
    KILLS,
    MAX_PROMPTS,
    MOVING_KILLS,
    PARTS,
)
from tests.schedules.pictures import read_pictures, title_of
from tests.schedules.service import PRICE, PostFault
from tests.schedules.steps import Steps

OLD = "old"  # the folder for what no line asks for


class ListRules(Steps):
    """Commands of a user with lists."""

    @precondition(lambda self: len(self.allowed) + 2 < MAX_PROMPTS)
    @rule(
        faults=st.lists(st.one_of(FAULTS, FAILURES), max_size=4),
        kill=KILLS,
        count=st.integers(2, 3),
        cap=st.sampled_from((None, None, 1, 2)),
        retries=st.sampled_from((0, 1, 2)),
        part=PARTS,
        extension=EXTENSIONS,
    )
    def batch(
        self,
        faults: list[PostFault],
        kill: int | None,
        count: int,
        cap: int | None,
        retries: int,
        part: tuple[str, ...],
        extension: str,
    ) -> None:
        """Ask for a PART of a list of pictures, with money for CAP of them, and RETRIES."""
        name = f"list-{len(self.lists)}.csv"
        prompts = [f"p{len(self.allowed) + number}" for number in range(count)]
        self.lists[name] = prompts
        command: tuple[str, ...] = ("batch", name, "-o", "./", "-j", "2")
        if cap is not None:
            command += ("--max-cost", str(cap * PRICE))
            self.caps[name] = cap
        command += ("--retries", str(retries)) if retries else ()
        command += ("--convert",) if extension == "jpg" else ()
        self.extensions[name] = extension
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
        lists = {name: prompts for name, prompts in self.lists.items() if saved >= {*prompts}}
        # --force would be the user's word to lose what he changed.
        if finished := [name for name in lists if not self.edited & {*lists[name]}]:
            name = data.draw(st.sampled_from(finished))
            self.shifts[name] = self.shifts.get(name, 0) + 1
            self.write_list(name)
            command = self.outputs[self.lists[name][0]]
            command += () if "--force" in command else ("--force",)
            self.outputs |= dict.fromkeys(self.lists[name], command)
            self.run(command, kills=(kill,))

    @rule(
        data=st.data(),
        kill=MOVING_KILLS,
        is_moved=st.booleans(),
        is_edited=st.booleans(),
        is_taken=st.booleans(),
    )
    def prune(
        self,
        data: st.DataObject,
        kill: int | None,
        is_moved: bool,
        is_edited: bool,
        is_taken: bool,
    ) -> None:
        """Take a line out of a list, and list or move what no line asks for.

        is_edited: the user has changed the picture of that line
        is_taken: the user has a file of that name in the folder of moved ones
        """
        lists = [name for name in sorted(self.lists) if len(self.lines_of(name)) > 1]
        if not lists:
            return
        name = data.draw(st.sampled_from(lists))
        lines = self.lines_of(name)
        prompt = data.draw(st.sampled_from(sorted(lines)))
        if is_edited and not self.shifts.get(name):
            self.edit(lines[prompt], prompt)
        if is_taken:
            self.write_own(f"{OLD}/{lines[prompt]}", b"a picture of mine")
        self.dropped.setdefault(name, set()).add(prompt)
        self.write_list(name)
        command = ("batch", name, "-o", "./", "--prune", *(("--to", OLD) if is_moved else ()))
        before = read_pictures(self.schedule.folder)
        self.run(command, kills=(kill,))
        if kill is not None:
            self.run(command)
        self.check_moved(name, before, is_moved=is_moved)

    @rule(data=st.data(), faults=st.lists(FAULTS, max_size=1), kill=KILLS)
    def restore_lines(self, data: st.DataObject, faults: list[PostFault], kill: int | None) -> None:
        """Write the lines again that were taken out; their pictures are paid for."""
        if lists := sorted(name for name, prompts in self.dropped.items() if prompts):
            name = data.draw(st.sampled_from(lists))
            self.dropped[name].clear()
            self.write_list(name)
            self.run(self.outputs[self.lists[name][0]], faults=faults, kills=(kill,))

    # The steps

    def edit(self, name: str, prompt: str) -> None:
        """Change a picture as its user: a byte of it, and neither its size nor its time."""
        path = self.schedule.folder / name
        if path.exists() and name not in self.own_files:
            content, status = path.read_bytes(), path.stat()
            self.write_own(name, content[:-1] + bytes([content[-1] ^ 1]))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            self.edited.add(prompt)

    def write_own(self, name: str, content: bytes) -> None:
        """Write a file of the user, unless another one is there; a changed one is the same file."""
        path = self.schedule.folder / name
        if not path.exists() or name.startswith("p"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            self.own_files[name] = content

    def check_moved(self, name: str, before: dict[str, bytes], *, is_moved: bool) -> None:
        """Only files of the list NAME that no line asks for are in OLD now, each with its bytes."""
        after = read_pictures(self.schedule.folder)
        asked = self.lines_of(name)
        titles = {*self.lists[name]}
        for path, content in before.items():
            if after.get(path) == content:
                continue
            assert is_moved and path not in after, f"{path} was changed by --prune"
            places = [each for each, other in after.items() if other == content]
            assert any(each.startswith(f"{OLD}/") for each in places), f"{path} is gone"
            job_id = self.job_of(content)
            prompt = self.schedule.service.jobs[job_id].prompt if job_id else None
            assert prompt in titles and title_of(path) in titles, f"{path} was moved"
            is_asked = prompt and title_of(asked.get(prompt, "")) == title_of(path)
            assert not is_asked, f"{path} was moved, and a line asks for it"
