"""What the runner starts ends with the runner, however either of them ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from snippets.backend.processes import Processes
from snippets.backend.signals import until_told_to_end
from tests.processes import children, runs

FOREVER = ["sleep", "600"]
PARENT = """
import sys, time
from snippets.backend.processes import Processes
from snippets.backend.signals import until_told_to_end
with Processes(patience_s=5) as processes:
    print(processes.start("server", ["sh", "-c", sys.argv[1]]), flush=True)
    time.sleep(600)
"""


def shell(script: str) -> list[str]:
    return ["sh", "-c", script]


def eventually(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def written(path: Path) -> int:
    """The number that a child has written into a file."""
    assert eventually(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())


def test_at_the_end_each_child_is_asked_to_end_and_may_take_its_leave(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    script = (
        f"trap 'sleep 0.1; touch {ended}; exit' TERM; echo 1 >{begun}; while :; do sleep 0.01; done"
    )
    with Processes(patience_s=20) as processes:
        pid = processes.start("server", shell(script))
        written(begun)
    assert ended.exists()
    assert not psutil.pid_exists(pid)


def test_who_does_not_end_is_killed_after_a_while(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    with Processes(patience_s=0.1) as processes:
        script = f"trap '' TERM; echo 1 >{begun}; while :; do sleep 0.01; done"
        pid = processes.start("server", shell(script))
        written(begun)
    assert not psutil.pid_exists(pid)


def test_impatience_kills_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    begun = tmp_path / "begun"
    script = f"trap '' TERM; echo 1 >{begun}; while :; do sleep 0.01; done"
    processes = Processes(patience_s=600)
    processes.__enter__()
    pid = processes.start("server", shell(script))
    written(begun)
    monkeypatch.setattr(time, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        processes.__exit__(None, None, None)
    assert not psutil.pid_exists(pid)


def test_a_child_that_ends_is_told_once_with_its_status() -> None:
    with Processes(patience_s=5) as processes:
        processes.start("lasting", FOREVER)
        processes.start("failing", shell("exit 3"))
        killed = processes.start("killed", FOREVER)
        os.kill(killed, signal.SIGKILL)
        found: dict[str, int] = {}
        assert eventually(lambda: found.update(processes.ended()) or len(found) == 2)
        assert found == {"failing": 3, "killed": -signal.SIGKILL}
        assert list(processes.ended()) == []


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    with Processes(patience_s=5) as processes:
        script = f"sleep 600 & echo $! >{tmp_path / 'worker'}; wait"
        server = processes.start("server", shell(script))
        worker = written(tmp_path / "worker")
        os.kill(server, signal.SIGKILL)
        assert eventually(lambda: bool(list(processes.ended())))
        assert eventually(lambda: not runs(worker))


def test_all_ends_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = f"trap '' TERM; sleep 600 & echo $! >{tmp_path / 'worker'}; wait; sleep 600"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, script], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    server, worker = int(parent.stdout.readline()), written(tmp_path / "worker")
    guard = [child.pid for child in psutil.Process(parent.pid).children() if child.pid != server]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: not any(map(runs, [server, worker, *guard])))


def test_a_child_does_not_hear_the_signals_of_our_terminal() -> None:
    with Processes(patience_s=5) as processes:
        assert os.getpgid(processes.start("server", FOREVER)) != os.getpgrp()


def test_a_signal_during_the_start_of_a_child_loses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    born = list[int]()

    class Interrupted(subprocess.Popen[bytes]):
        """Somebody presses Ctrl-C when the process is there, and nobody knows of it yet."""

        def __init__(self, *given: Any, **options: Any) -> None:
            super().__init__(*given, **options)
            born.append(self.pid)
            os.kill(os.getpid(), signal.SIGINT)

    with until_told_to_end(), Processes(patience_s=5) as processes:
        monkeypatch.setattr(subprocess, "Popen", Interrupted)
        processes.start("server", FOREVER)
        pytest.fail("the signal was lost")
    [child] = born
    assert not psutil.pid_exists(child)


def test_all_ends_in_good_order_when_the_guard_was_killed(tmp_path: Path) -> None:
    with Processes(patience_s=0.1) as processes:
        first = processes.start("first", FOREVER)
        [guard] = children("groups")
        guard.kill()
        assert eventually(lambda: not runs(guard))
        begun = tmp_path / "begun"
        second = processes.start("second", shell(f"trap '' TERM; echo 1 >{begun}; sleep 600"))
        written(begun)
    assert not psutil.pid_exists(first)
    assert not psutil.pid_exists(second)
