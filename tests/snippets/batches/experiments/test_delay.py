"""A way to the database on which what a client sends waits, and answers do not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from urllib.parse import urlsplit

import asyncpg
import pytest

from snippets.batches.experiments import _delay
from snippets.batches.experiments._delay import delayed

DELAY_S = 0.002


@contextmanager
def naps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """For how long each message is told to wait, while the clock stands still."""
    asked: list[float] = []
    with monkeypatch.context() as patch:
        patch.setattr(_delay, "sleep", asked.append)
        patch.setattr(_delay, "perf_counter", lambda: 7.0)
        yield asked


async def test_without_a_delay_the_address_is_the_database_itself(dsn: str) -> None:
    with delayed(dsn, 0.0) as near:
        assert near == dsn


async def test_every_message_to_the_server_waits_for_its_delay(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with naps(monkeypatch) as asked, delayed(dsn, DELAY_S) as far:
        assert far != dsn
        connection = await asyncpg.connect(far)
        query = await connection.prepare("SELECT 1")
        asked.clear()
        for _ in range(3):
            assert await query.fetchval() == 1
        assert asked == [pytest.approx(DELAY_S)] * 3
        await connection.close()


def test_messages_that_are_due_together_wait_together(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 7.0
    asked: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        asked.append(seconds)

    monkeypatch.setattr(_delay, "sleep", sleep)
    monkeypatch.setattr(_delay, "perf_counter", lambda: now)
    line: _delay.Line = SimpleQueue()
    for due, data in (10.0, b"one "), (10.0, b"two "), (12.0, b"three"), (0.0, b""):
        line.put((due, data))
    here, there = socket.socketpair()
    with here, there:
        _delay.leave(line, here)
        assert there.recv(100) == b"one two three"
    assert asked == [3.0, 0.0, 2.0]


async def test_large_messages_arrive_whole_in_both_directions(dsn: str) -> None:
    text = "long " * 1_000_000
    with delayed(dsn, DELAY_S) as far:
        connection = await asyncpg.connect(far)
        assert await connection.fetchval("SELECT $1::text", text) == text
        await connection.close()


def test_a_client_that_leaves_without_a_word_takes_its_server_process_along(dsn: str) -> None:
    before = set(threading.enumerate())
    with delayed(dsn, DELAY_S) as far:
        url = urlsplit(far)
        socket.create_connection((url.hostname or "", url.port or 0)).close()
    # Its end waits until the server has closed, too.
    assert set(threading.enumerate()) == before


async def test_no_thread_is_left_behind(dsn: str) -> None:
    before = set(threading.enumerate())
    with delayed(dsn, DELAY_S) as far:
        for _ in range(2):
            connection = await asyncpg.connect(far)
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) == before
