"""Faults: their notation, and the occasions on which they strike."""

import pytest

from krea_cli.sandbox.faults import FaultInjector, InjectedFault, parse_fault
from krea_cli.sandbox.settings import SandboxError, Settings


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429", InjectedFault("429", 1.0, 0.0)),
        ("late", InjectedFault("late", 1.0, 2.0)),
        ("poll-500:0.25", InjectedFault("poll-500", 0.25, 0.0)),
        ("late:x2:1.5s", InjectedFault("late", 1.0, 1.5, 2)),
        ("slow:.5:10s:x1", InjectedFault("slow", 0.5, 10.0, 1)),
        ("cut:0", InjectedFault("cut", 0.0, 0.0)),
    ],
)
def test_a_fault_is_read(text: str, fault: InjectedFault) -> None:
    """Probability, times and seconds may come in any order."""
    assert parse_fault(text) == fault


@pytest.mark.parametrize("text", ["", "nonesuch", "429:2", "429:often", "late:xx", "late:1m"])
def test_a_fault_that_makes_no_sense_is_refused(text: str) -> None:
    """A wrong fault is refused before the sandbox starts."""
    with pytest.raises(SandboxError):
        parse_fault(text)


def test_chance_is_seeded() -> None:
    """Equal seeds strike on equal occasions, about as often as the probability says."""
    runs = [
        [bool(faults.strike("cut")) for _ in range(1000)]
        for faults in (FaultInjector(("cut:0.3",), "a"), FaultInjector(("cut:0.3",), "a"))
    ]

    assert runs[0] == runs[1]
    assert 250 < sum(runs[0]) < 350


def test_the_first_fault_that_strikes_is_the_one() -> None:
    """The order is that of the request; a fault without strikes left gives way to the next."""
    faults = FaultInjector(("402:x1", "429"), "seed")

    strikes = [faults.strike("429", "402") for _ in range(3)]

    assert [fault.kind if fault else None for fault in strikes] == ["402", "429", "429"]
    assert faults.strike("cut") is None


@pytest.mark.parametrize(
    ("name", "value"), [("speed", 0.0), ("seconds", -1.0), ("spread", -0.1), ("concurrency", 0)]
)
def test_settings_that_make_no_sense_are_refused(name: str, value: float) -> None:
    """The sentence names the option."""
    with pytest.raises(SandboxError, match=f"--{name} must be"):
        Settings(**{name: value})  # type: ignore[arg-type]
