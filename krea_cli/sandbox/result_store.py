"""The results as they are served: which address stands for which result, and its bytes."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from krea_cli.sandbox.jobs import Job
from krea_cli.sandbox.result_bytes import make
from krea_cli.sandbox.result_spec import Recipe, intermediate, is_empty, recipes

FOLDERS = {"picture": "images", "video": "videos", "audio": "audio", "model": "models"}
KEPT_BYTES = 64 * 1024 * 1024


@dataclass
class Shelf:
    """Addresses handed out, what they stand for, and the last results made.

    `made` are those by the key of their recipe; sandboxes one after the other may share them.
    """

    made: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _recipes: dict[str, Recipe] = field(default_factory=dict)
    _owners: dict[str, Job] = field(default_factory=dict)
    _expired: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def result(self, job: Job, address: Callable[[str], str]) -> dict[str, Any]:
        """The `result` object of a completed JOB; ADDRESS makes a URL of a path."""
        if is_empty(job.body):
            return {}
        found = recipes(job.route, job.body)
        urls = {label: address(self._path(job, label, found[label])) for label in found}
        if "model" in urls:
            return {"urls": [{"type": label, "url": url} for label, url in urls.items()]}
        return {"urls": urls if "front" in urls else list(urls.values())}

    def intermediate(self, job: Job, address: Callable[[str], str]) -> dict[str, Any] | None:
        """The `result` of a job in `intermediate-complete`: a small picture, not the result."""
        recipe = intermediate(job.route, job.body)
        return {"urls": [address(self._path(job, "intermediate", recipe))]} if recipe else None

    def _path(self, job: Job, label: str, recipe: Recipe) -> str:
        with self._lock:
            path = job.paths.get(label)
            if path is None or path in self._expired:
                turn = self._expired.get(path, 0) + 1 if path else 0
                name = uuid.uuid5(uuid.UUID(job.id), f"{label}:{turn}")
                path = f"/{FOLDERS[recipe.medium]}/{name}.{recipe.suffix}"
                job.paths[label] = path
                self._recipes[path], self._owners[path] = recipe, job
            return path

    def find(self, path: str) -> Recipe | None:
        """What the address PATH stands for; None for one never handed out or expired."""
        return None if path in self._expired else self._recipes.get(path)

    def expire(self, path: str) -> None:
        """Let the address PATH be refused from now on: the next read of its job gives another."""
        with self._lock:
            self._expired[path] = len(self._expired)

    def content(self, recipe: Recipe) -> bytes:
        """The bytes of RECIPE, made at the first call and kept while there is room."""
        # One at a time: two cores shared with the client gain nothing from making in parallel.
        with self._making:
            if recipe.key in self.made:
                self.made.move_to_end(recipe.key)
                return self.made[recipe.key]
            content = self.made[recipe.key] = make(recipe)
            while sum(map(len, self.made.values())) > KEPT_BYTES and len(self.made) > 1:
                self.made.popitem(last=False)
            return content
