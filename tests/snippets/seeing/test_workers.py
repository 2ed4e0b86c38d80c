"""What a command for several processes does to each answer, which no trace of the service has."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import ports
from lab.repository import ROOT

APP = "tests.lab.load.apps:app"


@contextmanager
def uvicorn(log: Path, *options: str) -> Iterator[str]:
    """The address of an application that the command of uvicorn serves."""
    port = ports.free_port()
    command = [sys.executable, "-m", "uvicorn", APP, "--log-level=error", f"--port={port}"]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        while not answers(url):
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def held_back(url: str) -> bool:
    with urllib.request.urlopen(f"{url}/held-back", timeout=5) as answer:
        found: str = answer.read().decode()
    return found == "[True]"


def test_the_workers_of_uvicorn_hold_the_end_of_an_answer_back(tmp_path: Path) -> None:
    """With the loop of asyncio: https://github.com/Kludex/uvicorn/issues/3149."""
    with uvicorn(tmp_path / "log", "--workers=2", "--loop=asyncio") as url:
        assert held_back(url)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("--loop=asyncio",), id="one process"),
        pytest.param(("--workers=2", "--loop=uvloop"), id="uvloop"),
    ],
)
def test_one_process_or_uvloop_sends_it_at_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    with uvicorn(tmp_path / "log", *options) as url:
        assert not held_back(url)
