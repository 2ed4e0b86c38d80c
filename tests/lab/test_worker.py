"""A worker, and all that it starts, is killed."""

import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lab.worker import Worker
from tests.leaks import left_open
from tests.processes import runs

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def worker(code: str, **environment: str) -> Worker:
    return Worker([sys.executable, "-c", code], environment)


def said(of: Worker) -> str:
    while (found := of.said()) == "it printed nothing":
        time.sleep(0.01)
    return found


def test_its_children_are_killed_with_it() -> None:
    with worker(PARENT) as killed:
        child = int(said(killed))
        killed.kill()
        assert killed.ended()
        assert not runs(child)
        assert not runs(killed.pid)


def test_its_children_are_killed_without_it() -> None:
    with worker(PARENT) as parent:
        child = int(said(parent))
        parent.kill_children()
        assert not runs(child)
        assert not parent.ended()


def test_what_is_left_ends_with_the_block() -> None:
    with worker(PARENT) as left:
        child = int(said(left))
        assert not left.ended()
    assert not runs(child)


def test_children_of_one_that_has_ended_are_killed_too() -> None:
    with worker(PARENT.replace("time.sleep(60)\n", "\n")) as ended:
        child = int(said(ended))
        while not ended.ended():
            time.sleep(0.01)
        assert runs(child)
    assert not runs(child)


def test_it_imports_from_the_root_and_has_the_variables(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text("import os; print(os.environ['QUEUE'])", encoding="utf-8")
    with Worker([sys.executable, "-m", "jobs"], {"QUEUE": "mail"}, tmp_path) as here:
        assert said(here) == "mail"


@pytest.mark.parametrize(("code", "line"), [("pass", "it printed nothing"), ("1 / 0", "division")])
def test_it_tells_the_last_line_that_it_printed(code: str, line: str) -> None:
    with worker(code) as ended:
        while not ended.ended():
            time.sleep(0.01)
        assert line in ended.said()


def test_a_program_that_does_not_exist_leaves_nothing_open() -> None:
    async def start() -> None:
        with suppress(FileNotFoundError):
            Worker(["no-such-program"], {})

    with pytest.raises(FileNotFoundError, match="no-such-program"):
        Worker(["no-such-program"], {})
    assert left_open(start) == []
