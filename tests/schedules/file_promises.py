"""The promises about files: none shows a wrong picture, and none is lost or overwritten."""

from typing import Any

from tests.schedules.pictures import (
    JPEG_START,
    base_of,
    converted_job,
    digest_of,
    read_pictures,
    title_of,
)
from tests.schedules.processes import read_files
from tests.schedules.schedule import Schedule
from tests.schedules.service import STRANGER, WORLDS, World, picture


class FilePromises:
    """Knows the pictures of a schedule.

    names: the prompts whose picture a file may hold, by the beginning of its name
    own_files: the content of the files that the user wrote or changed, by path
    edited: the prompts whose picture the user changed
    alone: the prompts whose picture is converted, and its original not kept
    """

    world: World = WORLDS["steady"]

    def __init__(self) -> None:
        super().__init__()
        self.schedule = Schedule(self.world)
        self.names: dict[str, set[str]] = {}
        self.own_files: dict[str, bytes] = {}
        self.edited: set[str] = set()
        self.alone: set[str] = set()

    def job_of(self, content: bytes) -> str | None:
        """The job whose picture CONTENT is; None for a picture of nobody."""
        if content.startswith(JPEG_START):
            return converted_job(content)
        digest = digest_of(content)
        jobs = self.schedule.service.jobs
        return next((job_id for job_id in jobs if digest_of(picture(job_id)) == digest), None)

    def check_files(self, rows: list[Any]) -> None:
        """Each file holds a picture of a prompt of its name, and no saved picture is gone."""
        jobs, pictures = self.schedule.service.jobs, read_pictures(self.schedule.folder)
        for path, content in self.own_files.items():
            assert pictures.pop(path, b"") == content, f"{path} of the user was touched"
        present, converted = set(), set()
        for path, content in pictures.items():
            job_id = self.job_of(content)
            prompt = jobs[job_id].prompt if job_id in jobs else "nobody"
            present.add(prompt)
            title = title_of(path)
            names = self.names.get(title, {title}) | {*([STRANGER] * self.world.strangers)}
            is_known = prompt in names or (prompt is not STRANGER and base_of(prompt) in names)
            assert is_known, f"{path} shows {prompt}"
            if path.endswith(".jpg") and job_id and prompt not in self.alone:
                converted.add(job_id)
        saved = [(job_id, prompt) for _, state, job_id, prompt, _ in rows if state == "saved"]
        own = {prompt for job_id, prompt in saved if jobs[job_id].prompt == prompt}
        lost = own - present - self.edited
        assert not lost, f"no file shows {lost}"
        self.check_originals(converted, {digest_of(content) for content in pictures.values()}, rows)

    def check_originals(self, converted: set[str], present: set[str], rows: list[Any]) -> None:
        """An original is there and booked before its result; a job is saved with both, or alone."""
        booked: dict[str, dict[str, str]] = {}  # by job, then by path
        for job_id, path, digest in read_files(self.schedule.state):
            booked.setdefault(job_id, {})[path] = digest
        for job_id in converted:
            original = digest_of(picture(job_id))
            assert original in present, f"no file is the original of {job_id}"
            is_booked = original in booked.get(job_id, {}).values()
            assert is_booked, f"no original of {job_id} is booked"
        for _, state, job_id, prompt, _ in rows:
            files = booked.get(job_id, {})
            if state == "saved" and any(".original" in path for path in files):
                assert any(path.endswith(".jpg") for path in files), f"{job_id}: {files}"
                assert prompt not in self.alone, f"an original of {job_id} was kept: {files}"
