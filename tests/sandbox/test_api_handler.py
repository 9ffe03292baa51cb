"""The API port: jobs, assets and the document, as the contract has them."""

from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox.conftest import FLUX, Start

NOT_FOUND = (
    "<!DOCTYPE html><html><head><title>404 Not Found</title></head>"
    "<body><h1>404 Not Found</h1></body></html>\n"
)
UNKNOWN = {"message": "Job not found or unauthorized"}


def test_submit_answers_with_the_pending_job(start: Start) -> None:
    """The answer to a submit has the five promised fields and `error`, and no type."""
    answer = start().http.post(FLUX, json={"prompt": "a fox"})

    job = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert job == {
        "job_id": job["job_id"],
        "status": "processing",
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": None,
        "result": None,
        "error": None,
    }


def test_a_completed_job_has_the_address_of_its_result(start: Start) -> None:
    """A single read shows type, times and a result on the files port."""
    krea = start()
    job = krea.finished()

    assert job == {
        "job_id": job["job_id"],
        "status": "completed",
        "type": "imageBflFlux1Dev",
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": "2027-01-15T08:00:10.000Z",
        "result": {"urls": [job["result"]["urls"][0]]},
        "error": None,
    }
    assert job["result"]["urls"][0].startswith(f"{krea.running.files}/images/")
    assert krea.http.get("/jobs").json() == {"items": [job], "next_cursor": None}


@pytest.mark.parametrize(
    ("prompt", "end"),
    [
        pytest.param(
            "a [fail]",
            (
                "failed",
                {},
                {"code": "internal", "message": "The provider failed to process the job."},
            ),
            id="failed",
        ),
        *(
            pytest.param(
                f"a [{code}]",
                ("failed", {}, {"code": code, "message": "The request was flagged by moderation."}),
                id=code,
            )
            for code in ("nsfw", "ip_detected", "violence", "personal_info")
        ),
        pytest.param("a [fail-silent]", ("failed", {}, None), id="failed without a reason"),
        pytest.param("a [cancel]", ("cancelled", None, None), id="cancelled"),
        pytest.param("a [empty]", ("completed", {}, None), id="empty"),
    ],
)
def test_a_prompt_decides_how_its_job_ends(
    start: Start, prompt: str, end: tuple[object, ...]
) -> None:
    """A word in square brackets ends the job that way."""
    job = start().finished(prompt)

    assert (job["status"], job["result"], job["error"]) == end


def test_the_list_is_newest_first_and_its_cursor_exclusive(start: Start) -> None:
    """Pages go back in time; the cursor is the last item's moment, to the millisecond."""
    krea = start()
    ids = []
    for _ in range(5):
        ids.append(krea.submit())
        krea.clock.advance(0.25)

    first = krea.http.get("/jobs", params={"limit": 2}).json()
    second = krea.http.get("/jobs", params={"limit": 3, "cursor": first["next_cursor"]}).json()

    assert [item["job_id"] for item in first["items"]] == [ids[4], ids[3]]
    assert first["next_cursor"] == "2027-01-15T08:00:00.750Z"
    assert [item["job_id"] for item in second["items"]] == [ids[2], ids[1], ids[0]]
    assert second["next_cursor"] is None


def test_the_list_can_be_narrowed_by_type_and_status(start: Start) -> None:
    """`types` takes several names, `status` one."""
    krea = start()
    flux = krea.submit()
    film = krea.submit(route="/generate/video/google/veo-3.1", aspect_ratio="16:9")
    krea.clock.advance(10)
    late = krea.submit()

    assert krea.listed("?types=imageBflFlux1Dev") == [late, flux]
    assert krea.listed("?types=imageBflFlux1Dev,videoGoogleVeo31") == [late, film, flux]
    assert krea.listed("?status=completed") == [film, flux]
    assert krea.listed("?types=k1") == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("limit=0", "limit must be an integer from 1 to 1000"),
        ("limit=1001", "limit must be an integer from 1 to 1000"),
        ("limit=ten", "limit must be an integer from 1 to 1000"),
        ("cursor=yesterday", "cursor must be an ISO 8601 date-time"),
        (
            "status=done",
            "status must be one of backlogged, queued, scheduled, processing, sampling, "
            "intermediate-complete, completed, failed, cancelled",
        ),
    ],
)
def test_a_wrong_query_is_refused(start: Start, query: str, error: str) -> None:
    """400 with a sentence."""
    answer = start().http.get(f"/jobs?{query}")

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("header", [None, "Bearer bad", "Bearer", "Key id:secret"])
def test_without_a_good_token_everything_is_refused(start: Start, header: str | None) -> None:
    """401 with `message`, as the live service answers."""
    krea = start()
    headers = {"Authorization": header} if header else {}
    paths = [("GET", "/jobs/x"), ("DELETE", "/jobs/x"), ("POST", FLUX), ("POST", "/assets")]

    for method, path in [("GET", "/jobs"), *paths]:
        answer = krea.stranger.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})

    assert krea.world.stats.jobs == 0


