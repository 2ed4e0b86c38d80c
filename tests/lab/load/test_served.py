"""An application in a process of its own answers, and ends with its parent."""

import os
import subprocess
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

import pytest

from lab.load import DoesNotServeError, Served, serve
from lab.repository import ROOT
from tests.processes import runs

APPS = "tests.lab.load.apps"


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
    return body.decode()


def test_it_answers_from_another_process(app: Served) -> None:
    assert app.pid != os.getpid()
    before = int(get(f"{app.url}/count"))
    assert int(get(f"{app.url}/count")) == before + 1


def test_a_function_makes_the_application_from_arguments() -> None:
    with serve(f"{APPS}:create", {"answer": "42"}) as made:
        assert get(made.url) == "42"


@pytest.mark.parametrize("loop", ["asyncio", "auto"])
def test_the_parts_of_an_answer_leave_at_once(loop: str) -> None:
    with serve(f"{APPS}:app", loop=loop) as app:
        assert get(f"{app.url}/held-back") == "[False]"


def test_it_stops_in_good_order(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with serve(f"{APPS}:app", environment={"STOPPED": str(mark)}) as app:
        assert not mark.exists()
    assert mark.read_text() == "in good order"
    assert not runs(app.pid)
    assert not app.log.exists()


def test_its_own_processor_time_and_memory_are_told(app: Served) -> None:
    before = app.processor_s()
    while app.processor_s() == before:  # the clock of processes has ticks of 10 ms
        get(app.url)
    assert app.memory_bytes() > 1 << 20


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (f"{APPS}:broken", "does not start: .*startup failed"),
        (f"{APPS}:nothing", "has no attribute 'nothing'"),
        ("tests.lab.load.nothing:app", "No module named 'tests.lab.load.nothing'"),
    ],
)
def test_an_application_that_does_not_start_is_one_line(target: str, said: str) -> None:
    with pytest.raises(DoesNotServeError, match=said) as caught, serve(target):
        pass
    assert "\n" not in str(caught.value)


def test_it_ends_with_its_parent_even_if_that_is_killed(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    program = f"""
        import time
        from pathlib import Path
        from lab.load import serve
        with serve("{APPS}:app") as app:
            Path({str(place)!r}).write_text(str(app.pid) + "\\n")
            time.sleep(3600)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT)
    try:
        while not (place.exists() and place.read_text().endswith("\n")):
            assert parent.poll() is None
            time.sleep(0.01)
        pid = int(place.read_text())
        assert runs(pid)
    finally:
        parent.kill()
        parent.wait()
    while runs(pid):
        time.sleep(0.01)
