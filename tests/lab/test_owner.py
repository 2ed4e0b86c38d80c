"""A name says whose process made the thing."""

import os
import subprocess
import sys

import pytest

from lab import owner

TOKEN = "from lab import owner; print(owner.token())"


def test_this_process_is_alive() -> None:
    assert owner.token() == f"{owner.machine()}_{os.getpid()}"
    assert not owner.is_dead(owner.token())


def test_a_process_that_has_ended_is_dead() -> None:
    done = subprocess.run([sys.executable, "-c", TOKEN], capture_output=True, text=True, check=True)
    assert owner.is_dead(done.stdout.strip())


def test_of_a_process_elsewhere_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.run([sys.executable, "-c", TOKEN], capture_output=True, text=True, check=True)
    monkeypatch.setattr(owner, "machine", lambda: "000000")
    assert not owner.is_dead(done.stdout.strip())


def test_another_users_process_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refused)
    assert not owner.is_dead(owner.token())
