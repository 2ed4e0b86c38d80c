"""What a command for several processes does to each answer, which no trace of the service has."""

import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lab import ports
from lab.worker import Worker

APP = "tests.lab.load.apps:app"


@contextmanager
def uvicorn(*options: str) -> Iterator[str]:
    """The address of an application that the command of uvicorn serves."""
    port = ports.free_port()
    command = [sys.executable, "-m", "uvicorn", APP, "--log-level=error", f"--port={port}"]
    with Worker([*command, *options], {}) as server:
        url = f"http://127.0.0.1:{port}"
        while not answers(url):
            assert not server.ended(), server.said()
            time.sleep(0.05)
        yield url


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


def test_the_workers_of_uvicorn_hold_the_end_of_an_answer_back() -> None:
    """With the loop of asyncio: https://github.com/Kludex/uvicorn/issues/3149."""
    with uvicorn("--workers=2", "--loop=asyncio") as url:
        assert held_back(url)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("--loop=asyncio",), id="one process"),
        pytest.param(("--workers=2", "--loop=uvloop"), id="uvloop"),
    ],
)
def test_one_process_or_uvloop_sends_it_at_once(options: tuple[str, ...]) -> None:
    with uvicorn(*options) as url:
        assert not held_back(url)
