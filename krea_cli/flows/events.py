"""The events that a flow tells while it runs; the terminal chooses the words."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A sentence worth telling once: what was filled in, drawn, adopted, translated."""

    text: str


@dataclass(frozen=True)
class SeedDrawn(Note):
    """The seed of a request, which the line of its result may tell as well."""


@dataclass(frozen=True)
class WarningNote:
    """Something the user should know and may want to act on."""

    text: str


@dataclass(frozen=True)
class Uploading:
    """A local file is on its way.

    sent: bytes
    total: bytes
    """

    path: str
    sent: int
    total: int


@dataclass(frozen=True)
class Submitting:
    """A request is about to leave.

    index: its number within this command, from 1
    count: number of requests of this command
    unfollowed: no `Running` of its job follows
    """

    model: str
    index: int
    count: int
    unfollowed: bool = False


@dataclass(frozen=True)
class Paused:
    """Nothing is sent for now, and why: another krea submits, no free slot, no connection yet."""

    reason: str
    seconds: float | None = None


@dataclass(frozen=True)
class Reconciling:
    """The answer to a submit got lost; the server's list is searched for the job."""

    reason: str


@dataclass(frozen=True)
class Running:
    """A job's id is known.

    typical: how many seconds such a job usually takes, None if unknown
    since: seconds since 1970
    from_ledger: `typical` is known from earlier jobs in this ledger alone
    price: the price in words, None if unknown
    cost: the most that it may cost, in millionths of a dollar; None if unknown
    seed: of its request, None if it has none
    fresh: this command submitted it
    """

    job_id: str
    model: str | None
    status: str
    typical: float | None
    since: float
    from_ledger: bool = False
    price: str | None = None
    cost: int | None = None
    seed: int | None = None
    fresh: bool = False


@dataclass(frozen=True)
class Changed:
    """A job's status changed, or was read for the first time."""

    job_id: str
    status: str


@dataclass(frozen=True)
class Downloading:
    """A result is on its way; `total` is None when the server does not say."""

    job_id: str
    name: str
    received: int
    total: int | None


@dataclass(frozen=True)
class JobEnded:
    """A job needs no more attention; `ok` tells whether its FILES are on disk."""

    job_id: str
    ok: bool
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unwatched:
    """A job is followed no longer, and its results were not asked for; `ok`: it completed."""

    job_id: str
    ok: bool


@dataclass(frozen=True, kw_only=True)
class BatchProgress:
    """The progress of a batch, told whenever one of its items moves on.

    total: items in all
    done: items with their files
    made: items of those whose jobs this run paid for
    running: items with the service
    unsaved: items that are paid for, and could not be saved
    elsewhere: items with a job that another run is to save; counted at the end
    retried: jobs that failed, and were followed by another one for the same item
    waiting: items still to be sent, or, until the end, claimed by another krea
    limit: the most jobs that may be with the service now
    spent: the most that this run may cost, in millionths of a dollar
    about: cost of jobs with an uncertain price, in millionths of a dollar, not in `spent`
    unpriced: jobs of unknown price, in neither
    stopping: why nothing more is sent; None while items are sent
    """

    total: int
    done: int
    made: int
    failed: int
    unsaved: int = 0
    doubtful: int
    running: int
    elsewhere: int = 0
    retried: int = 0
    waiting: int
    limit: int
    spent: int
    about: int
    unpriced: int
    stopping: str | None = None


@dataclass(frozen=True, kw_only=True)
class ItemEnded:
    """An item of a batch came to its end here: its files, or the error sentence."""

    line: int
    files: tuple[str, ...] = ()
    error: str | None = None
    job_id: str | None = None


Event = (
    Note
    | WarningNote
    | Uploading
    | Submitting
    | Paused
    | Reconciling
    | Running
    | Changed
    | Downloading
    | JobEnded
    | Unwatched
    | BatchProgress
    | ItemEnded
)
# Called from the thread that attends and from transfer threads: must be thread-safe.
Tell = Callable[[Event], None]
