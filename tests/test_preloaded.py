"""What runs in a preloaded interpreter runs as in one of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.preloaded import interpreter


@pytest.fixture(scope="module")
def preloaded() -> Iterator[list[str]]:
    with interpreter(["json", "tomllib"]) as command:
        yield command


@pytest.fixture(params=["preloaded", "its own"])
def command(request: pytest.FixtureRequest, preloaded: list[str]) -> list[str]:
    """What arguments of the program that counts follow."""
    return preloaded if request.param == "preloaded" else [sys.executable, "-m", "lab.counting"]


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(tmp_path: Path, text: str) -> list[str]:
    """The arguments for a program."""
    (tmp_path / "program.py").write_text(text)
    return [str(tmp_path / "data"), "test_it", str(tmp_path), "program"]


def test_its_streams_status_directory_and_variables_are_those_of_the_caller(
    tmp_path: Path, command: list[str]
) -> None:
    program = """
import os, sys
print(os.environ["ASKED"], "HOME" in os.environ, os.getcwd(), repr(sys.stdin.read()))
print("and wrong", file=sys.stderr)
sys.exit(3)
"""
    done = subprocess.run(
        [*command, *write(tmp_path, program)],
        env={"ASKED": "answered", "PATH": os.defpath},
        input="given",
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"answered False {tmp_path} 'given'\n"
    assert done.stderr == "and wrong\n"
    assert done.returncode == 3
    assert len(list(tmp_path.glob("data.*"))) == 1


def test_it_runs_to_the_end_of_the_interpreter(tmp_path: Path, command: list[str]) -> None:
    program = """
import atexit, threading, time
atexit.register(print, "last")
threading.Thread(target=lambda: (time.sleep(0.05), print("a thread"))).start()
print("first")
"""
    done = subprocess.run(
        [*command, *write(tmp_path, program)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n") == ["first", "a thread", "last", ""]


def test_an_error_is_told_as_ever(tmp_path: Path, command: list[str]) -> None:
    done = subprocess.run([*command, *write(tmp_path, "1 / 0")], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.endswith("\nZeroDivisionError: division by zero\n")


def test_each_begins_with_what_was_loaded_and_no_more(tmp_path: Path, preloaded: list[str]) -> None:
    program = """
import sys
print("tomllib" in sys.modules, "colorsys" in sys.modules, "snippets" in sys.modules)
import colorsys
"""
    arguments = write(tmp_path, program)
    for _ in range(2):
        done = subprocess.run([*preloaded, *arguments], capture_output=True, text=True, check=True)
        assert done.stdout == "True False False\n"


def test_who_kills_the_caller_kills_it_with_all_that_it_started(
    tmp_path: Path, preloaded: list[str]
) -> None:
    program = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "60"])
print(os.getpid(), child.pid)
time.sleep(60)
"""
    with subprocess.Popen(
        [*preloaded, *write(tmp_path, program)], stdout=subprocess.PIPE, start_new_session=True
    ) as caller:
        assert caller.stdout is not None
        pids = [int(word) for word in caller.stdout.readline().split()]
        os.killpg(caller.pid, signal.SIGKILL)
    while any(map(psutil.pid_exists, pids)):
        time.sleep(0.01)


def test_that_it_was_killed_is_told(tmp_path: Path, preloaded: list[str]) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run([*preloaded, *write(tmp_path, program)])
    assert done.returncode == 128 + signal.SIGKILL
