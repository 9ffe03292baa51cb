"""The API port: jobs, assets and the document, as in the contract."""

from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.sandbox.conftest import FLUX, StartSandbox

NO_JOB = {"message": "Job not found or unauthorized"}


def test_submit_answers_with_the_pending_job(start_sandbox: StartSandbox) -> None:
    """The answer to a submit has the five documented fields and `error`, and no type."""
    answer = start_sandbox().client.post(FLUX, json={"prompt": "a fox"})

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


def test_a_completed_job_has_the_address_of_its_result(start_sandbox: StartSandbox) -> None:
    """A single read shows type, times and a result on the files port."""
    krea = start_sandbox()
    job = krea.submit_and_finish()

    assert job == {
        "job_id": job["job_id"],
        "status": "completed",
        "type": "flux",
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": "2027-01-15T08:00:10.000Z",
        "result": {"urls": [job["result"]["urls"][0]]},
        "error": None,
    }
    assert job["result"]["urls"][0].startswith(f"{krea.server.files}/images/")
    assert krea.client.get("/jobs").json() == {"items": [job], "next_cursor": None}


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
    start_sandbox: StartSandbox, prompt: str, end: tuple[object, ...]
) -> None:
    """A word in square brackets ends the job that way."""
    job = start_sandbox().submit_and_finish(prompt)

    assert (job["status"], job["result"], job["error"]) == end


def test_the_list_is_newest_first_and_its_cursor_exclusive(start_sandbox: StartSandbox) -> None:
    """Pages go back in time; the cursor is the last item's moment, to the millisecond."""
    krea = start_sandbox()
    ids = []
    for _ in range(5):
        ids.append(krea.submit())
        krea.clock.advance(0.25)

    first = krea.client.get("/jobs", params={"limit": 2}).json()
    second = krea.client.get("/jobs", params={"limit": 3, "cursor": first["next_cursor"]}).json()

    assert [item["job_id"] for item in first["items"]] == [ids[4], ids[3]]
    assert first["next_cursor"] == "2027-01-15T08:00:00.750Z"
    assert [item["job_id"] for item in second["items"]] == [ids[2], ids[1], ids[0]]
    assert second["next_cursor"] is None


def test_the_list_can_be_narrowed_by_type_and_status(start_sandbox: StartSandbox) -> None:
    """`types` takes several names, `status` one."""
    krea = start_sandbox()
    flux = krea.submit()
    film = krea.submit(route="/generate/video/google/veo-3.1", aspect_ratio="16:9")
    krea.clock.advance(10)
    late = krea.submit()

    assert krea.list_ids("?types=flux") == [late, flux]
    assert krea.list_ids("?types=flux,videoV2") == [late, film, flux]
    assert krea.list_ids("?status=completed") == [film, flux]
    assert krea.list_ids("?types=k1") == []


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
def test_a_wrong_query_is_refused(start_sandbox: StartSandbox, query: str, error: str) -> None:
    """A wrong query gives 400 with a sentence."""
    answer = start_sandbox().client.get(f"/jobs?{query}")

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("header", [None, "Bearer bad", "Bearer", "Key id:secret"])
def test_without_a_good_token_everything_is_refused(
    start_sandbox: StartSandbox, header: str | None
) -> None:
    """The answer is 401 with `message`, like that of the live service."""
    krea = start_sandbox()
    headers = {"Authorization": header} if header else {}
    paths = [("GET", "/jobs/x"), ("DELETE", "/jobs/x"), ("POST", FLUX), ("POST", "/assets")]

    for method, path in [("GET", "/jobs"), *paths]:
        answer = krea.anonymous.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})

    assert krea.state.stats.jobs == 0


def test_unknown_things_are_404(start_sandbox: StartSandbox) -> None:
    """Unknown jobs, routes and methods are told in JSON, after the token was checked."""
    krea = start_sandbox()
    http, anonymous = krea.client, krea.anonymous

    job = http.get("/jobs/x")
    assert (job.status_code, job.json()) == (404, NO_JOB)
    for method, path in (
        ("GET", "/v1/jobs"),
        ("POST", "/generate/image/x/y"),
        ("PUT", "/jobs"),
        ("PATCH", FLUX),
        ("DELETE", "/x"),
        ("OPTIONS", "/jobs"),
        ("TRACE", "/jobs"),
    ):
        answer, refusal = http.request(method, path), anonymous.request(method, path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
        assert (refusal.status_code, refusal.json()) == (401, {"message": "Unauthorized"})
    assert (http.head("/jobs").status_code, anonymous.head("/jobs").status_code) == (404, 401)
    unheard_of = http.request("BREW", "/jobs")
    assert (unheard_of.status_code, unheard_of.json()["error"]) == (
        501,
        "Unsupported method ('BREW')",
    )


def test_another_host_is_refused(start_sandbox: StartSandbox) -> None:
    """A page with a name that means 127.0.0.1 reads neither jobs nor files, on both ports."""
    krea = start_sandbox()
    address = krea.submit_and_finish()["result"]["urls"][0]
    for url in (f"{krea.server.api}/_sandbox/jobs", f"{krea.server.api}/jobs", address):
        port = httpx.URL(url).port
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}."):
            answer = krea.client.get(url, headers={"Host": host})
            assert (answer.status_code, list(answer.json())) == (421, ["error"])
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}"):
            assert krea.client.get(url, headers={"Host": host}).status_code == 200


