"""What a process starts ends with it, and its temporary files go."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lab import descendants, storage
from tests.processes import Start, runs, starting, wait_until_gone

# A child, and one of its own that left the session and ignores what can be ignored.
FAMILY = '''
import json, subprocess, sys, tempfile
from pathlib import Path
from lab import descendants, storage

storage.temporary_parent = lambda: Path(sys.argv[1])
SLEEP = "import signal as s, time; s.pthread_sigmask(s.SIG_BLOCK, {2, 15}); time.sleep(3600)"
CHILD = f"""
import subprocess, sys
command = [sys.executable, "-c", {SLEEP!r}]
child = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
sys.stdin.read()
"""
with descendants.bound() as directory, descendants.temporary_files_in(directory):
    tempfile.mkdtemp(prefix="mkdocs_")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    print(json.dumps([child.pid, int(child.stdout.readline())]), flush=True)
    sys.stdin.read()
'''


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting() as run:
        yield lambda script: run(script, str(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_descendant_and_no_temporary_file_outlives_a_parent_ended_by(
    number: signal.Signals, start: Start, tmp_path: Path
) -> None:
    parent = start(FAMILY)
    assert list(map(runs, parent.started)) == [True, True]
    assert [path.name[:7] for path in tmp_path.glob("*/*")] == ["mkdocs_"]
    parent.popen.send_signal(number)
    wait_until_gone(parent.started)
    while list(tmp_path.iterdir()):  # the supervisor ends last; the test's timeout is the limit
        time.sleep(0.01)


def test_nothing_outlives_a_parent_that_just_leaves_the_block(start: Start, tmp_path: Path) -> None:
    parent = start(FAMILY)
    parent.popen.communicate()
    assert parent.popen.returncode == 0
    assert not any(map(runs, parent.started))
    assert list(tmp_path.iterdir()) == []


def test_what_others_run_is_left_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        with descendants.bound():
            pass
        assert runs(psutil.Process(other.pid))


def test_the_process_is_afterwards_as_it_was() -> None:
    before = dict(os.environ), tempfile.gettempdir()
    with descendants.bound() as directory, descendants.temporary_files_in(directory):
        assert os.environ[storage.RUN] == os.environ["TMPDIR"] == str(directory)
        with tempfile.TemporaryDirectory() as inside:
            assert Path(inside).parent == directory
    assert (dict(os.environ), tempfile.gettempdir()) == before
    assert not directory.exists()


def test_this_very_run_of_the_tests_is_bound() -> None:
    """Or a preview of a test could outlive it."""
    assert Path(os.environ[storage.RUN]).is_dir()
    assert tempfile.gettempdir() == os.environ["TMPDIR"] == os.environ[storage.RUN]