def test_unknown_things_are_404(start: Start) -> None:
    """An unknown job is JSON, a wrong path is a page."""
    http = start().http

    job, path, model = http.get("/jobs/x"), http.get("/v1/jobs"), http.post("/generate/image/x/y")

    assert (job.status_code, job.json()) == (404, UNKNOWN)
    assert (path.status_code, path.text, path.headers["content-type"]) == (
        404,
        NOT_FOUND,
        "text/html; charset=UTF-8",
    )
    assert (model.status_code, model.text) == (404, NOT_FOUND)


def test_delete_cancels_a_job_that_runs(start: Start) -> None:
    """200 without a body; the job is cancelled at that moment."""
    krea = start()
    job_id = krea.submit()
    krea.clock.advance(3)

    answer = krea.http.delete(f"/jobs/{job_id}")

    job = krea.job(job_id)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (job["status"], job["completed_at"]) == ("cancelled", "2027-01-15T08:00:03.000Z")


def test_delete_removes_a_job_that_ended_and_its_result(start: Start) -> None:
    """The endpoint is feared to do so; the client must not find out with a paid picture."""
    krea = start()
    job = krea.finished()

    assert krea.http.delete(f"/jobs/{job['job_id']}").status_code == 200
    assert krea.job(job["job_id"]) == UNKNOWN
    assert krea.http.delete(f"/jobs/{job['job_id']}").json() == UNKNOWN
    assert krea.stranger.get(job["result"]["urls"][0]).status_code == 404
    assert krea.listed() == []


def test_the_document_is_public_and_spares_the_transfer(start: Start) -> None:
    """No token, an ETag, and 304 for the one who has it."""
    krea = start()
    first = krea.stranger.get("/openapi.json")
    again = krea.stranger.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})

    assert FLUX in first.json()["paths"]
    assert (again.status_code, again.content, again.headers["etag"]) == (
        304,
        b"",
        first.headers["etag"],
    )


def test_an_asset_is_kept_listed_served_and_deleted(start: Start) -> None:
    """The address is called image_url, and lies on the files port."""
    krea = start()
    files = {"file": ("my song.wav", b"RIFF....", "audio/wav")}

    asset = krea.http.post("/assets", files=files, data={"description": "a song"}).json()

    assert asset == {
        "id": asset["id"],
        "image_url": f"{krea.running.files}/uploads/{asset['id']}/1800000000000-my-song.wav",
        "uploaded_at": "2027-01-15T08:00:00.000Z",
        "width": None,
        "height": None,
        "size_bytes": 8,
        "mime_type": "audio/wav",
        "description": "a song",
    }
    assert krea.stranger.get(asset["image_url"]).content == b"RIFF...."
    assert krea.http.get("/assets").json() == {"items": [asset], "next_cursor": None}
    assert krea.http.get(f"/assets/{asset['id']}").json() == asset
    deleted = krea.http.delete(f"/assets/{asset['id']}")
    assert deleted.json() == {"success": True, "message": "Asset deleted"}
    assert krea.http.get(f"/assets/{asset['id']}").json() == {"error": "Asset not found"}
    assert krea.stranger.get(asset["image_url"]).status_code == 404


def test_assets_come_in_pages(start: Start) -> None:
    """Newest first, with a cursor, as jobs do."""
    krea = start()
    ids = []
    for _ in range(3):
        made = krea.http.post("/assets", files={"file": ("a.mp3", b"x", "audio/mpeg")})
        ids.append(made.json()["id"])
        krea.clock.advance(1)

    first = krea.http.get("/assets?limit=2").json()
    second = krea.http.get("/assets", params={"cursor": first["next_cursor"]}).json()

    assert [item["id"] for item in first["items"]] == [ids[2], ids[1]]
    assert [item["id"] for item in second["items"]] == [ids[0]]
    assert krea.http.get("/assets?limit=0").status_code == 400


def test_the_sandbox_tells_tests_what_happened(start: Start) -> None:
    """Counters, the bodies of submits, and the moment each job ends."""
    krea = start()
    job = krea.finished()
    krea.listed()
    krea.stranger.get(job["result"]["urls"][0])
    krea.http.post(FLUX, json={"promt": "a fox"})

    assert krea.http.get("/_sandbox/stats").json() == {
        "posts": 2,
        "posts_by_route": {FLUX: 2},
        "jobs": 1,
        "strangers": 0,
        "polls": {"single": 1, "list": 1},
        "downloads": 1,
        "deletes": 0,
        "uploads": 0,
        "documents": 0,
        "webhooks": 0,
        "bodies": [{"prompt": "a fox"}, {"promt": "a fox"}],
    }
    assert krea.http.get("/_sandbox/jobs").json() == [
        {
            "job_id": job["job_id"],
            "route": FLUX,
            "type": "imageBflFlux1Dev",
            "stranger": False,
            "status": "completed",
            "created_at": 1_800_000_000.0,
            "started_at": 1_800_000_000.0,
            "ended_at": 1_800_000_010.0,
        }
    ]


def test_the_date_of_an_answer_is_the_sandboxs_own(start: Start) -> None:
    """A client that compares clocks must meet the one that the jobs' times are told by."""
    caller = start()
    caller.clock.advance(86_400)
    told = parsedate_to_datetime(caller.http.get("/jobs").headers["Date"])
    assert told.timestamp() == int(caller.clock.now())
