"""Modules of a test's own, and a server that is started with them and ended."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from tests.processes import kill, runs

Write = Callable[[str, str], None]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a module, by its path in the directory of the test."""

    def write(path: str, source: str) -> None:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(source), encoding="utf-8")

    return write


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator[None]:
    """End it with all of its descendants, those that have lost their parent, too."""
    try:
        yield
    finally:
        while left := running_in_session(process.pid):  # one may have started another meanwhile
            kill(left)
            time.sleep(0.01)
        process.communicate()


def running_in_session(leader: int) -> list[psutil.Process]:
    """The processes of a session that still run."""
    found = []
    for one in psutil.process_iter():
        with suppress(ProcessLookupError):
            if os.getsid(one.pid) == leader and runs(one):
                found.append(one)
    return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a command in that directory, which is not on its path; it ends with the test."""
    with ExitStack() as stack:

        def start(*command: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", *command],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            stack.enter_context(ended(process))
            return process

        yield start


def until(process: "subprocess.Popen[str]", *texts: str) -> str:
    """What it prints, up to the line that has one of the texts, or to its end."""
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if any(text in line for text in texts):
            break
    return printed
