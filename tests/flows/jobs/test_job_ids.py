"""Job ids from arguments, and from a stream."""

import io
import os
from collections.abc import Iterator
from itertools import islice

import pytest

from krea_cli.clock import Clock
from krea_cli.errors import UsageError
from krea_cli.flows.jobs.job_ids import JobMention, read_job_ids
from krea_cli.flows.jobs.record import Reference


class Terminal(io.StringIO):
    """Text typed by a person."""

    def isatty(self) -> bool:
        """Say that it is a terminal."""
        return True


def named(*arguments: str, stdin: io.TextIOBase | None = None) -> list[str]:
    """The ids and error codes, without the silences."""
    found = read_job_ids(arguments, stdin, Clock(), command="wait")  # type: ignore[arg-type]
    return [_name(mention) for mention in found if mention is not None]


def _name(mention: JobMention) -> str:
    return mention.job_id if isinstance(mention, Reference) else f"! {mention and mention.code}"


def test_arguments_name_jobs_each_once() -> None:
    """In their order; stdin is not touched."""
    assert named("b", "a", "b", stdin=io.StringIO("c\n")) == ["b", "a"]


def test_a_uuid_in_upper_case_is_the_service_s_own() -> None:
    """As some programs show it; an id of another form has its case."""
    upper = "550E8400-E29B-41D4-A716-446655440000"
    assert named(upper, stdin=None) == [upper.lower()]
    assert named(stdin=io.StringIO(f'{upper}\n"{upper}"\nJob_A\n')) == [upper.lower(), "Job_A"]


def test_a_bad_argument_is_refused_before_anything_is_done() -> None:
    """At the call, not at the first step."""
    with pytest.raises(UsageError):
        read_job_ids(["a", "../b"], None, Clock(), command="wait")


def test_a_stream_names_jobs_line_by_line() -> None:
    """Ids, records, empty lines, no end of line at the end."""
    assert named(stdin=io.StringIO('a\n\n{"job_id": "b"}\r\na\nc')) == ["a", "b", "c"]


def test_a_bad_line_does_not_end_the_stream() -> None:
    """The jobs behind it are meant too."""
    assert named(stdin=io.StringIO("a\n?!\nb\n")) == ["a", "! usage", "b"]


def test_a_line_that_is_no_text_is_one_bad_line() -> None:
    """Bytes that are no UTF-8."""
    stdin = io.TextIOWrapper(io.BytesIO(b"a\n\xff\xfe\nb\n"), "utf-8")
    assert named(stdin=stdin) == ["a", "! usage", "b"]


def test_a_dash_reads_stdin_behind_the_arguments() -> None:
    """Even a terminal's."""
    assert named("a", "-", stdin=Terminal("b\n")) == ["a", "b"]


def test_no_id_at_a_terminal_is_an_error() -> None:
    """A person would wait in vain."""
    with pytest.raises(UsageError) as refused:
        read_job_ids([], Terminal(), Clock(), command="wait")
    assert refused.value.message == "no job id was given"
    assert refused.value.hint == "krea wait last; or krea history --unfinished --json | krea wait"


@pytest.mark.parametrize("stdin", [None, io.StringIO("")], ids=["absent", "empty"])
def test_nothing_on_stdin_means_no_jobs(stdin: io.StringIO | None) -> None:
    """Under cron there is none."""
    assert named(stdin=stdin) == []


def test_a_closed_stdin_means_no_jobs() -> None:
    """As after `<&-`."""
    stdin = io.StringIO("a\n")
    stdin.close()
    assert named(stdin=stdin) == []


def test_a_line_is_there_before_the_next_one_is() -> None:
    """The stream is an open pipe: its lines are acted upon as they come."""
    read, write = os.pipe()
    with os.fdopen(read) as stdin, os.fdopen(write, "w") as source:
        found: Iterator[JobMention] = read_job_ids([], stdin, Clock(), command="wait")
        source.write("a\n")
        source.flush()
        assert [_name(mention) for mention in islice(found, 1)] == ["a"]
        assert next(found) is None
        source.write("b\n")
        source.close()
        assert [_name(mention) for mention in found if mention] == ["b"]
