"""The `krea generate` command line that makes a result again, from its recipe."""

from typing import TYPE_CHECKING, Any

from krea_cli.catalog.local_files import leaves
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.prepare import read_fields
from krea_cli.catalog.request.validate import validate_body
from krea_cli.catalog.request.write_value import write_option, write_value
from krea_cli.text import is_typable, shell_line

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model


def generate_command(
    model_id: str,
    fields: dict[str, Any],
    *,
    model: "Model | None",
    output: str | None = None,
    profile: str | None = None,
) -> str | None:
    """Return the command line that requests FIELDS from MODEL_ID; None if none surely does.

    fields: the body of the request, with a `LocalFile` for each local file
    model: the model if the catalog has it; without one the command has --no-check
    output: the value of -o
    """
    check = model is not None and not validate_body(model, fields)
    prompt, options, prompts = fields.get("prompt"), dict(fields), []
    # "-" would be read from stdin, and "-5 degrees" taken for an option.
    if isinstance(prompt, str) and not prompt.startswith("-"):
        prompts.append(prompt)
        del options["prompt"]
    texts = {name: write_value(value, _field(model, name)) for name, value in options.items()}
    words = [model_id, *prompts, *options, *texts.values(), output or "", profile or ""]
    if not all(map(is_typable, words)) or not _means(options, texts, model, check=check):
        return None
    parts = ["krea generate", *(shell_line(text, keep_lines=True) for text in prompts)]
    parts.append(f"-m {shell_line(model_id)}")
    parts += [
        write_option(name, value, _field(model, name), keep_lines=True)
        for name, value in options.items()
    ]
    parts += [] if check else ["--no-check"]
    parts += [] if output is None else [f"-o {shell_line(output)}"]
    parts += [] if profile is None else [f"--profile {shell_line(profile)}"]
    return " ".join(parts)


def _field(model: "Model | None", name: str) -> Any:
    return model.field(name) if model else None


def _means(
    options: dict[str, Any], texts: dict[str, str], model: "Model | None", *, check: bool
) -> bool:
    """Tell if the texts of -i are read as the values of OPTIONS again, and as no other file.

    A field that this catalog lacks may take files tomorrow, so it has no text with an @ inside.
    """
    for name, value in options.items():
        is_unknown = _field(model, name) is None and not isinstance(value, str)
        if is_unknown and any(str(leaf).startswith("@") for leaf in leaves(value)):
            return False
        if model is not None:
            inputs = RequestInputs(inputs=(f"{name}={texts[name]}",), check=check)
            if read_fields(model, inputs).given != {name: value}:
                return False
    return True
