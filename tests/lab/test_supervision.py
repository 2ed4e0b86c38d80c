"""A supervised server ends with its parent, however that ends."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lab.supervision import Supervision
from tests.processes import Start, runs, starting, wait_until_gone

SERVERS = """
import json, os, sys, time
import psutil
import lab
from lab import storage

storage.data_parent = lambda durable: sys.argv[1]
with lab.postgres_server() as postgres, lab.redis_server() as redis:
    everybody = [process.pid for process in psutil.Process().children(recursive=True)]
    {then}
    print(json.dumps(everybody), flush=True)
    sys.stdin.read()
"""

FORK = """
    child = os.fork()
    if not child:
        sys.stdin.read()
        os._exit(0)
    everybody.insert(0, child)
"""

# Its supervisor is inside a command when the parent is killed, as it is during initdb.
HALF_WAY = """
import json, os, sys
import psutil
from lab.supervision import Supervision

supervision = Supervision()
directory = supervision.ask("directory", sys.argv[1])
for name in ("began", "may-end"):
    os.mkfifo(f"{directory}/{name}")
everybody = [process.pid for process in psutil.Process().children(recursive=True)]
print(json.dumps(everybody), flush=True)
supervision.ask("run", ["sh", "-c", "echo >began; read line <may-end"], {})
"""


@pytest.fixture
def start(parent_directory: Path) -> Iterator[Start]:
    """Runs a script whose servers keep their files below that directory."""
    with starting() as run:
        yield lambda script: run(script, str(parent_directory))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_and_no_directory_outlives_a_parent_ended_by(
    number: signal.Signals, start: Start, parent_directory: Path
) -> None:
    parent = start(SERVERS.format(then=""))
    assert sum(map(runs, parent.started)) > 4
    assert len(list(parent_directory.iterdir())) == 2
    parent.popen.send_signal(number)
    wait_until_gone(parent.started)
    assert list(parent_directory.iterdir()) == []


def test_no_process_and_no_directory_outlives_a_parent_that_just_exits(
    start: Start, parent_directory: Path
) -> None:
    parent = start(SERVERS.format(then=""))
    parent.popen.communicate()
    assert parent.popen.returncode == 0
    assert not any(map(runs, parent.started))
    assert list(parent_directory.iterdir()) == []


def test_servers_that_were_killed_or_paused_are_cleaned_up_as_well(
    start: Start, parent_directory: Path
) -> None:
    parent = start(SERVERS.format(then="postgres.kill(); redis.pause()"))
    parent.popen.kill()
    wait_until_gone(parent.started)
    assert list(parent_directory.iterdir()) == []


def test_a_parent_killed_half_way_through_a_start_leaves_nothing(
    start: Start, parent_directory: Path
) -> None:
    parent = start(HALF_WAY)
    [directory] = parent_directory.iterdir()
    # Opening a named pipe waits until its other end is opened too.
    (directory / "began").read_text()
    parent.popen.kill()
    parent.popen.wait()
    (directory / "may-end").write_text("\n")
    wait_until_gone(parent.started)
    assert list(parent_directory.iterdir()) == []


def test_a_forked_child_that_lives_on_does_not_keep_the_servers(
    start: Start, parent_directory: Path
) -> None:
    parent = start(SERVERS.format(then=FORK))
    child = parent.started.pop(0)
    parent.popen.kill()
    wait_until_gone(parent.started)
    assert list(parent_directory.iterdir()) == []
    assert runs(child)


def test_the_end_of_the_supervisor_itself_is_an_error_not_a_hang(parent_directory: Path) -> None:
    others = set(psutil.Process().children())
    supervision = Supervision()
    try:
        supervision.ask("directory", str(parent_directory))
        [supervisor] = set(psutil.Process().children()) - others
        supervisor.terminate()
        wait_until_gone([supervisor])
        assert list(parent_directory.iterdir()) == []
        with pytest.raises(OSError, match=r"supervisor|Broken pipe"):
            supervision.ask("directory", str(parent_directory))
    finally:
        supervision.close()


def test_a_command_that_fails_is_an_error_with_its_reason(tmp_path: Path) -> None:
    supervision = Supervision()
    try:
        with pytest.raises(OSError, match="missing"):
            supervision.ask("directory", str(tmp_path / "missing"))
    finally:
        supervision.close()
