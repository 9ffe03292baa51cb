"""A recipe: all that it takes to make a result again, from the ledger or from beside a picture."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.api.job_id import is_job_id
from krea_cli.catalog.local_files import LocalFile, is_address, replaced
from krea_cli.catalog.openapi.document import too_deep
from krea_cli.flows.files.publish import holds
from krea_cli.flows.jobs.record import moment

if TYPE_CHECKING:
    from krea_cli.api.types import Job
    from krea_cli.local.ledger.rows import Row
    from krea_cli.local.ledger.uploads import Uploads

SCHEMA = 1
PUBLIC = ("name", "url")
CONTENT = "sha256:"  # how the content of a local file stands in a request


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What was asked of a model. `request` is all that was sent, with `sha256:…` for local files.

    `given` names the fields that the user gave; the others were filled in or drawn. `sources` say
    of each local file where it was ("path" or "name") and where it was uploaded to ("url"). `item`
    is the seal that proves it the result of an item of a batch.
    """

    model: str
    request: dict[str, Any]
    given: tuple[str, ...] = ()
    seed: int | None = None
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    job_id: str | None = None
    price: str | None = None
    created_at: str | None = None
    completed_at: str | None = None
    sha256: str | None = None  # of the result, as the service gave it or as it lies on disk
    item: str | None = None

    @classmethod
    def of(
        cls,
        row: "Row",
        job: "Job | None" = None,
        *,
        uploads: "Uploads | None" = None,
        base: str | None = None,
    ) -> "Recipe":
        """The recipe of a request in the ledger to the service at BASE; JOB adds times.

        With UPLOADS, addresses of what was uploaded earlier give way to the content as well.
        """
        known = _uploaded(row.body, uploads) if uploads else {}
        elsewhere = {content: {"url": url} for url, content in known.items()}
        sources = elsewhere | row.sources
        created = job.created_at if job else None
        completed = job.completed_at if job else None
        return cls(
            model=row.model,
            request=described(row.body, sources),
            given=tuple(row.given),
            seed=row.seed,
            sources=sources,
            job_id=row.job_id,
            price=row.price,
            created_at=moment(row.server_created_at, created, row.created_at),
            completed_at=moment(row.completed_at, completed),
            item=seal(base, row.item) if base and row.item else None,
        )

    @property
    def prompt(self) -> str | None:
        """The prompt, where the model took one."""
        prompt = self.request.get("prompt")
        return prompt if isinstance(prompt, str) else None

    def as_dict(self, *, version: str, sha256: str, addresses: bool) -> dict[str, Any]:
        """What is written beside or into a result. VERSION is that of krea.

        Folders are nobody's business who is given the picture; ADDRESSES of uploaded files, which
        open without a token, only go where asked for.
        """
        return {
            "krea": version,
            "schema": SCHEMA,
            "model": self.model,
            "request": self.request,
            "given": list(self.given),
            "seed": self.seed,
            "inputs": {
                content: _public(source, addresses=addresses)
                for content, source in self.sources.items()
            },
            "job_id": self.job_id,
            "price": self.price,
            "created_at": self.created_at,
            "completed_at": self.completed_at,
            "sha256": sha256,
            **({"item": self.item} if self.item else {}),
        }


