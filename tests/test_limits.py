"""A test that hangs ends, its fixtures end, and the run ends."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from lab.repository import ROOT
from tests.limits import RUN

SETTINGS = """
[pytest]
asyncio_mode = auto
timeout = 1
fixture_timeout = 1
run_limit = {run_limit}
"""

# As in asyncpg: a pool closes when all have given their connection back.
POOL = """
import asyncio
import pytest

@pytest.fixture
async def pool():
    free = asyncio.Event()
    yield free
    await free.wait()

@pytest.fixture
async def outer(pool):
    yield pool
    await asyncio.Event().wait()

async def test_keeps_its_connection(outer):
    try:
        await asyncio.Event().wait()
    finally:
        outer.set()

async def test_next():
    pass
"""

# What no alarm reaches: signals are blocked, as in a call into C.
DEAF = """
import signal, time
import pytest

@pytest.mark.timeout(0)
def test_deaf():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(3600)
"""

# What no thread of Python reaches either: it never gives the interpreter away.
GREEDY = """
import itertools
import pytest

@pytest.mark.timeout(0)
def test_greedy():
    sum(itertools.repeat(0))

def test_next():
    pass
"""

FAILS = """
def test_fails():
    assert 1 == 2, "they differ"
"""

BETWEEN = """
import time

def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        time.sleep(3600)
"""


def suite(root: Path, *arguments: str, run_limit: int = 600, **files: str) -> tuple[int, str]:
    """The exit status of a run, and what it said on both of its streams."""
    (root / "pytest.ini").write_text(SETTINGS.format(run_limit=run_limit), encoding="utf-8")
    for name, text in files.items():
        (root / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    plugins = ["pytest_timeout", "pytest_asyncio.plugin", "xdist.plugin", "tests.limits"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *(f"-p{plugin}" for plugin in plugins), *arguments],
        cwd=root,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_every_fixture_of_a_hung_test_ends_and_the_next_test_runs(
    workers: str, tmp_path: Path
) -> None:
    status, said = suite(tmp_path, workers, test_pool=POOL)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "Timeout (>1.0s) from pytest-timeout" in said
    assert "A fixture of test_pool.py::test_keeps_its_connection did not end within 1 s." in said
    assert "1 failed, 1 passed, 1 error" in said


def test_a_hung_worker_ends_and_says_what_it_ran(tmp_path: Path) -> None:
    options = ("-n1", "--max-worker-restart=0")
    status, said = suite(tmp_path, *options, run_limit=3, test_a=FAILS, test_deaf=DEAF)
    assert status != 0
    assert "gw0: the run has not ended within 3 s (run_limit in pyproject.toml)." in said
    assert "What ran:\n  test_deaf.py::test_deaf\n" in said
    assert "What had failed:\n  test_a.py::test_fails - AssertionError: they differ\n" in said
    assert 'test_deaf.py", line 8 in test_deaf' in said


def test_a_hung_run_in_one_process_ends_and_says_what_it_ran(tmp_path: Path) -> None:
    status, said = suite(tmp_path, "-n0", run_limit=0, test_deaf=DEAF)
    assert status == pytest.ExitCode.INTERRUPTED
    assert "pytest: the run has not ended within 0 s" in said
    assert "What ran:\n  test_deaf.py::test_deaf\n" in said


def test_a_worker_that_never_gives_the_interpreter_away_is_replaced(tmp_path: Path) -> None:
    settings = ("faulthandler_timeout=2", "faulthandler_exit_on_timeout=true")
    options = [f"--override-ini={setting}" for setting in settings]
    status, said = suite(tmp_path, "-n1", *options, test_greedy=GREEDY)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "crashed while running 'test_greedy.py::test_greedy'" in said
    assert 'test_greedy.py", line 7 in test_greedy' in said
    assert "1 failed, 1 passed" in said


def test_this_suite_replaces_such_a_worker(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("faulthandler_exit_on_timeout")
    replaced, ended = (float(pytestconfig.getini(name)) for name in ("faulthandler_timeout", RUN))
    assert 0 < replaced < ended


def test_a_controller_that_hangs_between_the_tests_ends(tmp_path: Path) -> None:
    passing = "def test_passes(): pass"
    status, said = suite(tmp_path, "-n1", run_limit=0, conftest=BETWEEN, test_one=passing)
    assert status == pytest.ExitCode.INTERRUPTED
    assert "pytest: the run has not ended within 0 s" in said
    assert "What ran: no test" in said
