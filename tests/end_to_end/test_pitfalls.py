"""The mistakes of other clients of this API, each by its number.

ELSEWHERE names the tests in other files. The tests here use the real command and the sandbox.
"""

import ast
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.sandboxed_cli import SandboxedCli

TESTS = Path(__file__).parent.parent
ELSEWHERE = {
    2: (  # the same request sent again, or a lost answer forgotten: paid twice
        "faults/test_matrix.py::test_a_fault_leaves_what_the_table_says",
        "api/test_client.py::test_a_submit_is_never_sent_twice_by_itself",
    ),
    3: (  # the id lost on a time-out or Ctrl-C
        "end_to_end/test_exit_codes.py::test_4_stopped_waiting",
        "end_to_end/test_exit_codes.py::test_interrupted",
    ),
    4: (  # a fresh job that is 404 for a moment
        "flows/jobs/test_watch.py::test_a_fresh_id_may_be_unknown_for_a_while",
        "flows/jobs/test_watch.py::test_an_id_that_stays_unknown_is_not_found",
    ),
    5: (  # one bad answer ends the waiting
        "flows/jobs/test_watch.py::test_passing_faults_are_waited_out",
        "flows/jobs/test_watch.py::test_a_refused_token_ends_it_at_once",
    ),
    6: ("flows/jobs/test_watch.py::test_only_three_statuses_end_a_job",),
    12: ("api/test_jobs.py::test_a_page_in_every_shape",),  # the cursor under its other name
    13: (  # uploads: the form, the type, the address in the answer
        "api/test_upload.py::test_an_upload_is_streamed_with_progress",
        "api/test_upload.py::test_the_address_may_be_called_url",
        "flows/transfer/test_upload.py::test_types_are_exact_and_from_the_content",
    ),
    14: (  # outside addresses; what the service thinks too small, it alone knows
        "api/test_status_errors.py::test_a_refused_address_leads_to_an_upload",
    ),
    15: ("api/test_http.py::test_a_request_has_its_headers",),  # Bearer, not Key
    16: (  # pasted tokens; tokens on the command line are tried below
        "local/test_credentials.py::test_what_copying_adds_is_taken_off",
        "api/test_http.py::test_a_token_that_no_header_can_carry_is_refused_first",
    ),
    17: ("api/test_status_errors.py::test_the_error_of_a_submit",),  # 402 is no bad key
    18: (  # each 429 in its own words, and Retry-After
        "api/test_status_errors.py::test_the_error_of_a_submit",
        "commands/generate/test_busy.py::test_no_room_is_waited_out",
    ),
    20: ("catalog/test_prices.py::test_the_price_of_a_request",),  # dollars, by their tiers
    # Surprises of single models: a field without effect is said. How a model reads the words of
    # a prompt, or prefers the shape of a start image, no document tells, so no hint is invented.
    22: ("catalog/request/test_prepare.py::test_a_field_without_effect_gets_a_note",),
    23: ("api/test_http.py::test_a_request_has_its_headers",),  # our own User-Agent
}
HERE = (1, 7, 8, 9, 10, 11, 16, 19, 21)
SMALL = ("--width", "512", "--height", "512")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., SandboxedCli]]:
    """Start a sandbox with FAULTS and the command in front of it."""
    with ExitStack() as stack:
        yield lambda *faults: stack.enter_context(SandboxedCli(tmp_path, *faults))


@pytest.fixture
def sandboxed(start: Callable[..., SandboxedCli]) -> SandboxedCli:
    """The command in front of a sandbox without faults."""
    return start()


def routes(sandboxed: SandboxedCli) -> list[str]:
    """The models of the jobs, in the order of their making."""
    return [job.route.path.removeprefix("/generate/") for job in sandboxed.jobs]


def test_each_number_is_held_by_a_test() -> None:
    """The 23 numbers are all told of, and each test that is named exists."""
    assert set(ELSEWHERE) | set(HERE) == set(range(1, 24))
    for name in {name for names in ELSEWHERE.values() for name in names}:
        path, _, function = name.partition("::")
        nodes = ast.parse((TESTS / path).read_text()).body
        assert function in {node.name for node in nodes if isinstance(node, ast.FunctionDef)}, name
    own = [name for name in globals() if name.startswith("test_pitfall_")]
    assert {int(name.split("_")[2]) for name in own} == set(HERE)


def test_pitfall_1_stdout_has_the_answer_alone(start: Callable[..., SandboxedCli]) -> None:
    """With --json a line each of two jobs; what else there is to say is JSON on stderr."""
    sandboxed = start("429:x1", "poll-500:x1", "deprecated")
    ended = sandboxed.krea("generate", "a fox [two]", "-n", "2", "-o", "fox.png", *SMALL, "--json")
    assert [len(record["files"]) for record in ended.records] == [2, 2]
    assert ended.err and all(isinstance(json.loads(line), dict) for line in ended.err.splitlines())
    plain = sandboxed.krea("generate", "a hen", "-o", "hen.png", *SMALL)
    assert plain.out == "hen.png\n"


