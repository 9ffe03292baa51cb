"""The steps at which `generate` is killed, over the whole life of a request.

The groups are in the order of that life; `worker.py` describes how a step is written.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from tests.clocks.accelerated_clock import SPEED


class Remains(Enum):
    """The state of the request that was under way, after a kill."""

    NOT_SENT = auto()  # it was not sent
    NEVER_LEFT = auto()  # the ledger says that it is sent, and knows that no byte left
    IN_DOUBT = auto()  # a byte of it may have left, and no job was made of it
    ANSWER_LOST = auto()  # a job was made, and nobody was told
    RUNNING = auto()  # the job is known; its file is not there, or not booked
    FINISHED = auto()


# The ledger has a row in one of these states.
STATES = {
    Remains.NOT_SENT: {"checked"},
    Remains.NEVER_LEFT: {"sending"},
    Remains.IN_DOUBT: {"sending"},
    Remains.ANSWER_LOST: {"sending"},
    Remains.RUNNING: {"submitted", "completed"},
    Remains.FINISHED: {"saved"},
}


@dataclass(frozen=True)
class Command:
    """A command line and its work.

    argv: the words after `krea`
    files: names of the files that it makes
    jobs: how many jobs it takes
    pictures: names of the files that stand there before
    """

    argv: tuple[str, ...]
    files: tuple[str, ...]
    jobs: int = 1
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class KillPoint:
    """One kill of a command at a step of it.

    name: the step in words
    step: the step as `worker.py` takes it
    remains: the state of the request afterwards
    jobs_made: number of jobs made by all that was sent
    faults: faults of the sandbox
    result_bytes: the least size of a result
    clock_speed: of the accelerated clock
    """

    name: str
    step: str
    remains: Remains
    command: Command
    jobs_made: int = 1
    faults: tuple[str, ...] = ()
    result_bytes: int = 0
    clock_speed: float = SPEED


SMALL = ("--width", "512", "--height", "512", "--seed", "1")  # drawn quickly, and once
FOX = Command(("generate", "a red fox", *SMALL, "-o", "fox.png"), ("fox.png",))
TWO = Command(("generate", "[two] red foxes", *SMALL, "-o", "fox.png"), ("fox.png", "fox-2.png"))
THREE = Command(
    ("generate", "a red fox", *SMALL, "-n", "3", "-o", "fox.png"),
    ("fox.png", "fox-2.png", "fox-3.png"),
    jobs=3,
)
NIGHT = Command(
    ("generate", "make it night", "-m", "flux-kontext", "--image", "day.png", "-o", "night.png"),
    ("night.png",),
    pictures=("day.png",),
)
OVERWRITE = Command(
    ("generate", "a red fox", *SMALL, "--force", "-o", "fox.png"),
    ("fox.png",),
    pictures=("fox.png",),
)
HTTP11 = "httpcore._sync.http11:HTTP11Connection"
API = "krea_cli.api.client:ApiClient"
ROWS = "krea_cli.local.ledger.request_rows:RequestRows"
FILE_ROWS = "krea_cli.local.ledger.file_rows:FileRows"

BEFORE = {
    "the command starts": "krea_cli.main:main call 1",
    "the ledger is about to be made": "krea_cli.local.ledger.database:_create call 1",
    "the ledger has its tables": "krea_cli.local.ledger.migrations:migrate return 1",
    "the ledger gets its name": "os:rename return 1",
    "targets are looked at": "krea_cli.flows.files.target:Target.refuse_existing return 1",
    "the row is written": f"{ROWS}.insert return 1",
    "the row is in the ledger": f"{ROWS}.insert_or_join return 1",
    "the part is made": "os:open@_open return 1",
    "the part is reserved": "krea_cli.flows.submit.claim:claim return 1",
    "the wire is prepared": f"{API}.prepare_submit return 1",
    "the post lock is taken": "krea_cli.flows.submit.post_lock:mark_abandoned_sends_unknown call 1",
    "it connects": f"{API}.connect call 1",
    "it is connected": f"{API}.connect return 1",
    "`sending` is written": f"{ROWS}.change_state return 1",
}
CONNECTING = {
    "`sending` is on disk": f"{ROWS}.mark_sending return 1",
    "it is submitted": f"{API}.submit call 1",
    "its request begins": f"{HTTP11}.handle_request call 1",
    "the first byte is about to be marked": f"{ROWS}.mark_leaving call 1",
}
LEAVING = {
    "the first byte is marked": f"{ROWS}.mark_leaving return 1",
    "its headers are sent": f"{HTTP11}._send_request_headers return 1",
    "its body is about to be sent": f"{HTTP11}._send_request_body call 1",
}
SENT = {
    "its body is sent": f"{HTTP11}._send_request_body return 1",
    "the answer's headers came": f"{HTTP11}._receive_response_headers return 1",
    "the answer's body came": "krea_cli.api.http:Exchange.read_response return 1",
    "the answer is read": "krea_cli.api.jobs:parse_job return 1",
    "the answer is written": f"{ROWS}.change_state return 2",
}
WAITING = {"it waits for the answer": f"{HTTP11}._receive_response_headers call 1"}
RUNNING = {
    "the answer is recorded": f"{ROWS}.mark_submitted return 1",
    "the job is put under watch": "krea_cli.flows.jobs.watch:Watch.add return 1",
    "the first poll leaves": f"{API}.get_job call 1",
    "the first poll is answered": f"{API}.get_job return 1",
    "the job has ended": "krea_cli.flows.jobs.watch:Watch._apply_status return 1",
    "half of the end is recorded": f"{ROWS}.record_status return 1",
    "the end is recorded": f"{ROWS}.mark_ended return 1",
    "the stream is about to be opened": "krea_cli.api.http:HttpClient.stream call 1",
    "the stream is open": "krea_cli.flows.transfer.fetch:_Attempt._begin return 1",
}
POLLING = {"the second poll leaves": f"{API}.get_job call 2"}
ARRIVING = {
    "the first piece is written": "os:pwrite return 1",
    "the second piece is written": "os:pwrite return 2",
    "some pieces are written": "os:pwrite return 5",
    "the last piece is written": "krea_cli.flows.transfer.fetch:_Attempt._copy return 1",
}
SAVING = {
    "the content is checked": "krea_cli.flows.transfer.fetch:_check_content return 1",
    "the part is synced": "krea_cli.flows.files.publish:sync_file return 1",
    "the name is about to be given": "os:link call 1",
    "the name is given": "os:link return 1",
    "the part is about to be removed": "krea_cli.flows.files.part_file:_remove_part call 1",
    "the part is removed": "krea_cli.flows.files.part_file:_remove_part return 1",
    "the folder is synced": "krea_cli.flows.files.publish:sync_folder return 1",
    "the file is about to be recorded": f"{FILE_ROWS}.record call 1",
    "the file is recorded": f"{FILE_ROWS}.record return 1",
}
AFTER = {
    "`saved` is recorded": f"{ROWS}.mark_saved return 1",
    "everything is released": "krea_cli.flows.generate.generate:Generate._release return 1",
    "the path is printed": "krea_cli.terminal.output:Output.print_files return 1",
    "the command ends": "krea_cli.main:exit_now call 1",
}
OUTPUTS = {
    "the first of two has its name": "os:link return 1",
    "the first of two is recorded": f"{FILE_ROWS}.record return 1",
    "the second of two is about to come": "krea_cli.api.http:HttpClient.stream call 2",
    "the second of two is about to be named": "os:link call 2",
    "the second of two is recorded": f"{FILE_ROWS}.record return 2",
}
UPLOADING = {
    "an upload is about to be sent": f"{API}.upload call 1",
    "an upload is sent": f"{API}.upload return 1",
    "an upload is remembered": "krea_cli.local.ledger.uploads:UploadRows.record return 1",
}
REPLACING = {
    "another file is about to be replaced": "os:replace@_publish_as call 1",
    "another file is replaced": "os:replace@_publish_as return 1",
}
# With two jobs of the three, the time of each says whose it is, to half a second.
SEVERAL = (
    (
        "three are in the ledger",
        "krea_cli.flows.submit.claim:claim call 1",
        Remains.NOT_SENT,
        0,
        SPEED,
    ),
    (
        "the first of three is recorded",
        f"{ROWS}.mark_submitted return 1",
        Remains.RUNNING,
        1,
        SPEED,
    ),
    ("the second of three is next", f"{ROWS}.mark_sending return 2", Remains.NEVER_LEFT, 1, SPEED),
    ("the second of three leaves", f"{ROWS}.mark_leaving return 2", Remains.IN_DOUBT, 1, SPEED),
    ("the second of three is sent", f"{API}.submit return 2", Remains.ANSWER_LOST, 2, 1.0),
    (
        "the third of three is recorded",
        f"{ROWS}.mark_submitted return 3",
        Remains.RUNNING,
        3,
        SPEED,
    ),
    ("the second of three is saved", f"{ROWS}.mark_saved return 2", Remains.RUNNING, 3, SPEED),
)


def _at(
    steps: dict[str, str], remains: Remains, command: Command = FOX, jobs_made: int = 1
) -> list[KillPoint]:
    return [KillPoint(name, step, remains, command, jobs_made) for name, step in steps.items()]


# Of a batch with --force whose lines have exchanged their names: nothing is sent.
EXCHANGE = Command(
    ("batch", "foxes.csv", "-o", "out/", "--force", *SMALL[:4]),
    ("out/a.png", "out/b.png", "out/c.png", "out/d.png"),
    jobs=4,
)
KEPT = "krea_cli.flows.files.kept_files"
MOVING = {
    "a file in the way is about to be recorded": f"{FILE_ROWS}.record call 1",
    "a file in the way is recorded": f"{FILE_ROWS}.record return 1",
    "it is about to move": "os:rename@move_aside call 1",
    "it has moved": "os:rename@move_aside return 1",
    "its folder is synced": f"{KEPT}:move_aside return 1",
    "its name is about to be given to another": "os:replace@_publish_as call 1",
    "its name is given to another": "os:replace@_publish_as return 1",
    "the other is recorded": f"{FILE_ROWS}.record return 2",
    "a second file has moved": "os:rename@move_aside return 2",
    "a second name is given to another": "os:replace@_publish_as return 2",
    "a third name is given to another": "os:replace@_publish_as return 3",
    "a hidden file is about to be removed": "os:unlink@remove_kept_files call 1",
    "a hidden file is removed": "os:unlink@remove_kept_files return 1",
    "a hidden file is forgotten": f"{FILE_ROWS}.forget return 1",
}
MOVE_POINTS = [*_at(MOVING, Remains.FINISHED, EXCHANGE, 4)]

KILL_POINTS = [
    *_at(UPLOADING, Remains.NOT_SENT, NIGHT, 0),
    *_at(BEFORE, Remains.NOT_SENT, jobs_made=0),
    *_at(CONNECTING, Remains.NEVER_LEFT, jobs_made=0),
    *_at(LEAVING, Remains.IN_DOUBT, jobs_made=0),
    *_at(SENT, Remains.ANSWER_LOST),
    *(
        replace(each, faults=("slow-submit:x1:0.05s",))
        for each in _at(WAITING, Remains.ANSWER_LOST)
    ),
    *_at(RUNNING, Remains.RUNNING),
    *(replace(each, faults=("poll-500:x1",)) for each in _at(POLLING, Remains.RUNNING)),
    *(replace(each, result_bytes=2_000_000) for each in _at(ARRIVING, Remains.RUNNING)),
    *_at(SAVING, Remains.RUNNING),
    *_at(REPLACING, Remains.RUNNING, OVERWRITE),
    *_at(OUTPUTS, Remains.RUNNING, TWO),
    *(
        KillPoint(name, step, remains, THREE, made, clock_speed=speed)
        for name, step, remains, made, speed in SEVERAL
    ),
    *_at(AFTER, Remains.FINISHED),
]
