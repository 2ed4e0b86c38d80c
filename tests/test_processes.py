"""What tests ask of processes that may end at any moment."""

import sys
from collections.abc import Iterator

import psutil
import pytest

from tests.processes import children, kill, outliving, runs

ENDLESS = "import time; time.sleep(600)  # "


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[psutil.Popen]:
    process = psutil.Popen([sys.executable, "-c", ENDLESS + request.node.name])
    yield process
    kill([process])
    process.wait()


def test_a_child_is_found_by_a_word_of_its_command(
    child: psutil.Popen, request: pytest.FixtureRequest
) -> None:
    assert [one.pid for one in children(request.node.name)] == [child.pid]
    assert children("of nobody") == []


def test_one_that_ends_while_it_is_looked_at_is_none(
    child: psutil.Popen, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = psutil.Process.cmdline

    def late(process: psutil.Process) -> list[str]:
        if process.pid == child.pid:
            child.kill()
            child.wait()
        return ask(process)

    monkeypatch.setattr(psutil.Process, "cmdline", late)
    assert children(request.node.name) == []


def test_a_zombie_does_not_run(child: psutil.Popen) -> None:
    process = psutil.Process(child.pid)
    assert runs(process)
    assert runs(child.pid)
    kill([process])
    assert outliving([process]) == []
    child.wait()
    assert not runs(process)
    assert not runs(child.pid)
    kill([process])
