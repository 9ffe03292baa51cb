"""What `generate` does with its answers: the request shown, submitted, or saved."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from krea_cli.catalog.local_files import LocalFile
from krea_cli.catalog.prices import Price, estimate
from krea_cli.catalog.request.inputs import MAX_TEXT, Wishes, read_text
from krea_cli.commands.exit_status import Ending
from krea_cli.commands.session import Session
from krea_cli.errors import ModelRetired, UsageError
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.generate.compose import Composer

if TYPE_CHECKING:
    from decimal import Decimal

    from typer import Context

    from krea_cli.catalog.model import Model
    from krea_cli.catalog.request.prepare import Prepared
    from krea_cli.flows.generate.request import Order
    from krea_cli.flows.recipe.provenance import Likeness
    from krea_cli.local.ledger.budget import Budget

# The options of `generate` that are wishes under the same name, and those of an order.
SEVERAL = ("inputs", "images", "videos", "audios", "styles")
SINGLE = ("seed", "width", "height", "aspect_ratio", "resolution", "duration")
ORDERED = ("count", "again", "reuse", "any_seed", "sidecar", "embed", "webhook", "profile")
PICTURED = ("image", "enhance")  # kinds of models whose results may be pictures
IN_UTF8 = "convert it: iconv -t UTF-8, or set LANG to a UTF-8 locale"


class Making:
    """One `generate`: OUTPUT is what -o said."""

    def __init__(self, session: Session, output: str | None, *, force: bool) -> None:
        self._session = session
        self._budget: Budget | None = None
        self._assumed: Decimal | None = None
        self._target = parse_target(output, cwd=session.env.current_dir, force=force)
        if self._target.to_stdout:
            session.output.expect_bytes()

    def limit(self, max_cost: "Decimal | None", assumed: "Decimal | None") -> None:
        """Spend at most MAX_COST, and no more than the day's budget; ASSUMED is an unknown price.

        Amounts are in US dollars. Raises `OverBudget` where prices of today cannot be had.
        """
        self._assumed = assumed
        if max_cost is not None or self._session.config.get("budget.day") is not None:
            from krea_cli.commands.budget import budget

            self._budget = budget(self._session, max_cost=max_cost, assume=assumed)

    def like(self, text: str | None) -> "Likeness":
        """What the request is to be like: the recipe of a file or a job. Raises `UsageError`."""
        from krea_cli.flows.recipe.provenance import Likeness, likeness

        if text is None:
            return Likeness()
        session = self._session
        found = likeness(text, session.account_ledger_if_known(), cwd=session.env.current_dir)
        if found.changed:
            session.output.warn(
                f"{text} is not the file that was saved there: this is the recipe of that one"
            )
        return found

    def wishes(self, params: Mapping[str, Any], like: "Likeness") -> Wishes:
        """The request in the user's terms, from the parameters of the command line by name.

        What was filled in for the model of LIKE counts for no other one.
        """
        return Wishes(
            prompt=self._prompt(params["prompt"], params["prompt_file"]),
            base=like.base,
            filled={} if params["model"] else like.filled,
            **field_options(params, self._session),
        )

    def compose(self, model: str | None, wishes: Wishes) -> "Prepared":
        """The request as it will be sent. Raises `UnknownModel`, `InvalidRequest`."""
        session = self._session
        name = model or session.env.get("KREA_MODEL") or session.config.get("model.default")
        composer = Composer(
            session.store(), session.api_without_token, session.clock, session.output.tell
        )
        return composer.compose(str(name) if name else None, wishes)

    def show(self, prepared: "Prepared", *, count: int) -> None:
        """Print the request, its route, its seeds and its price; send nothing.

        Raises `OverBudget` where not all of it would fit.
        """
        from krea_cli.flows.generate.seeds import given_seeds

        model = prepared.model
        price = str(found := estimate(model, prepared.body))
        shown = shown_body(prepared.body)
        record = {"model": model.id, "route": model.route, "body": shown, "count": count}
        record["price"] = price
        seeds = given_seeds(model, prepared.body, count)
        counted = seeds if seeds and None not in seeds else None
        record["seeds"] = counted
        import json

        body = json.dumps(shown, indent=2, ensure_ascii=False)
        times = f", {count} times" if count > 1 else ""
        seed = ""
        if model.seed_field and seeds is None:
            seed = "\nseed: drawn when it is sent"
        elif counted and count > 1:
            seed = f"\nseeds: {counted[0]} to {counted[-1]}"
        each = " each" if count > 1 and price != "unknown" else ""
        told = f"POST {model.route}{times}\n{body}{seed}\nprice: {price}{each}"
        record["fits"] = refusal = None
        if self._budget:
            from krea_cli.commands.budget import foresee

            cost = self._cost(found)
            fits, refusal = foresee(
                self._session, self._budget, model=model.id, cost=cost, count=count
            )
            record["fits"] = fits
            told += f"\nwithin the budget: {fits} of {count}"
        self._session.output.line(told, record)
        if refusal:
            raise refusal

    def _cost(self, price: Price) -> int | None:
        """What a job of that PRICE may cost, in millionths of a dollar."""
        return price.micros if price.amount is not None else Price(self._assumed).micros

    def order(self, prepared: "Prepared", params: Mapping[str, Any]) -> "Order":
        """The order for the jobs of the prepared request, by the parameters of the command line."""
        from krea_cli.flows.generate.request import Order

        if self._target.to_stdout and params["count"] > 1:
            raise UsageError("-o - takes one result, and -n asks for more", hint="-o FOLDER/")
        if params["again"] and params["reuse"]:
            raise UsageError("--again makes a new job, and --reuse none", hint="leave one away")
        if params["any_seed"] and not params["reuse"]:
            raise UsageError("--any-seed says what --reuse may take", hint="--reuse --any-seed")
        self._check_recipes(prepared.model, sidecar=params["sidecar"], embed=params["embed"])
        prompt = prepared.body.get("prompt")
        price = estimate(prepared.model, prepared.body)
        return Order(
            model=prepared.model,
            body=prepared.body,
            given=prepared.given,
            prompt=prompt if isinstance(prompt, str) else None,
            price=str(price),
            cost=self._cost(price),
            target=self._target,
            timeout=self._session.patience(params["timeout"], prepared.model.kind),
            **{name: params[name] for name in ORDERED},
        )

    def _check_recipes(self, model: "Model", *, sidecar: bool, embed: bool) -> None:
        """Refuse a recipe that could be written nowhere, before anything is paid."""
        if sidecar and not self._target.names_files:
            raise UsageError(
                "--sidecar writes beside a file, and -o names none", hint="-o FILE, or no --sidecar"
            )
        if embed and model.kind not in PICTURED:
            raise UsageError(
                f"--embed writes into pictures, and {model.id} makes {model.kind}",
                hint="--sidecar writes the recipe beside any file",
            )

    def run(self, order: "Order", context: "Context", *, wait: bool) -> None:
        """Submit, and print each id at once; or WAIT, and print each saved path.

        CONTEXT is that of the command: what was typed is told again where a model is retired.
        """
        from krea_cli.flows.generate.generate import Generation
        from krea_cli.flows.jobs.record import record

        output = self._session.output
        generation = Generation(order, self._session.flow_context(budget=self._budget))
        with Ending(output) as ending, output.progress():
            try:
                if wait:
                    for outcome in generation.outcomes(self._session.saver()):
                        output.saved(outcome.record())
                        if outcome.error:
                            ending.failed(outcome.error)
                else:
                    for row in generation.submitted(self._session.saver()):
                        output.submitted(record(None, row))
            finally:
                # Told even when a signal ends the waiting for others: it may be about money.
                if failure := generation.failure:
                    if isinstance(failure, ModelRetired) and failure.replacement:
                        from krea_cli.commands.generate.retry_command import with_model

                        failure.hint = with_model(context, failure.replacement)
                    ending.failed(failure)

    def _prompt(self, given: str | None, file: str | None) -> str | None:
        """The prompt's text: literal, from stdin for `-`, or from FILE, without its last newline.

        Raises `UsageError` when it is given twice or cannot be read.
        """
        if file is None and given != "-":
            return None if given is None else _text(given, "the prompt")
        if file is not None and given is not None:
            raise UsageError("a prompt and --prompt-file were both given", hint="leave one away")
        text = self._stdin() if file in (None, "-") else self._read(str(file))
        return text.removesuffix("\n").removesuffix("\r")

    def _read(self, file: str) -> str:
        try:
            return self._text_of(file)
        except (OSError, ValueError) as failure:
            why = getattr(failure, "strerror", None) or str(failure)
            if isinstance(failure, UnicodeDecodeError):
                why = "it is no UTF-8 text"
            raise UsageError(
                f"the prompt cannot be read from {file}: {why}",
                hint="--prompt-file takes a text file",
            ) from failure

    def _text_of(self, path: str) -> str:
        return _text_of(self._session, path)

    def _stdin(self) -> str:
        try:
            with self._session.clock.exposed():
                text = self._session.env.stdin.read(MAX_TEXT + 1)
        except UnicodeDecodeError as failure:
            raise UsageError("the prompt on stdin is no UTF-8 text", hint=IN_UTF8) from failure
        if len(text) > MAX_TEXT:
            raise UsageError("the prompt on stdin is larger than 10 MB", hint="a prompt is a text")
        return _text(text, "the prompt")


def field_options(params: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """The options that are fields of a request, as `Wishes` takes them. Raises `UsageError`."""
    from krea_cli.flows.transfer.upload import media_type

    passed: dict[str, Any] = {
        **{name: tuple(params[name] or ()) for name in SEVERAL},
        **{name: params[name] for name in SINGLE},
    }
    passed["inputs"] = tuple(_text(each, f"-i {each}") for each in passed["inputs"])
    return passed | {
        "check": not params["no_check"],
        "read_text": lambda path: _text_of(session, path),
        "media_type": lambda path: media_type(path).mime,
    }


def _text_of(session: Session, path: str) -> str:
    # A FIFO may keep us waiting for its writer.
    with session.clock.exposed():
        return read_text(path)


def _text(given: str, what: str) -> str:
    """GIVEN as the user meant it: in a locale without UTF-8 its bytes arrive as lone surrogates.

    Raises `UsageError` when it is no UTF-8; a file's name may be that.
    """
    try:
        given.encode()
    except UnicodeEncodeError:
        if "=@" in given:
            return given
        try:
            return os.fsencode(given).decode()
        except UnicodeError as failure:
            shown = what[:40].encode("ascii", "backslashreplace").decode()
            raise UsageError(f"{shown} is no UTF-8 text", hint=IN_UTF8) from failure
    return given


def shown_body(tree: Any) -> Any:
    """A body with each local file as `@path`, since it has no address before it is uploaded."""
    if isinstance(tree, LocalFile):
        return f"@{tree.path}"
    if isinstance(tree, dict):
        return {key: shown_body(value) for key, value in tree.items()}
    return [shown_body(value) for value in tree] if isinstance(tree, list) else tree