def described(body: dict[str, Any], sources: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """BODY as it was sent, with the content of local files in place of their addresses."""
    contents = {source["url"]: content for content, source in sources.items() if "url" in source}
    told: dict[str, Any] = _exchanged(body, contents)
    return told


def sources_of(uploaded: Mapping[str, str], prints: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Where each local file is, and where it was UPLOADED to, by its content; both by path."""
    return {
        CONTENT + prints[path]: {"path": os.path.abspath(path), "url": url}
        for path, url in uploaded.items()
    }


def by_content(tree: Any, prints: Mapping[str, str], uploads: "Uploads") -> Any:
    """TREE with what local files hold instead of the files, and of what was uploaded earlier.

    PRINTS is the sha256 of each local file, by its path.
    """
    tree = replaced(tree, {path: CONTENT + sha256 for path, sha256 in prints.items()})
    return _exchanged(tree, _uploaded(tree, uploads))


def restored(recipe: Recipe, uploads: "Uploads | None") -> dict[str, Any]:
    """The request with its local files back in place: the files, where they are unchanged.

    Else their addresses, as far as somebody knows them; else a file that is not there.
    """
    fields: dict[str, Any] = _exchanged(
        recipe.request,
        {
            content: _found(content, recipe.sources.get(content, {}), uploads)
            for content in set(_strings(recipe.request))
            if re.fullmatch(CONTENT + "[0-9a-f]{64}", content)
        },
    )
    return fields


def parse_recipe(data: Any) -> Recipe | None:
    """The recipe that DATA, foreign JSON, describes; None if it is none."""
    if not isinstance(data, dict) or "krea" not in data or data.get("schema") != SCHEMA:
        return None
    if too_deep(data) or not _is_text(data):
        return None
    model, request, seed = data.get("model"), data.get("request"), data.get("seed")
    if not isinstance(model, str) or not isinstance(request, dict):
        return None
    given, inputs = data.get("given"), data.get("inputs")
    texts = {name: data.get(name) for name in ("job_id", "price", "created_at", "completed_at")}
    sha256, item = data.get("sha256"), data.get("item")
    if not is_job_id(str(texts["job_id"])):
        texts["job_id"] = None
    return Recipe(
        model=model,
        request=request,
        given=tuple(name for name in request if name in given) if isinstance(given, list) else (),
        seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
        sources=_sources(inputs),
        sha256=sha256 if isinstance(sha256, str) else None,
        item=item if isinstance(item, str) else None,
        **{name: text if isinstance(text, str) else None for name, text in texts.items()},
    )


def _uploaded(tree: Any, uploads: "Uploads") -> dict[str, str]:
    """The content behind each address in TREE that something was uploaded to."""
    known = {url: uploads.content(url) for url in set(_addresses(tree))}
    return {url: CONTENT + sha256 for url, sha256 in known.items() if sha256}


def _sources(inputs: Any) -> dict[str, dict[str, str]]:
    if not isinstance(inputs, dict):
        return {}
    return {
        # Only what is written here: a path of this machine is nobody else's to name.
        str(content): {
            name: text for name, text in source.items() if name in PUBLIC and isinstance(text, str)
        }
        for content, source in inputs.items()
        if isinstance(source, dict)
    }


def _public(source: Mapping[str, str], *, addresses: bool) -> dict[str, str]:
    name = source.get("name") or os.path.basename(source.get("path", ""))
    told = {"name": name} if name else {}
    return told | ({"url": source["url"]} if addresses and "url" in source else {})


def _found(content: str, source: Mapping[str, str], uploads: "Uploads | None") -> Any:
    sha256, path = content.removeprefix(CONTENT), source.get("path")
    if path and holds(Path(path), sha256):
        return LocalFile(path)
    if address := source.get("url") or (uploads.address(sha256) if uploads else None):
        return address
    name = path or source.get("name") or "a file of the recipe"
    return LocalFile(f"{name} (as it was, {content[:19]}…)")


def _exchanged(tree: Any, values: Mapping[str, Any]) -> Any:
    """TREE with every text that VALUES has replaced."""
    if isinstance(tree, str):
        return values.get(tree, tree)
    if isinstance(tree, dict):
        return {key: _exchanged(value, values) for key, value in tree.items()}
    return [_exchanged(value, values) for value in tree] if isinstance(tree, list) else tree


def _is_text(data: Any) -> bool:
    """Whether all of DATA is text that can be kept: JSON may hold half of a character."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _strings(tree: Any) -> "list[str]":
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, dict | list):
        inside = tree.values() if isinstance(tree, dict) else tree
        return [text for value in inside for text in _strings(value)]
    return []


def _addresses(tree: Any) -> list[str]:
    return [text for text in _strings(tree) if is_address(text)]


def seal(base: str, digest: str) -> str:
    """The seal of the item DIGEST made by the service at BASE, as sha256 in hex.

    It differs by base: what was rehearsed in a sandbox never counts as the real thing.
    """
    return hashlib.sha256(f"{base}\n{digest}".encode()).hexdigest()
