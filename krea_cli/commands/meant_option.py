"""The option, or the field of a model, that an unknown option means."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from krea_cli.commands.meant_command import SWITCHES, write_again
from krea_cli.errors import KreaError
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.catalog.model import Field, Model
    from krea_cli.commands.session import Session

SIMILARITY_CUTOFF = 0.75  # of difflib, from 0 to 1: below it, "size" is like "seed"
COMMANDS_WITH_FIELDS = ("krea generate", "krea batch")
SECRET_OPTIONS = ("--token", "--api-key", "--apikey", "--key", "--password")
# Names that other tools give to an option, by the option here.
OTHER_NAMES = {
    "--ar": "--aspect-ratio",
    "--aspect": "--aspect-ratio",
    "--async": "--no-wait",
    "--background": "--no-wait",
    "--colour": "--color",
    "--detach": "--no-wait",
    "--file": "--output",
    "--filename": "--output",
    "--init-image": "--image",
    "--input-image": "--image",
    "--length": "--duration",
    "--n": "--count",
    "--num": "--count",
    "--num-images": "--count",
    "--number": "--count",
    "--out": "--output",
    "--output-dir": "--output",
    "--overwrite": "--force",
    "--ratio": "--aspect-ratio",
    "--ref": "--image",
    "--reference": "--image",
    "--samples": "--count",
    "--seconds": "--duration",
}
# The same for fields; the first that the model has counts.
FIELD_NAMES = {
    "cfg": ("guidance_scale", "cfg_scale"),
    "cfg_scale": ("guidance_scale",),
    "guidance": ("guidance_scale", "cfg_scale"),
    "guidance_scale": ("cfg_scale",),
    "negative": ("negative_prompt",),
    "num_inference_steps": ("steps",),
    "sound": ("generate_audio",),
    "steps": ("num_inference_steps",),
}
PIXELS = r"(\d{1,5})[x×*:,](\d{1,5})"


class Meaning(NamedTuple):
    """A sentence about an unknown option, and a hint; None where nothing better is known."""

    words: str
    hint: str | None


# Options that another command answers: the sentence, and that command.
OTHER_COMMANDS = {
    ("krea again", "--preset"): Meaning(
        "an earlier request has its own fields; a preset is for a new prompt",
        'krea generate "your prompt" --preset NAME',
    ),
    ("krea again", "--like"): Meaning(
        "the request to start from has no option here",
        "krea again FILE",
    ),
    ("krea history", "--cost"): Meaning("another command adds up what was paid", "krea spend"),
    ("krea history", "--spend"): Meaning("another command adds up what was paid", "krea spend"),
}


class Typed(NamedTuple):
    """An option in the words of a command line.

    value: the text behind its = or in the next word; None without one
    before, behind: the words around it
    has_next: True if the value is a word of its own
    """

    value: str | None
    before: tuple[str, ...]
    behind: tuple[str, ...]
    has_next: bool

    def replace(self, *words: str) -> str | None:
        """Return the command line with WORDS in place of the option and its value."""
        return write_again([*self.before, *words, *self.behind])

    def as_switch(self) -> "Typed":
        """Return the option without a value: the next word is one of its own."""
        if not self.has_next or self.value is None:
            return self
        return Typed(None, self.before, (self.value, *self.behind), has_next=False)


def find_meant_option(
    path: str, name: str, options: Sequence[str], session: "Session"
) -> Meaning | None:
    """Return the meaning of the option NAME, which the command at PATH does not have.

    options: those of the command
    """
    typed = _find_typed(name, session.argv)
    if name in SECRET_OPTIONS:
        return Meaning("a token is not given as an option, where others see it", "krea auth login")
    if (path, name) in OTHER_COMMANDS:
        return OTHER_COMMANDS[path, name]
    if typed is None or not name.startswith("--"):
        return None
    if path in COMMANDS_WITH_FIELDS and name == "--size" and (found := _size(typed)):
        return found
    if path == "krea generate" and name in ("--prompt", "--text") and typed.value is not None:
        return Meaning("the prompt is no option", typed.replace(typed.value))
    spelled = name.lower().replace("_", "-")
    if words := SWITCHES.get(spelled):
        return Meaning(f"here it is {' '.join(words)}", typed.as_switch().replace(*words))
    for other in (spelled, OTHER_NAMES.get(spelled)):
        if other in options:
            return _as_option(str(other), typed)
    has_fields = path in COMMANDS_WITH_FIELDS
    if has_fields and (found := _field(name, typed, session, is_exact=True)):
        return found
    bare = {each.lstrip("-"): each for each in options if each.startswith("--")}
    similar = get_close_matches(spelled.lstrip("-"), bare, n=1, cutoff=SIMILARITY_CUTOFF)
    if not similar:
        return _field(name, typed, session, is_exact=False) if has_fields else None
    value = [typed.value] if typed.value is not None else []
    option = bare[similar[0]]
    return Meaning(f"did you mean {option}?", typed.replace(option, *value))


def _find_typed(name: str, argv: Sequence[str]) -> Typed | None:
    end = list(argv).index("--") if "--" in argv else len(argv)
    for at, word in enumerate(argv[:end]):
        if word.startswith(f"{name}="):
            value = word.partition("=")[2]
            return Typed(value, tuple(argv[:at]), tuple(argv[at + 1 :]), has_next=False)
        if word == name:
            following = argv[at + 1] if at + 1 < end else "-"
            if following.startswith("-"):
                return Typed(None, tuple(argv[:at]), tuple(argv[at + 1 :]), has_next=False)
            return Typed(following, tuple(argv[:at]), tuple(argv[at + 2 :]), has_next=True)
    return None


def _as_option(option: str, typed: Typed) -> Meaning:
    value = [] if typed.value is None else [typed.value]
    return Meaning(f"here it is {option}", typed.replace(option, *value))


def _size(typed: Typed) -> Meaning | None:
    """Return the meaning of --size: pixels, or a resolution such as 2K."""
    if typed.value and (sides := re.fullmatch(PIXELS, typed.value, re.ASCII)):
        words = ("--width", sides[1], "--height", sides[2])
        return Meaning("here it is --width and --height", typed.replace(*words))
    if typed.value and re.fullmatch(r"\d{1,4}[kKpP]", typed.value, re.ASCII):
        return Meaning("here it is --resolution", typed.replace("--resolution", typed.value))
    return Meaning("here it is --width and --height", None)


def _field(name: str, typed: Typed, session: "Session", *, is_exact: bool) -> Meaning | None:
    """Return the meaning of an option that is a field: of the model chosen, else of others.

    is_exact: False for a field with a similar name
    """
    wanted = name.removeprefix("--").replace("-", "_").lower()
    try:
        models = session.catalog_cache.load().models()
    except KreaError:
        return None
    chosen = _chosen_model(session)
    if chosen and (field := _find_field(chosen, wanted, is_exact=is_exact)):
        return _as_field(field, typed, f"{field.name} is a field of {chosen.id}")
    fields = [field for model in models if (field := model.field(wanted)) is not None]
    if not fields:
        return None
    if chosen is None:  # a list may name a model in each line
        return _as_field(fields[0], typed, f"{wanted} is a field of a model")
    hint = shell_line("krea", "models", "--with", wanted)
    return Meaning(f"{wanted} is a field of other models than {chosen.id}", f"{hint} lists them")


def _find_field(model: "Model", wanted: str, *, is_exact: bool) -> "Field | None":
    """Return the field of MODEL that WANTED names, names otherwise, or nearly names."""
    for name in (wanted, *FIELD_NAMES.get(wanted, ()), model.aliases.get(wanted)):
        if name and (field := model.field(name)):
            return field
    if is_exact:
        return None
    names = [field.name for field in model.fields]
    starts = [name for name in names if name.startswith(f"{wanted}_")]
    similar = (
        starts
        if len(starts) == 1
        else get_close_matches(wanted, names, n=1, cutoff=SIMILARITY_CUTOFF)
    )
    return model.field(similar[0]) if similar else None


def _as_field(field: "Field", typed: Typed, sentence: str) -> Meaning:
    if "boolean" in field.types and typed.value not in ("true", "false"):
        typed = typed.as_switch()  # the next word is the prompt, or another option
        return Meaning(sentence, typed.replace("-i", f"{field.name}=true"))
    if typed.value is None:
        return Meaning(sentence, f"-i {field.name}=… sets it")
    return Meaning(sentence, typed.replace("-i", f"{field.name}={typed.value}"))


def _chosen_model(session: "Session") -> "Model | None":
    """Return the model that the command line names, or the default; None if it is unclear."""
    from krea_cli.catalog.resolve import resolve_model
    from krea_cli.commands.request_options import model_name

    named = None
    for at, word in enumerate(session.argv):
        if word in ("-m", "--model"):
            named = session.argv[at + 1] if at + 1 < len(session.argv) else None
        elif word.startswith("--model="):
            named = word.partition("=")[2]
    if session.argv[:1] == ("batch",) and not named:
        return None
    try:
        catalog = session.catalog_cache.load()
        name = model_name(session, named) or catalog.default_id
        return catalog.model(resolve_model(catalog, name).model_id) if name else None
    except KreaError:
        return None