def test_a_sandbox_with_a_token_takes_no_other(start_sandbox: StartSandbox) -> None:
    """Jobs, assets, submits and the sandbox's own records are for this run's token only."""
    krea = start_sandbox(token="this:run")
    for path in ("/jobs", "/assets", "/_sandbox/jobs", "/_sandbox/stats"):
        assert krea.client.get(path).status_code == 401
        own = krea.anonymous.get(path, headers={"Authorization": "Bearer this:run"})
        assert own.status_code == 200
    assert krea.client.post(FLUX, json={"prompt": "a fox"}).status_code == 401


def test_delete_cancels_a_job_that_runs(start_sandbox: StartSandbox) -> None:
    """A DELETE gives 200 without a body; the job is cancelled at that moment."""
    krea = start_sandbox()
    job_id = krea.submit()
    krea.clock.advance(3)

    answer = krea.client.delete(f"/jobs/{job_id}")

    job = krea.read_job(job_id)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (job["status"], job["completed_at"]) == ("cancelled", "2027-01-15T08:00:03.000Z")


def test_delete_removes_a_job_that_ended_and_its_result(start_sandbox: StartSandbox) -> None:
    """The real endpoint may remove results: no client must find out with a paid picture."""
    krea = start_sandbox()
    job = krea.submit_and_finish()

    assert krea.client.delete(f"/jobs/{job['job_id']}").status_code == 200
    assert krea.read_job(job["job_id"]) == NO_JOB
    assert krea.client.delete(f"/jobs/{job['job_id']}").json() == NO_JOB
    assert krea.anonymous.get(job["result"]["urls"][0]).status_code == 404
    assert krea.list_ids() == []


def test_the_document_is_public_and_has_an_etag(start_sandbox: StartSandbox) -> None:
    """The document needs no token; a client with its ETag gets 304."""
    krea = start_sandbox()
    first = krea.anonymous.get("/openapi.json")
    again = krea.anonymous.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})

    assert FLUX in first.json()["paths"]
    assert (again.status_code, again.content, again.headers["etag"]) == (
        304,
        b"",
        first.headers["etag"],
    )


def test_an_asset_is_stored_listed_served_and_deleted(start_sandbox: StartSandbox) -> None:
    """The address is called image_url, and is on the files port."""
    krea = start_sandbox()
    files = {"file": ("my song.wav", b"RIFF....", "audio/wav")}

    asset = krea.client.post("/assets", files=files, data={"description": "a song"}).json()

    assert asset == {
        "id": asset["id"],
        "image_url": f"{krea.server.files}/uploads/{asset['id']}/1800000000000-my-song.wav",
        "uploaded_at": "2027-01-15T08:00:00.000Z",
        "width": None,
        "height": None,
        "size_bytes": 8,
        "mime_type": "audio/wav",
        "description": "a song",
    }
    assert krea.anonymous.get(asset["image_url"]).content == b"RIFF...."
    assert krea.client.get("/assets").json() == {"items": [asset], "next_cursor": None}
    assert krea.client.get(f"/assets/{asset['id']}").json() == asset
    deleted = krea.client.delete(f"/assets/{asset['id']}")
    assert deleted.json() == {"success": True, "message": "Asset deleted"}
    assert krea.client.get(f"/assets/{asset['id']}").json() == {"error": "Asset not found"}
    assert krea.anonymous.get(asset["image_url"]).status_code == 404


def test_assets_come_in_pages(start_sandbox: StartSandbox) -> None:
    """Assets come newest first, with a cursor, like jobs."""
    krea = start_sandbox()
    ids = []
    for _ in range(3):
        answer = krea.client.post("/assets", files={"file": ("a.mp3", b"x", "audio/mpeg")})
        ids.append(answer.json()["id"])
        krea.clock.advance(1)

    first = krea.client.get("/assets?limit=2").json()
    second = krea.client.get("/assets", params={"cursor": first["next_cursor"]}).json()

    assert [item["id"] for item in first["items"]] == [ids[2], ids[1]]
    assert [item["id"] for item in second["items"]] == [ids[0]]
    assert krea.client.get("/assets?limit=0").status_code == 400


def test_the_sandbox_has_counters_for_tests(start_sandbox: StartSandbox) -> None:
    """/_sandbox/stats has counters and bodies, /_sandbox/jobs the end of each job."""
    krea = start_sandbox()
    job = krea.submit_and_finish()
    krea.list_ids()
    krea.anonymous.get(job["result"]["urls"][0])
    krea.client.post(FLUX, json={"promt": "a fox"})

    assert krea.client.get("/_sandbox/stats").json() == {
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
    assert krea.client.get("/_sandbox/jobs").json() == [
        {
            "job_id": job["job_id"],
            "route": FLUX,
            "type": "flux",
            "stranger": False,
            "status": "completed",
            "created_at": 1_800_000_000.0,
            "started_at": 1_800_000_000.0,
            "ended_at": 1_800_000_010.0,
        }
    ]


def test_the_date_of_an_answer_follows_the_sandboxs_clock(start_sandbox: StartSandbox) -> None:
    """The Date header and the times of jobs are by one clock."""
    krea = start_sandbox()
    krea.clock.advance(86_400)
    date = parsedate_to_datetime(krea.client.get("/jobs").headers["Date"])
    assert date.timestamp() == int(krea.clock.now())
