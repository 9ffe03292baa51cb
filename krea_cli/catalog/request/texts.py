"""Keep out of a request what nobody can see: byte order marks, null bytes, invisible prompts."""

from typing import Any

from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.model import Model
from krea_cli.errors import Problem
from krea_cli.text import BYTE_ORDER_MARK, has_visible_character

MAX_LEVELS = 50  # deeper values are refused by the checks, or by JSON


def drop_marks(value: Any, level: int = 0) -> Any:
    """Return VALUE without byte order marks, which editors and spreadsheets write into texts."""
    if isinstance(value, str):
        return value.replace(BYTE_ORDER_MARK, "")
    if level < MAX_LEVELS and isinstance(value, list):
        return [drop_marks(element, level + 1) for element in value]
    if level < MAX_LEVELS and isinstance(value, dict):
        return {name: drop_marks(inner, level + 1) for name, inner in value.items()}
    return value


def find_text_problems(model: Model, body: dict[str, Any]) -> list[Problem]:
    """Return the problems of the texts of BODY: null bytes, and prompts that nobody can see."""
    problems: list[Problem] = []
    for name, value in body.items():
        field = model.field(name)
        is_blank = isinstance(value, str) and not value.strip()
        # Without a word, a field that the model can do without is as good as left out.
        if name == "prompt" and is_blank and (value or field is None or field.required):
            problems.append(Problem(name, "is empty", f'krea generate "your prompt" -m {model.id}'))
        else:
            problems += _find_problems(value, name, is_prompt=_is_prompt(name))
    return problems


def _find_problems(value: Any, path: str, *, is_prompt: bool, level: int = 0) -> list[Problem]:
    if isinstance(value, (str, LocalFile)):
        text = value if isinstance(value, str) else value.path
        if "\0" in text:
            return [Problem(path, "has a null byte")]
        if is_prompt and text and not has_visible_character(text):
            return [Problem(path, "has no visible character")]
    problems: list[Problem] = []
    if level < MAX_LEVELS and isinstance(value, list):
        for index, element in enumerate(value):
            place = f"{path}[{index}]"
            problems += _find_problems(element, place, is_prompt=is_prompt, level=level + 1)
    if level < MAX_LEVELS and isinstance(value, dict):
        for name, inner in value.items():
            if "\0" in name:
                problems.append(Problem(path, "has a null byte in the name of a field"))
            place, inside = f"{path}.{name}", _is_prompt(name)
            problems += _find_problems(inner, place, is_prompt=inside, level=level + 1)
    return problems


def _is_prompt(name: str) -> bool:
    return name.removesuffix("s").endswith("prompt")
