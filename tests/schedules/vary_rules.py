"""Rules about prompts with choices, and files of words that change."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.schedules.draws import FAULTS, KILLS, MAX_PROMPTS
from tests.schedules.promises import VARIANTS
from tests.schedules.service import PostFault
from tests.schedules.steps import Steps

COLOURS = ("red", "green", "blue")
MAX_WORD_FILES = 3


class VaryRules(Steps):
    """Commands of a user who lets words be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.word_files = 0  # how often the words were written

    @precondition(lambda self: len(self.allowed) + 2 < MAX_PROMPTS)
    @rule(faults=st.lists(FAULTS, max_size=2), kill=KILLS, words=st.booleans())
    def generate_varied(self, faults: list[PostFault], kill: int | None, words: bool) -> None:
        """Ask for two variants of a prompt, drawn from a file of WORDS or from the prompt."""
        self.run(self.new_varied(words=words), faults=faults, kills=(kill,))

    @precondition(lambda self: len(self.allowed) + 4 < MAX_PROMPTS)
    @precondition(lambda self: self.word_files < MAX_WORD_FILES)
    @rule(faults=st.lists(FAULTS, max_size=2), kill=KILLS, again=KILLS)
    def generate_with_changing_words(
        self, faults: list[PostFault], kill: int | None, again: int | None
    ) -> None:
        """Ask for two variants, and once more after the file of words was changed."""
        command = self.new_varied(words=True)
        self.run(command, faults=faults, kills=(kill,))
        self.write_words()
        self.run(command, kills=(again,))

    @precondition(lambda self: len(self.allowed) + 5 < MAX_PROMPTS)
    @rule(faults=st.lists(FAULTS, max_size=3), kill=KILLS)
    def batch_varied(self, faults: list[PostFault], kill: int | None) -> None:
        """Ask for two variants of each line of a list."""
        name = f"varied-{len(self.draws)}.csv"
        command = ("batch", name, "-o", "./", "-j", "2", "--vary", str(VARIANTS))
        lines = ["prompt,output"]
        for words in (False, True):
            base = self.next_prompt()
            lines.append(",".join(self.new_template(base, words=words)))
            self.outputs[base] = command
        (self.schedule.folder / name).write_text("\n".join(lines) + "\n")
        self.run(command, faults=faults, kills=(kill,))

    @precondition(lambda self: self.word_templates and self.word_files < MAX_WORD_FILES)
    @rule(data=st.data(), faults=st.lists(FAULTS, max_size=2), kill=KILLS)
    def change_words(self, data: st.DataObject, faults: list[PostFault], kill: int | None) -> None:
        """Write other words, and repeat a command that drew from the file."""
        self.write_words()
        base = data.draw(st.sampled_from(sorted(self.word_templates)))
        self.run(self.outputs[base], faults=faults, kills=(kill,))

    # The steps

    @property
    def word_templates(self) -> list[str]:
        """The prompts whose variants are drawn from the file of words."""
        return [base for base, prompts in self.draws.items() if f"{base} red" not in prompts]

    def new_varied(self, *, words: bool) -> tuple[str, ...]:
        """Return the command for two variants of a new prompt."""
        base = self.next_prompt()
        template, output = self.new_template(base, words=words)
        self.outputs[base] = ("generate", template, "--vary", str(VARIANTS), "-o", output)
        return self.outputs[base]

    def new_template(self, base: str, *, words: bool) -> tuple[str, str]:
        """Return a new prompt with choices, and the names of its files; each variant is paid."""
        self.draws[base] = []
        if words and not self.word_files:
            self.write_words()
        self.add_variants(base, self.words() if words else COLOURS)
        template = f"{base} __word__" if words else f"{base} {{{'|'.join(COLOURS)}}}"
        return template, f"{base}-{{n}}.png"

    def add_variants(self, base: str, words: tuple[str, ...]) -> None:
        """Let variants with WORDS be drawn."""
        prompts = [f"{base} {word}" for word in words if f"{base} {word}" not in self.allowed]
        self.draws[base] += prompts
        self.allowed |= dict.fromkeys(prompts, 1)

    def words(self) -> tuple[str, ...]:
        """The words that are in the file now."""
        return tuple(f"w{self.word_files}{letter}" for letter in "ab")

    def write_words(self) -> None:
        """Write words that were never in the file."""
        self.word_files += 1
        folder = self.schedule.folder / "wildcards"
        folder.mkdir(exist_ok=True)
        (folder / "word.txt").write_text("\n".join(self.words()) + "\n")
        for base in self.word_templates:
            self.add_variants(base, self.words())
