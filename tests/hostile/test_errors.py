"""Error bodies, statuses and headers of any shape, wherever an answer is awaited."""

from pathlib import Path

import httpx
import pytest
from hypothesis import strategies as st

from krea_cli.api.client import Api
from krea_cli.api.http import Http
from krea_cli.errors import Busy, KreaError, Unanswered
from tests.fakes.krea_service import BASE
from tests.hostile.strategies import Answer, answers
from tests.hostile.wire import FOX, Wire, answered, found, listed, many, sound, world_with

pytestmark = pytest.mark.exhaustive

IDS = [f"job-{number}" for number in range(25)]
READERS = st.sampled_from(
    [("status",), ("cancel",), ("wait", "--timeout", "20"), ("download", "--timeout", "20")]
)
PICTURE = Path(__file__)  # any file will do: what it holds is not looked at here
Asked = tuple[str, int]  # method and status


class Answers:
    """Gives BODIES one by one and round again; `given` are the methods and statuses so far."""

    def __init__(self, bodies: list[Answer]) -> None:
        self.bodies = bodies
        self.given: list[Asked] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.bodies[len(self.given) % len(self.bodies)]
        self.given.append((request.method, answer[0]))
        return answered(answer)

    @property
    def used(self) -> int:
        """How many of the bodies were given."""
        return min(len(self.given), len(self.bodies))


@many(500, examples=32, bodies=answers(60), command=READERS, as_json=st.booleans())
def test_answers_to_reading_and_cancelling(
    bodies: list[Answer], command: tuple[str, ...], as_json: bool
) -> int:
    """The list, single jobs, DELETE: what may pass is waited out, the rest is told."""
    # Those that end a command come last, or few of the others would be met.
    service = Answers(sorted(bodies, key=lambda answer: answer[0] in (401, 402, 403)))
    with world_with(service) as world:
        mode = ("--json",) if as_json else ()
        sound(world.krea(*command, *mode, *IDS), json_mode=as_json)
    return service.used


@many(500, examples=12, bodies=answers(60))
def test_answers_of_a_results_host(bodies: list[Answer]) -> int:
    """What is no result is not saved as one, and the exit says that it is paid: 10."""
    hosts = Answers(bodies)

    def handle(request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if request.url.path.startswith("/files/"):
            return hosts(request)
        if name == "jobs":
            return listed([])
        done = {"urls": [f"{BASE}/files/{name}.png"]}
        return found({"job_id": name, "status": "completed", "result": done})

    with world_with(handle) as world:
        result = sound(
            world.krea("download", "--json", "-o", f"{world.home}/", *IDS), json_mode=True
        )
        assert result.code in (0, 10)
    return hosts.used


@many(40, examples=20, bodies=answers(4))
def test_answers_to_a_submit(bodies: list[Answer]) -> int:
    """After what leaves the outcome open there is no second POST, in this run or the next."""
    service = Answers(bodies)
    with world_with(service) as world:
        command = (*FOX, "--no-wait", "--timeout", "60", "-o", "fox.png")
        result = sound(world.krea(*command), json_mode=False)
        _paid_once(service)
        # A 503 leaves it open unless it is the service's own.
        in_doubt = any(map(_open, service.given))
        assert in_doubt <= (result.code == 9) <= (in_doubt or ("POST", 503) in service.given)
        if result.code == 9:
            sound(world.krea(*command), json_mode=False)
            _paid_once(service)
    return service.used


@many(1500, examples=25, bodies=answers(60))
def test_what_a_submits_answer_means(bodies: list[Answer]) -> int:
    """One layer lower, for their number: refused, busy or in doubt, and always one sentence."""
    api = _asking(bodies)
    for answer in bodies:
        try:
            api.submit("/generate/image/a/b", {})
        except KreaError as error:
            _is_fit(error)
            in_doubt = isinstance(error, Unanswered)
            assert in_doubt == (error.charged == "unknown")
            assert in_doubt or not 200 <= answer[0] < 300
            assert not isinstance(error, Busy) or answer[0] in (429, 503)
        else:
            assert 200 <= answer[0] < 300
    return len(bodies)


@many(700, examples=14, bodies=answers(50))
def test_answers_to_uploads_and_to_asking_for_the_catalogue(bodies: list[Answer]) -> int:
    """Both are free, so nothing is ever in doubt; an odd catalogue leaves the last one in use."""
    api = _asking(bodies[:-5])
    for _ in bodies[:-5]:
        _upload(api)
    with world_with(Answers(bodies[-5:])) as world:
        for _ in range(5):
            result = sound(world.krea("models", "--refresh", "--json"), json_mode=True)
            assert result.code in (0, 1, 2, 3, 6, 8), result.code
    return len(bodies)


def _asking(bodies: list[Answer]) -> Api:
    """The API's client, answered by one of BODIES after the other."""
    return Api(Http(BASE, "a:b", version="0", transport=Wire(Answers(bodies)).transport()))


def _upload(api: Api) -> None:
    try:
        asset = api.upload(PICTURE, "image/png")
    except KreaError as error:
        _is_fit(error)
        assert error.charged == "no"
    else:
        assert asset.url.startswith("http")


def _open(asked: Asked) -> bool:
    """True for a POST whose answer does not say that nothing was made."""
    refusals = {400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 426, 428, 429}
    return asked[0] == "POST" and asked[1] not in refusals | {431, 451, 503}


def _paid_once(service: Answers) -> None:
    posts = [asked for asked in service.given if asked[0] == "POST"]
    assert not any(_open(asked) for asked in posts[:-1]), posts


def _is_fit(error: KreaError) -> None:
    """One line of fit text, that says what was charged."""
    for text in (error.message, error.hint or ""):
        assert text.isprintable() and len(text) < 2000, ascii(text)
    assert error.message
    assert error.charged in ("no", "yes", "unknown")
