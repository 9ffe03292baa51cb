"""Where `generate` is killed: steps over the whole life of a request, and what each leaves behind.

A step is written as `killed_at.py` takes it. The groups are in the order of that life.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto


class Left(Enum):
    """What a kill leaves of the request that was under way."""

    NOTHING = auto()  # it was not sent
    DOUBT = auto()  # the ledger says that it leaves, and no job was made of it
    LOST = auto()  # a job was made, and nobody was told
    RUNS = auto()  # the job is known; its file is not there, or not booked
    OVER = auto()


# The states in the ledger that tell it: there must be a row with one of them.
STATES = {
    Left.NOTHING: {"checked"},
    Left.DOUBT: {"sending"},
    Left.LOST: {"sending"},
    Left.RUNS: {"submitted", "completed"},
    Left.OVER: {"saved"},
}


@dataclass(frozen=True)
class Order:
    """A command line, the files that it is to leave, the jobs that those take, what stood there."""

    argv: tuple[str, ...]
    files: tuple[str, ...]
    jobs: int = 1
    pictures: tuple[str, ...] = ()  # that stand on the desk before


@dataclass(frozen=True)
class Point:
    """One kill: what happens just then, the step, what it leaves, and how the service behaves.

    `made` counts the jobs that were made by then, or will be by what was sent.
    """

    name: str
    step: str
    left: Left
    order: Order
    made: int = 1
    faults: tuple[str, ...] = ()
    big: int = 0  # bytes that a result has at least


SMALL = ("--width", "512", "--height", "512", "--seed", "1")  # drawn quickly, and once
FOX = Order(("generate", "a red fox", *SMALL, "-o", "fox.png"), ("fox.png",))
TWO = Order(("generate", "[two] red foxes", *SMALL, "-o", "fox.png"), ("fox.png", "fox-2.png"))
THREE = Order(
    ("generate", "a red fox", *SMALL, "-n", "3", "-o", "fox.png"),
    ("fox.png", "fox-2.png", "fox-3.png"),
    jobs=3,
)
NIGHT = Order(
    ("generate", "make it night", "-m", "flux-kontext", "--image", "day.png", "-o", "night.png"),
    ("night.png",),
    pictures=("day.png",),
)
OVERWRITE = Order(
    ("generate", "a red fox", *SMALL, "--force", "-o", "fox.png"),
    ("fox.png",),
    pictures=("fox.png",),
)
HTTP11 = "httpcore._sync.http11:HTTP11Connection"

BEFORE = {
    "the command starts": "krea_cli.main:main call 1",
    "the ledger is about to be made": "krea_cli.local.ledger.database:_create call 1",
    "the ledger has its tables": "krea_cli.local.ledger.migrations:migrate return 1",
    "the ledger gets its name": "os:rename return 1",
    "targets are looked at": "krea_cli.flows.files.target:Target.check return 1",
    "the row is written": "krea_cli.local.ledger.account_ledger:Book.begin return 1",
    "the row is put down": "krea_cli.local.ledger.account_ledger:Book.begin_or_join return 1",
    "the part is made": "os:open@_open return 1",
    "the part is reserved": "krea_cli.flows.submit.claim:claim return 1",
    "the wire is prepared": "krea_cli.api.client:Api.prepare return 1",
    "the post lock is taken": "krea_cli.flows.submit.submit:bury_the_dead call 1",
    "`sending` is written": "krea_cli.local.ledger.account_ledger:Book.move return 1",
}
LEAVING = {
    "`sending` is on disk": "krea_cli.local.ledger.account_ledger:Book.sending return 1",
    "it connects": "httpcore._backends.sync:SyncBackend.connect_tcp call 1",
    "it is connected": "httpcore._backends.sync:SyncBackend.connect_tcp return 1",
    "its headers are sent": f"{HTTP11}._send_request_headers return 1",
    "its body is about to be sent": f"{HTTP11}._send_request_body call 1",
}
SENT = {
    "its body is sent": f"{HTTP11}._send_request_body return 1",
    "the answer's headers came": f"{HTTP11}._receive_response_headers return 1",
    "the answer's body came": "krea_cli.api.http:Exchange.reply return 1",
    "the answer is read": "krea_cli.api.jobs:parse_job return 1",
    "the answer is written": "krea_cli.local.ledger.account_ledger:Book.move return 2",
}
WAITING = {"it waits for the answer": f"{HTTP11}._receive_response_headers call 1"}
RUNNING = {
    "the answer is booked": "krea_cli.local.ledger.account_ledger:Book.submitted return 1",
    "the job is put under watch": "krea_cli.flows.jobs.watch:Watch.add return 1",
    "the first poll leaves": "krea_cli.api.client:Api.job call 1",
    "the first poll is answered": "krea_cli.api.client:Api.job return 1",
    "the job has ended": "krea_cli.flows.jobs.watch:Watch._saw return 1",
    "half of the end is booked": "krea_cli.local.ledger.account_ledger:Book.seen return 1",
    "the end is booked": "krea_cli.local.ledger.account_ledger:Book.ended return 1",
    "the stream is about to be opened": "krea_cli.api.http:Http.stream call 1",
    "the stream is open": "krea_cli.flows.transfer.fetch:_Attempt._begin return 1",
}
POLLING = {"the second poll leaves": "krea_cli.api.client:Api.job call 2"}
ARRIVING = {
    "the first piece is written": "os:pwrite return 1",
    "the second piece is written": "os:pwrite return 2",
    "some pieces are written": "os:pwrite return 5",
    "the last piece is written": "krea_cli.flows.transfer.fetch:_Attempt._copy return 1",
}
SAVING = {
    "the content is checked": "krea_cli.flows.transfer.fetch:_checked return 1",
    "the part is synced": "os:fsync@publish return 1",
    "the name is about to be given": "os:link call 1",
    "the name is given": "os:link return 1",
    "the part is about to be removed": "krea_cli.flows.files.part_file:_remove call 1",
    "the part is removed": "krea_cli.flows.files.part_file:_remove return 1",
    "the folder is synced": "krea_cli.flows.files.publish:_sync_folder return 1",
    "the file is about to be booked": "krea_cli.local.ledger.account_ledger:Book.file call 1",
    "the file is booked": "krea_cli.local.ledger.account_ledger:Book.file return 1",
}
AFTER = {
    "`saved` is booked": "krea_cli.local.ledger.account_ledger:Book.saved return 1",
    "everything is released": "krea_cli.flows.generate.generate:Generation._release return 1",
    "the path is printed": "krea_cli.terminal.output:Output.saved return 1",
    "the command ends": "krea_cli.main:leave call 1",
}
OUTPUTS = {
    "the first of two has its name": "os:link return 1",
    "the first of two is booked": "krea_cli.local.ledger.account_ledger:Book.file return 1",
    "the second of two is about to come": "krea_cli.api.http:Http.stream call 2",
    "the second of two is about to be named": "os:link call 2",
    "the second of two is booked": "krea_cli.local.ledger.account_ledger:Book.file return 2",
}
UPLOADING = {
    "an upload is about to be sent": "krea_cli.api.client:Api.upload call 1",
    "an upload is sent": "krea_cli.api.client:Api.upload return 1",
    "an upload is remembered": "krea_cli.local.ledger.uploads:Uploads.remember return 1",
}
REPLACING = {
    "another file is about to be replaced": "os:replace@_publish_as call 1",
    "another file is replaced": "os:replace@_publish_as return 1",
}
SEVERAL = (
    ("three are put down", "krea_cli.flows.submit.claim:claim call 1", Left.NOTHING, 0),
    (
        "the first of three is booked",
        "krea_cli.local.ledger.account_ledger:Book.submitted return 1",
        Left.RUNS,
        1,
    ),
    (
        "the second of three leaves",
        "krea_cli.local.ledger.account_ledger:Book.sending return 2",
        Left.DOUBT,
        1,
    ),
    ("the second of three is sent", "krea_cli.api.client:Api.submit return 2", Left.LOST, 2),
    (
        "the third of three is booked",
        "krea_cli.local.ledger.account_ledger:Book.submitted return 3",
        Left.RUNS,
        3,
    ),
    (
        "the second of three is saved",
        "krea_cli.local.ledger.account_ledger:Book.saved return 2",
        Left.RUNS,
        3,
    ),
)


def _at(steps: dict[str, str], left: Left, order: Order = FOX, made: int = 1) -> list[Point]:
    return [Point(name, step, left, order, made) for name, step in steps.items()]


POINTS = [
    *_at(UPLOADING, Left.NOTHING, NIGHT, 0),
    *_at(BEFORE, Left.NOTHING, made=0),
    *_at(LEAVING, Left.DOUBT, made=0),
    *_at(SENT, Left.LOST),
    *(replace(each, faults=("slow-submit:x1:0.3s",)) for each in _at(WAITING, Left.LOST)),
    *_at(RUNNING, Left.RUNS),
    *(replace(each, faults=("poll-500:x1",)) for each in _at(POLLING, Left.RUNS)),
    *(replace(each, big=2_000_000) for each in _at(ARRIVING, Left.RUNS)),
    *_at(SAVING, Left.RUNS),
    *_at(REPLACING, Left.RUNS, OVERWRITE),
    *_at(OUTPUTS, Left.RUNS, TWO),
    *(Point(name, step, left, THREE, made) for name, step, left, made in SEVERAL),
    *_at(AFTER, Left.OVER),
]
