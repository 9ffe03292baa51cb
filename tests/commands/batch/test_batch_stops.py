"""What keeps a batch from going on: failures, a full service, doubts, caps, signals."""

from typing import Any

import httpx
import pytest

from tests.commands.batch.batch_helpers import (
    FOXES,
    Answer,
    files,
    lost,
    nothing,
    priced,
    prompts,
    refused,
    summary,
)
from tests.fakes.krea_service import Service
from tests.harness.cli import World


def test_a_failed_item_leaves_the_others_alone(listed: World) -> None:
    """It is told with its reason and the command that retries it, which sends only that one."""
    failing = listed.service.job

    def job(number: int, **more: Any) -> dict[str, Any]:
        return failing(number, **more) | ({"ends": "failed"} if number == 2 else {})

    listed.service.job = job  # type: ignore[method-assign]
    first = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (first.code, files()) == (1, FOXES[:1] + FOXES[2:])
    assert "5 of 6 done, 1 failed" in first.err
    assert "krea batch foxes.txt -o out/ --retry-failed" in first.err
    again = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (again.code, len(listed.service.posts)) == (1, 6)
    retried = listed.krea("batch", "foxes.txt", "-o", "out/", "--retry-failed")
    assert (retried.code, prompts(listed)[6:], files()) == (0, ["fox 2"], FOXES)


def test_fail_fast_sends_nothing_more(listed: World) -> None:
    """What is with the service is still saved."""
    listed.service.answers = [lambda *_: None, refused(422, {"error": "no such fox"})]
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "--fail-fast")
    assert (done.code, files()) == (1, ["fox-1"])
    assert len(listed.service.posts) == 2
    assert "nothing more is sent, as an item failed" in done.err


def test_no_room_holds_the_whole_run(listed: World) -> None:
    """Nobody is sent before the service said, and no more at once than it has room for."""
    listed.service.seconds = 20
    moments: list[float] = []

    def at(answer: Answer | None = None) -> Answer:
        def told(service: Service, job: dict[str, Any]) -> httpx.Response | None:
            moments.append(listed.clock.now())
            return answer(service, job) if answer else None

        return told

    full = refused(429, {"error": "too many jobs"}, **{"retry-after": "50"})
    listed.service.answers = [at(), at(), at(full), at(), at(), at(), at()]
    done = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, files()) == (0, FOXES)
    starts = [moment - moments[0] for moment in moments]
    assert starts[2] < 2 and 50 <= starts[3] < 70
    assert starts[6] - starts[3] >= 20  # three at once, and not four


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused(401, {"error": "bad key"}), 3),
        (refused(402, {"error": "Insufficient balance"}), 6),
    ],
    ids=["401", "402"],
)
def test_what_stops_all_stops_at_once(listed: World, answer: Answer, code: int) -> None:
    """Nothing more is sent, what runs is saved, and the same command goes on later."""
    listed.service.answers = [lambda *_: None, lambda *_: None, answer]
    done = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, files(), len(listed.service.posts)) == (code, FOXES[:2], 3)
    again = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (again.code, files(), len(listed.service.posts)) == (0, FOXES, 7)


def test_a_lost_answer_is_settled_before_the_next_is_sent(listed: World) -> None:
    """Its job is found in the list; the others are sent after that."""
    listed.service.answers = [lambda *_: None, lost]
    done = listed.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, files(), len(listed.service.posts)) == (0, FOXES, 6)
    sent = [entry for entry in listed.service.requests if entry.startswith(("POST", "GET /jobs"))]
    assert sent[:3] == [sent[0], sent[0], "GET /jobs"]


def test_what_stays_in_doubt_is_never_sent_again(listed: World) -> None:
    """It is told at the end; the others are made. The same command asks for it again in vain."""
    listed.service.answers = [lambda *_: None, nothing]
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "--json")
    assert (done.code, files()) == (9, FOXES[:1] + FOXES[2:])
    told = summary(done)
    assert (told["done"], told["doubtful"], told["groups"][0]["lines"]) == (5, 1, [2])
    listed.clock.advance(600)
    again = listed.krea("batch", "foxes.txt", "-o", "out/", "--retry-failed")
    assert (again.code, prompts(listed).count("fox 2")) == (9, 1)


def test_a_cap_holds_over_all_runs(listed: World) -> None:
    """Six items of 2 dollars under 7: three, then none, and with a higher cap the rest."""
    spend = ("--assume-price", "2", "-o", "out/", "--json")
    priced(listed)
    done = listed.krea("batch", "foxes.txt", "--max-cost", "7", *spend)
    assert (done.code, files(), len(listed.service.posts)) == (5, FOXES[:3], 3)
    assert "the same command with --max-cost 12.00 goes on with the rest" in done.err
    again = listed.krea("batch", "foxes.txt", "--max-cost", "7", *spend)
    assert (again.code, len(listed.service.posts)) == (5, 3)
    assert (summary(again)["spent"], summary(again)["spent_before"]) == (0.0, 6.0)
    rest = listed.krea("batch", "foxes.txt", "--max-cost", "12", *spend)
    assert (rest.code, files()) == (0, FOXES)


def test_a_first_interrupt_waits_for_what_runs(listed: World) -> None:
    """Nothing new is sent, what runs is saved; the same command goes on."""
    listed.service.seconds = 30
    listed.clock.stop_at(listed.clock.now() + 5, 2)
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, files(), len(listed.service.posts)) == (130, FOXES[:2], 2)
    assert "interrupted (SIGINT); 4 of 6 items were not sent" in done.err


def test_a_second_one_leaves_at_once(listed: World) -> None:
    """The jobs run on, and are saved by the same command without being sent again."""
    listed.service.seconds = 30
    listed.clock.stop_at(listed.clock.now() + 5, 2)
    listed.clock.stop_at(listed.clock.now() + 8, 2)
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, files(), len(listed.service.posts)) == (130, [], 2)
    assert "interrupted (SIGINT); 2 jobs are not saved yet; 4 of 6 items were not sent" in done.err


def test_a_term_leaves_at_once(listed: World) -> None:
    """Whoever ends a service does not wait for minutes."""
    listed.service.seconds = 30
    listed.clock.stop_at(listed.clock.now() + 5, 15)
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, files(), len(listed.service.posts)) == (143, [], 2)


def test_a_job_is_not_waited_for_for_ever(listed: World) -> None:
    """It runs on, and the same command goes on with it."""
    listed.service.seconds = 120
    done = listed.krea("batch", "foxes.txt", "-o", "out/", "-j", "6", "--timeout", "60")
    assert (done.code, files(), len(listed.service.posts)) == (4, [], 6)
    again = listed.krea("batch", "foxes.txt", "-o", "out/", "-j", "6", "--timeout", "100")
    assert (again.code, files(), len(listed.service.posts)) == (0, FOXES, 6)
