"""What theory says of the sizes, as the article quotes it."""

import os
import sys

import asyncpg
import pytest

import lab
from snippets.pool.experiments.sizing import neighbors
from tests.processes import children

SPIN = "while True: pass"


def share(connections: int, others: int) -> float:
    """Of the processor, what a scheduler that is fair to sessions gives to these connections."""
    return connections / (connections + others)


def test_beside_a_busy_session_64_connections_get_almost_a_quarter_more_than_four() -> None:
    assert share(4, others=1) == pytest.approx(4 / 5)
    assert share(64, others=1) / share(4, others=1) == pytest.approx(1.23, abs=0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares among sessions")
async def test_every_connection_is_a_session_and_the_neighbors_are_one_with_their_client() -> None:
    with lab.postgres_server() as server, neighbors(2):
        connections = [await asyncpg.connect(server.dsn) for _ in range(3)]
        backends = [await one.fetchval("SELECT pg_backend_pid()") for one in connections]
        assert [os.getsid(pid) for pid in backends] == backends
        spinning = children(SPIN)
        assert [os.getsid(child.pid) for child in spinning] == 2 * [os.getsid(0)]
        for one in connections:
            await one.close()
