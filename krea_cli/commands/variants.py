"""The variants of prompts that the options --vary and --vary-seed ask for."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.commands.request_options import RequestOptions, read_text_file
from krea_cli.errors import UsageError

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.catalog.request.inputs import RequestInputs
    from krea_cli.catalog.request.prepare import PreparedRequest
    from krea_cli.commands.session import Session
    from krea_cli.flows.generate.compose import Composer
    from krea_cli.flows.generate.variant import Variant, Vary

FOLDER_SETTING = "vary.folder"


def read_vary(session: "Session", options: RequestOptions, folder: Path) -> "Vary | None":
    """Return the variants of OPTIONS, None without --vary. The words are beside FOLDER's files.

    Raises `UsageError` for --vary-seed alone.
    """
    if options.vary is None:
        if options.vary_seed is not None:
            raise UsageError("--vary-seed needs --vary", hint="--vary 4 makes four variants")
        return None
    from krea_cli.flows.generate.variant import Vary
    from krea_cli.flows.generate.word_lists import DEFAULT_FOLDER, WordLists

    setting = os.path.expanduser(str(session.config.get(FOLDER_SETTING) or DEFAULT_FOLDER))
    words = WordLists(
        folder / setting, lambda path: read_text_file(session, path), shown=str(folder / setting)
    )
    return Vary(options.vary or None, options.vary_seed or 0, words)


def compose_variants(
    composer: "Composer", model: "Model", inputs: "RequestInputs", vary: "Vary | None"
) -> "list[tuple[PreparedRequest, Variant | None]]":
    """Compose the request of INPUTS to MODEL; with VARY, one for each variant of its prompt.

    Of variants with equal words and one given seed there is one: they would be one picture.
    Raises `UsageError`, `InvalidRequest`.
    """
    if vary is None:
        return [(composer.compose(model.id, inputs), None)]
    from krea_cli.flows.generate.identity import given_seed
    from krea_cli.flows.generate.variant import vary_inputs

    requests: list[tuple[PreparedRequest, Variant | None]] = []
    prompts: set[str] = set()
    for varied, variant in vary_inputs(model, inputs, vary):
        prepared = composer.compose(model.id, varied)
        is_fixed = variant.mark is None or given_seed(model, prepared.body) is not None
        if not (is_fixed and variant.prompt in prompts):
            requests.append((variant.apply(prepared), variant))
        prompts.add(variant.prompt)
    return requests
