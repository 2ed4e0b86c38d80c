"""A later run removes what a dead owner left, and nothing of a living one."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from lab import databases, keyspaces, leftovers, owner, storage
from lab.supervisor import PREFIX
from tests.processes import Start, runs, starting, wait_until_gone

SERVERS = """
import json, sys
from pathlib import Path
import psutil
import lab
from lab import storage

storage.MEMORY = storage.DISK = Path(sys.argv[1])
with lab.postgres_server() as postgres, lab.redis_server() as redis:
    supervisors = [process.pid for process in psutil.Process().children()]
    everybody = [process.pid for process in psutil.Process().children(recursive=True)]
    print(json.dumps([*supervisors, *(pid for pid in everybody if pid not in supervisors)]))
    sys.stdout.flush()
    sys.stdin.read()
"""

LEASES = """
import json, os, sys
import psycopg, redis
from lab import databases, keyspaces

with databases.postgres() as dsn, keyspaces.redis() as lease:
    with redis.Redis.from_url(lease.url) as client:
        client.set(f"{lease.prefix}left", 1)
    print(json.dumps([os.getpid()]), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as run:
        yield run


@pytest.fixture
def only_here(parent_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leftovers are looked for in this directory, and on no server."""
    monkeypatch.setattr(storage, "parents", lambda: {parent_directory})
    monkeypatch.delenv(databases.VARIABLE, raising=False)
    monkeypatch.delenv(keyspaces.VARIABLE, raising=False)
    return parent_directory


def test_servers_whose_supervisors_were_killed_with_their_parent_are_swept(
    start: Start, only_here: Path
) -> None:
    parent = start(SERVERS, str(only_here))
    directories = set(only_here.iterdir())
    leftovers.sweep()
    assert set(only_here.iterdir()) == directories
    assert all(map(runs, parent.started))

    supervisors, servers = parent.started[:2], parent.started[2:]
    for process in (psutil.Process(parent.popen.pid), *supervisors):
        process.kill()
    wait_until_gone(supervisors)
    assert any(map(runs, servers))

    leftovers.sweep()
    wait_until_gone(servers)
    assert list(only_here.iterdir()) == []


def test_a_directory_of_another_name_or_of_another_user_is_not_ours(
    only_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only_here / "under-load-before-there-were-locks").mkdir()
    leftovers.sweep()
    assert len(list(only_here.iterdir())) == 1

    (only_here / f"{PREFIX}0").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 4711)
    leftovers.sweep()
    assert len(list(only_here.iterdir())) == 2
    monkeypatch.undo()


def names(dsn: str) -> set[str]:
    """The databases that processes of ours have made there."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    return {name for (name,) in rows if name.startswith("under_load_")}


def test_databases_and_keys_of_a_dead_owner_are_dropped_and_those_of_the_living_are_not(
    start: Start, services: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, url = os.environ[databases.VARIABLE], os.environ[keyspaces.VARIABLE]
    parent = start(LEASES)
    token = f"{owner.machine()}_{parent.popen.pid}"
    client = redis.Redis.from_url(url)

    def left() -> tuple[int, int]:
        mine = [name for name in names(server) if f"_{token}_" in name]
        return len(mine), len(client.keys(f"under-load:{token}:*"))

    with databases.database(server) as ours, keyspaces.redis() as lease, client:
        client.set(f"{lease.prefix}ours", 1)
        leftovers.sweep()
        assert left() == (1, 1)

        parent.popen.kill()
        parent.popen.wait()
        monkeypatch.setattr(storage, "parents", set)
        leftovers.sweep()
        assert left() == (0, 0)
        assert ours.rpartition("/")[2] in names(server)
        assert client.get(f"{lease.prefix}ours") == b"1"
