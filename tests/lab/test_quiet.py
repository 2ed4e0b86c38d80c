"""A run on a busy machine is void, and that is known before it begins."""

import pytest

from lab import quiet


def test_a_quiet_machine_disturbs_nothing() -> None:
    assert quiet.disturbance(lambda: 19.9) is None


def test_a_busy_machine_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    percents = iter([80.0, 50.0, 3.0])
    assert quiet.disturbance(lambda: next(percents)) is None
    assert capsys.readouterr().err == "the machine is busy; waiting for it to be quiet\n"


def test_a_machine_that_stays_busy_makes_the_run_void() -> None:
    assert quiet.disturbance(lambda: 80.0, patience_s=0) == (
        "the machine was busy before the run: 80 % of its processors were in use, "
        "the bound was 20 %"
    )


def test_the_processors_of_this_machine_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "PROBE_S", 0.01)
    assert 0 <= quiet._busy() <= 100
