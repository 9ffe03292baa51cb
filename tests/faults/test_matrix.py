"""Each kind of fault, through the real command against the sandbox."""

from dataclasses import dataclass

import pytest

from krea_cli.sandbox.faults import FAULT_KINDS
from tests.faults.matrix import Case, Observation, PlayedCase, cases, play

pytestmark = pytest.mark.exhaustive

# The state after one command, by the kind of fault; n is the number of requests. The ledger's
# states are those of the first request and of the others. The last column names the command that
# completes the work once the fault is gone; `-`: the work is done.
TABLE = """
fault                exit charged POSTs jobs files ledger          completed by

reset-before         9    unknown 1     0    none  unknown/checked krea recover
reset-after          0    -       n     n    all   saved           -
late                 0    -       n     n    all   saved           -
401                  3    no      1     0    none  refused/checked the same, mended
402                  6    no      1     0    none  refused/checked the same command
402-plan             6    no      1     0    none  refused/checked the same, mended
403                  3    no      1     0    none  refused/checked the same, mended
410                  2    no      1     0    none  refused/checked the same, mended
422                  2    no      1     0    none  refused/checked the same, mended
429                  0    -       n+1   n    all   saved           -
429-after            0    -       n+1   n    all   saved           -
500                  9    unknown 1     0    none  unknown/checked krea recover
503                  0    -       n+1   n    all   saved           -
503-after            9    unknown 1     0    none  unknown/checked krea recover
524                  0    -       n     n    all   saved           -
524-before           9    unknown 1     0    none  unknown/checked krea recover
garbage              0    -       n     n    all   saved           -
empty-body           0    -       n     n    all   saved           -
slow-submit          0    -       n     n    all   saved           -
deprecated           0    -       n     n    all   saved           -
strangers            0    -       n     n    all   saved           -
fresh-404            0    -       n     n    all   saved           -
list-lag             0    -       n     n    all   saved           -
list-empty           0    -       n     n    all   saved           -
odd-status           0    -       n     n    all   saved           -
poll-500             0    -       n     n    all   saved           -
poll-reset           0    -       n     n    all   saved           -
cut                  0    -       n     n    all   saved           -
slow                 0    -       n     n    all   saved           -
download-403         0    -       n     n    all   saved           -
download-404         0    -       n     n    all   saved           -
download-500         0    -       n     n    all   saved           -
no-length            0    -       n     n    all   saved           -

reset-before always  9    unknown 1     0    none  unknown/checked krea recover
reset-after always   0    -       n     n    all   saved           -
late always          0    -       n     n    all   saved           -
429 always           8    no      >1    0    none  checked         the same command
429-after always     8    no      >1    0    none  checked         the same command
503 always           8    no      >1    0    none  checked         the same command
503-after always     9    unknown 1     0    none  unknown/checked krea recover
524 always           0    -       n     n    all   saved           -
garbage always       0    -       n     n    all   saved           -
empty-body always    0    -       n     n    all   saved           -
slow-submit always   0    -       n     n    all   saved           -
deprecated always    0    -       n     n    all   saved           -
strangers always     0    -       n     n    all   saved           -
fresh-404 always     0    -       n     n    all   saved           -
list-lag always      0    -       n     n    all   saved           -
list-empty always    0    -       n     n    all   saved           -
odd-status always    0    -       n     n    all   saved           -
poll-500 always      4    unknown n     n    none  submitted       krea download
poll-reset always    4    unknown n     n    none  submitted       krea download
cut always           10   yes     n     n    none  completed       krea download
slow always          0    -       n     n    all   saved           -
download-403 always  10   yes     n     n    none  completed       krea download
download-404 always  10   yes     n     n    none  completed       krea download
download-500 always  10   yes     n     n    none  completed       krea download
no-length always     0    -       n     n    all   saved           -
"""
COLUMNS = 7


@dataclass(frozen=True)
class TableRow:
    """A line of the table, in its own words."""

    exit: str
    charged: str
    posts: str
    jobs: str
    files: str
    ledger: str
    way: str

    def states(self, requests: int) -> tuple[str, ...]:
        """The state of each of REQUESTS."""
        first, _, others = self.ledger.partition("/")
        return (first, *[others or first] * (requests - 1))


def read(table: str) -> dict[str, TableRow]:
    """The lines of TABLE by the words before the exit code."""
    rows = {}
    for line in filter(None, table.splitlines()[2:]):
        fault, rest = line[:21].rstrip(), line[21:]
        rows[fault] = TableRow(*rest.split(maxsplit=COLUMNS - 1))
    return rows


ROWS = read(TABLE)


def number(text: str, requests: int, *, seen: int) -> int:
    """The number in TEXT; if it is a bound only, SEEN or the nearest number within the bound."""
    if text.startswith(">"):
        return max(seen, int(text[1:]) + 1)
    return {"n": requests, "n+1": requests + 1}.get(text) or int(text)


def expected(case: Case, seen: PlayedCase) -> PlayedCase:
    """The right course of CASE; SEEN counts only if the table leaves a number open."""
    row, n = ROWS[case.name], case.requests
    posts = number(row.posts, n, seen=seen.first.posts)
    jobs = number(row.jobs, n, seen=seen.first.jobs)
    everything = n * case.results
    first = Observation(
        int(row.exit),
        row.charged,
        posts=posts,
        jobs=jobs,
        files=everything if row.files == "all" else 0,
        ledger=row.states(n),
    )
    # In the end there is a job for each request with all its results, each paid for once. A
    # request that the user sent anew has a new row in the ledger, beside the old one.
    old = {"refused": ("refused",), "unknown": ("forgotten",)}.get(first.ledger[0], ())
    last = Observation(0, "-", posts + n - jobs, n, everything, (*old, *["saved"] * n))
    return PlayedCase(first, row.way, last)


@pytest.mark.parametrize(
    "case",
    tuple(cases()),
    ids=lambda case: f"{case.name}, {case.requests} of {case.results}",
)
def test_a_fault_leaves_what_the_table_says(case: Case) -> None:
    """Exit code, charge, requests sent, jobs, files and ledger; then the hint ends the work."""
    seen = play(case)
    assert seen == expected(case, seen)


def test_no_kind_of_fault_is_left_out() -> None:
    """Whatever the sandbox can do wrong stands in the table, and nothing else."""
    assert set(FAULT_KINDS) <= set(ROWS) == {case.name for case in cases()}
