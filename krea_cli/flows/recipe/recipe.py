"""Recipe: all that it takes to make a result again, from the ledger or from beside a picture."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.api.job_id import is_job_id
from krea_cli.catalog.local_files import (
    LocalFile,
    is_address,
    leaves,
    map_leaves,
    replace_local_files,
)
from krea_cli.catalog.openapi.document import is_too_deep
from krea_cli.flows.files.publish import has_hash
from krea_cli.flows.jobs.record import iso_time
from krea_cli.text import is_encodable

if TYPE_CHECKING:
    from krea_cli.api.types import Job
    from krea_cli.local.ledger.rows import RequestRow
    from krea_cli.local.ledger.uploads import UploadRows

SCHEMA_VERSION = 1
PUBLIC_SOURCE_KEYS = ("name", "url")  # of those, the ones that a recipe may be read with
HASH_PREFIX = "sha256:"  # a request names a local file by this and its hash


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A request to a model.

    request: the fields that were sent, with `sha256:…` for local files
    given: names of the fields that the user gave; the others were filled in or drawn
    sources: by `sha256:…`, the local file ("path" or "name") and the address of its upload ("url")
    created_at, completed_at: in ISO 8601
    sha256: hash of the result, as the service made it or as it is on disk
    tags: value by name, empty for a bare name
    item: fingerprint of the batch item that it belongs to, made by `service_item_fingerprint`
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
    sha256: str | None = None
    item: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_row(
        cls,
        row: "RequestRow",
        job: "Job | None" = None,
        *,
        uploads: "UploadRows | None" = None,
        base: str | None = None,
    ) -> "Recipe":
        """Recipe of a request in the ledger to the service at BASE; JOB adds times.

        With UPLOADS, addresses of earlier uploads are replaced by their hashes as well.
        """
        hashes = _hashes_of_uploads(row.body, uploads) if uploads else {}
        sources = {file_hash: {"url": url} for url, file_hash in hashes.items()} | row.sources
        created = job.created_at if job else None
        completed = job.completed_at if job else None
        item = row.item_fingerprint
        return cls(
            model=row.model,
            request=with_file_hashes(row.body, sources),
            given=tuple(name for name in row.given if name in row.body),
            seed=row.seed,
            sources=sources,
            job_id=row.job_id,
            price=row.price,
            created_at=iso_time(row.server_created_at, created, row.created_at),
            completed_at=iso_time(row.completed_at, completed),
            item=service_item_fingerprint(base, item) if base and item else None,
            tags=row.tags,
        )

    @property
    def prompt(self) -> str | None:
        """The prompt; None for a model without one."""
        prompt = self.request.get("prompt")
        return prompt if isinstance(prompt, str) else None

    def as_dict(self, *, version: str, sha256: str, private: bool) -> dict[str, Any]:
        """JSON object to write beside a result or into it, without local folders.

        version: of krea
        sha256: hash of the result
        private: include what whoever gets the picture need not know: tags, and the addresses of
            uploads, which open without a token
        """
        return {
            "krea": version,
            "schema": SCHEMA_VERSION,
            "model": self.model,
            "request": self.request,
            "given": list(self.given),
            "seed": self.seed,
            "inputs": {
                file_hash: _public_source(source, addresses=private)
                for file_hash, source in self.sources.items()
            },
            "job_id": self.job_id,
            "price": self.price,
            "created_at": self.created_at,
            "completed_at": self.completed_at,
            "sha256": sha256,
            **({"item": self.item} if self.item else {}),
            **({"tags": dict(self.tags)} if self.tags and private else {}),
        }


def with_file_hashes(
    body: dict[str, Any], sources: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Replace the addresses of uploaded files in BODY by the hashes of their content."""
    hashes = {source["url"]: file_hash for file_hash, source in sources.items() if "url" in source}
    request: dict[str, Any] = _replace_strings(body, hashes)
    return request


