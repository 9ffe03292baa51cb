"""Results by path on the files port, and their bytes."""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from krea_cli.sandbox.jobs import SandboxJob
from krea_cli.sandbox.result_bytes import result_bytes
from krea_cli.sandbox.result_spec import ResultSpec, has_no_result, intermediate_spec, result_specs

FOLDERS = {"picture": "images", "video": "videos", "audio": "audio", "model": "models"}
MAX_CACHED_BYTES = 64 * 1024 * 1024


@dataclass
class ResultStore:
    """Paths given to clients, their results, and the bytes of the last results.

    cached_bytes: by the hash of the request; several sandboxes may share it
    """

    cached_bytes: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _specs: dict[str, ResultSpec] = field(default_factory=dict)
    _expired: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _make_lock: threading.Lock = field(default_factory=threading.Lock)

    def result_object(self, job: SandboxJob, address: Callable[[str], str]) -> dict[str, Any]:
        """The `result` of a completed JOB; ADDRESS makes a URL of a path.

        Keys: `urls`, a list or, for a map or a model, by label; none for an empty result.
        """
        if has_no_result(job.body):
            return {}
        specs = result_specs(job.route, job.body)
        urls = {
            label: address(self._assign_path(job, label, spec)) for label, spec in specs.items()
        }
        if "model" in urls:
            return {"urls": [{"type": label, "url": url} for label, url in urls.items()]}
        return {"urls": urls if "front" in urls else list(urls.values())}

    def intermediate_object(
        self, job: SandboxJob, address: Callable[[str], str]
    ) -> dict[str, Any] | None:
        """The `result` of a JOB in `intermediate-complete`: `urls` with a small picture.

        None for a medium without such a picture.
        """
        spec = intermediate_spec(job.route, job.body)
        if spec is None:
            return None
        return {"urls": [address(self._assign_path(job, "intermediate", spec))]}

    def _assign_path(self, job: SandboxJob, label: str, spec: ResultSpec) -> str:
        """Return the path of a result, a new one if it has none or that has expired."""
        with self._lock:
            path = job.result_paths.get(label)
            if path is None or path in self._expired:
                number = self._expired.get(path, 0) + 1 if path else 0
                name = uuid.uuid5(uuid.UUID(job.id), f"{label}:{number}")
                path = f"/{FOLDERS[spec.medium]}/{name}.{spec.suffix}"
                job.result_paths[label] = path
                self._specs[path] = spec
            return path

    def find_spec(self, path: str) -> ResultSpec | None:
        """The result at PATH; None for an unknown or expired path."""
        return None if path in self._expired else self._specs.get(path)

    def expire(self, path: str) -> None:
        """Refuse PATH from now on; the next read of its job gives another one."""
        with self._lock:
            self._expired[path] = len(self._expired)

    def content(self, spec: ResultSpec) -> bytes:
        """The bytes of a result, made at the first call and cached while there is room."""
        # One at a time: two cores shared with the client gain nothing from making in parallel.
        with self._make_lock:
            if spec.request_hash in self.cached_bytes:
                self.cached_bytes.move_to_end(spec.request_hash)
                return self.cached_bytes[spec.request_hash]
            content = self.cached_bytes[spec.request_hash] = result_bytes(spec)
            while (
                sum(map(len, self.cached_bytes.values())) > MAX_CACHED_BYTES
                and len(self.cached_bytes) > 1
            ):
                self.cached_bytes.popitem(last=False)
            return content
