"""The part that all rules share: the commands of prompts, and the lists of a user."""

from tests.schedules.promises import Promises
from tests.schedules.service import JOB_SECONDS

COMMAND_SECONDS = 1.0  # until a command has looked at a job


class Steps(Promises):
    """The commands so far.

    outputs: the command of each prompt
    shifts: how often the names of a list were shifted
    dropped: the prompts that were taken out of each list
    extensions: the extension of the names in each list
    """

    def __init__(self) -> None:
        super().__init__()
        self.outputs: dict[str, tuple[str, ...]] = {}
        self.shifts: dict[str, int] = {}
        self.dropped: dict[str, set[str]] = {}
        self.extensions: dict[str, str] = {}

    def next_prompt(self) -> str:
        """Return a prompt that nobody has asked for."""
        return f"p{len(self.allowed)}"

    def new_command(self, *options: str, extension: str = "png") -> tuple[str, ...]:
        """Return the command for a picture of a new prompt."""
        prompt = self.next_prompt()
        self.allowed[prompt] = 1
        self.outputs[prompt] = ("generate", prompt, "-o", f"{prompt}.{extension}", *options)
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

    def lines_of(self, name: str) -> dict[str, str]:
        """The file that the list NAME asks for now, by prompt; as often shifted as it should be."""
        prompts, shift = self.lists[name], self.shifts.get(name, 0)
        dropped = self.dropped.get(name, set())
        return {
            prompt: f"{prompts[(number + shift) % len(prompts)]}.{self.extensions[name]}"
            for number, prompt in enumerate(prompts)
            if prompt not in dropped
        }

    def write_list(self, name: str) -> None:
        """Write the list NAME."""
        lines = ["prompt,output"]
        for prompt, output in self.lines_of(name).items():
            lines.append(f"{prompt},{output}")
            self.names.setdefault(output.partition(".")[0], set()).add(prompt)
        (self.schedule.folder / name).write_text("\n".join(lines) + "\n")