def list_sources(
    uploaded: Mapping[str, str], file_hashes: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Map `sha256:…` of each UPLOADED file to its path and address: {"path": …, "url": …}.

    uploaded: the address of each file, by its path
    file_hashes: the sha256 of each file, by its path
    """
    return {
        HASH_PREFIX + file_hashes[path]: {"path": os.path.abspath(path), "url": url}
        for path, url in uploaded.items()
    }


def replace_files_by_hash(tree: Any, file_hashes: Mapping[str, str], uploads: "UploadRows") -> Any:
    """Replace local files and addresses of earlier uploads in TREE by `sha256:…`.

    file_hashes: the sha256 of each local file, by its path
    """
    tree = replace_local_files(
        tree, {path: HASH_PREFIX + sha256 for path, sha256 in file_hashes.items()}
    )
    return _replace_strings(tree, _hashes_of_uploads(tree, uploads))


def restore_files(recipe: Recipe, uploads: "UploadRows | None") -> dict[str, Any]:
    """Fields of the request of RECIPE, with its local files back in place.

    A file that is gone or changed gives way to the address of its upload. If there is none, it
    becomes a `LocalFile` that does not exist.
    """
    fields: dict[str, Any] = _replace_strings(
        recipe.request,
        {
            text: _locate_file(text, recipe.sources.get(text, {}), uploads)
            for text in set(leaves(recipe.request))
            if isinstance(text, str) and re.fullmatch(HASH_PREFIX + "[0-9a-f]{64}", text)
        },
    )
    return fields


def parse_recipe(data: Any) -> Recipe | None:
    """Read a recipe from DATA, JSON of any origin; None if it is not a recipe."""
    if not isinstance(data, dict) or "krea" not in data or data.get("schema") != SCHEMA_VERSION:
        return None
    if is_too_deep(data) or not is_encodable(json.dumps(data, ensure_ascii=False)):
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
        sources=_parse_sources(inputs),
        sha256=sha256 if isinstance(sha256, str) else None,
        item=item if isinstance(item, str) else None,
        tags=_parse_tags(data.get("tags")),
        **{name: text if isinstance(text, str) else None for name, text in texts.items()},
    )


def _hashes_of_uploads(tree: Any, uploads: "UploadRows") -> dict[str, str]:
    """Map each address in TREE to which a file was uploaded to the hash of the file."""
    urls = {text for text in leaves(tree) if isinstance(text, str) and is_address(text)}
    hashes = {url: uploads.find_file_hash(url) for url in urls}
    return {url: HASH_PREFIX + sha256 for url, sha256 in hashes.items() if sha256}


def _parse_tags(tags: Any) -> dict[str, str]:
    """Read the tags of a foreign file; leave out what none can be."""
    if not isinstance(tags, dict):
        return {}
    from krea_cli.local.tags import parse_name, parse_value  # most requests have none

    known: dict[str, str] = {}
    for name, value in tags.items():
        with suppress(ValueError):
            known[parse_name(str(name))] = parse_value(str(value))
    return known


def _parse_sources(inputs: Any) -> dict[str, dict[str, str]]:
    if not isinstance(inputs, dict):
        return {}
    return {
        # Without "path": a foreign file must not name a file of this machine.
        str(file_hash): {
            name: source[name] for name in PUBLIC_SOURCE_KEYS if isinstance(source.get(name), str)
        }
        for file_hash, source in inputs.items()
        if isinstance(source, dict)
    }


def _public_source(source: Mapping[str, str], *, addresses: bool) -> dict[str, str]:
    name = source.get("name") or os.path.basename(source.get("path", ""))
    public = {"name": name} if name else {}
    return public | ({"url": source["url"]} if addresses and "url" in source else {})


def _locate_file(
    file_hash: str, source: Mapping[str, str], uploads: "UploadRows | None"
) -> LocalFile | str:
    sha256, path = file_hash.removeprefix(HASH_PREFIX), source.get("path")
    if path and has_hash(Path(path), sha256):
        return LocalFile(path)
    if address := source.get("url") or (uploads.find_url(sha256) if uploads else None):
        return address
    name = path or source.get("name") or "a file of the recipe"
    return LocalFile(f"{name} (as it was, {file_hash[:19]}…)")


def _replace_strings(tree: Any, values: Mapping[str, Any]) -> Any:
    """Replace each text in TREE that is a key of VALUES."""
    return map_leaves(tree, lambda leaf: values.get(leaf, leaf) if isinstance(leaf, str) else leaf)


def service_item_fingerprint(base: str, fingerprint: str) -> str:
    """Fingerprint, sha256 in hex, of a batch item with FINGERPRINT made by the service at BASE.

    It depends on BASE, so that a result of the sandbox is never taken for a real one.
    """
    return hashlib.sha256(f"{base}\n{fingerprint}".encode()).hexdigest()