@pytest.mark.parametrize(
    ("words", "saved"),
    [
        (("a fox [two]", "-o", "a.png", *SMALL), ["a-2.png", "a.png"]),
        (("a fox [map]", "-o", "a.png", *SMALL), ["a-2.png", "a.png"]),
        (("a fox", "-m", "3d/microsoft/trellis", "-o", "a.glb"), ["a-preview.png", "a.glb"]),
    ],
    ids=["list", "map", "objects"],
)
def test_pitfall_7_every_result_is_saved(
    sandboxed: SandboxedCli, words: tuple[str, ...], saved: list[str]
) -> None:
    """A job may name them as a list, as a map, or as objects with a type."""
    assert sandboxed.krea("generate", *words).code == 0
    assert sandboxed.files == saved


@pytest.mark.parametrize(
    ("prompt", "code", "charged"),
    [("[empty] a fox", 11, "unknown"), ("[fail-silent] a fox", 1, "no")],
    ids=["completed without a result", "failed without a word"],
)
def test_pitfall_8_an_end_without_words_is_put_into_words(
    sandboxed: SandboxedCli, prompt: str, code: int, charged: str
) -> None:
    """Neither is a success, and nobody is shown an empty object."""
    ended = sandboxed.krea("generate", prompt, "-o", "fox.png", *SMALL, "--json")
    (error,) = ended.errors
    assert (ended.code, error["charged"], sandboxed.files) == (code, charged, [])
    assert "{}" not in error["message"] and len(error["message"].split()) > 5


def test_pitfall_9_models_of_a_family_stay_apart(sandboxed: SandboxedCli) -> None:
    """Three parts of an id count: each name leads to a model of its own."""
    names = ["krea-2/large", "krea-2/medium", "krea-2/medium-turbo"]
    for number, name in enumerate(names):
        assert sandboxed.krea("generate", "a fox", "-m", name, "-o", f"{number}.png").code == 0
    assert routes(sandboxed) == [f"image/krea/{name}" for name in names]


@pytest.mark.parametrize("name", ["ideogram/v2", "google/veo/v3", "krea/nano-banana-pro-9"])
def test_pitfall_10_no_model_stands_in_for_another(sandboxed: SandboxedCli, name: str) -> None:
    """A name that the service does not have is exit 2, and nothing is sent."""
    ended = sandboxed.krea("generate", "a fox", "-m", name, "-o", "fox.png", "--json")
    assert (ended.code, ended.charged, sandboxed.counts.posts) == (2, "no", 0)


def test_pitfall_11_a_field_is_checked_before_it_is_paid_for(sandboxed: SandboxedCli) -> None:
    """With what was probably meant; --no-check leaves it to the service."""
    words = ("generate", "a fox", "-i", "guidance_scal=3", "-o", "fox.png", *SMALL, "--json")
    ended = sandboxed.krea(*words)
    assert (ended.code, ended.charged, sandboxed.counts.posts) == (2, "no", 0)
    assert "guidance_scale" in json.dumps(ended.errors)
    unchecked = sandboxed.krea(*words, "--no-check")
    assert (unchecked.code, unchecked.charged, sandboxed.counts.posts) == (2, "no", 1)


@pytest.mark.parametrize("option", ["--api-key", "--token", "--secret"])
def test_pitfall_16_no_option_takes_a_token(sandboxed: SandboxedCli, option: str) -> None:
    """On the command line all users of the machine could read it; and it is not repeated."""
    ended = sandboxed.krea("generate", "a fox", option, "id:hush", "-o", "fox.png")
    assert (ended.code, sandboxed.counts.posts) == (2, 0)
    assert "hush" not in ended.out + ended.err


def test_pitfall_19_files_land_where_and_as_they_should(start: Callable[..., SandboxedCli]) -> None:
    """Whole after a cut, in the folder asked for, named by content, over nothing that is there."""
    sandboxed = start("cut:x1")
    assert sandboxed.krea("generate", "a fox", "-o", "a/b/{slug}.{ext}", *SMALL).code == 0
    assert [path.name for path in (sandboxed.folder / "a" / "b").iterdir()] == ["a-fox.png"]
    (sandboxed.folder / "mine.png").write_text("mine")
    ended = sandboxed.krea("generate", "a hen", "-o", "mine.png", *SMALL)
    assert (ended.code, (sandboxed.folder / "mine.png").read_text()) == (2, "mine")
    ended = sandboxed.krea("generate", "an owl", "-o", "owl.jpg", *SMALL)
    assert (ended.code, "owl.jpg holds image/png" in ended.err) == (0, True)


def test_pitfall_21_nothing_is_asked_but_what_is_needed(sandboxed: SandboxedCli) -> None:
    """No list of models is fetched and no version looked up on the way to a picture."""
    assert sandboxed.krea("models", "flux").code == 0
    assert sandboxed.krea("generate", "a fox", "-o", "fox.png", *SMALL).code == 0
    counts = sandboxed.counts
    assert (counts.documents, counts.posts, counts.downloads, counts.deletes) == (0, 1, 1, 0)
    assert counts.polls["list"] == 0
