"""How many connections the processes of a rollout may open."""

from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import lab
from snippets.pool import budget, naive_budget
from snippets.pool.budget import (
    DEPLOYMENT,
    SERVER,
    Deployment,
    Server,
    create_role,
    processes,
    rollout,
)

servers = st.builds(
    Server,
    max_connections=st.integers(1, 2000),
    reserved=st.integers(0, 20),
    admin=st.integers(0, 20),
)
deployments = st.builds(
    Deployment,
    replicas=st.integers(1, 50),
    surge=st.integers(0, 10),
    draining=st.integers(0, 50),
    workers=st.integers(1, 16),
)


@pytest.fixture
def small_server() -> Iterator[str]:
    """A server of our own with the connections of `SERVER`."""
    with lab.postgres_server({"max_connections": str(SERVER.max_connections)}) as server:
        yield server.dsn


def test_replicas_that_start_and_replicas_that_drain_all_count() -> None:
    assert processes(Deployment(replicas=5, surge=2, draining=3, workers=4)) == 40


@given(servers, deployments)
def test_a_rollout_fits_and_one_connection_more_per_process_does_not(
    server: Server, deployment: Deployment
) -> None:
    free = server.max_connections - server.reserved - server.admin
    assume(free >= processes(deployment))
    size = budget.pool_size(server, deployment)
    assert processes(deployment) * size <= free < processes(deployment) * (size + 1)


@given(servers, deployments)
def test_more_processes_than_connections_is_an_error(
    server: Server, deployment: Deployment
) -> None:
    assume(server.max_connections - server.reserved - server.admin < processes(deployment))
    with pytest.raises(ValueError, match="more processes than connections: PgBouncer"):
        budget.pool_size(server, deployment)


@pytest.mark.naive("snippets/pool/naive_budget.py")
async def test_without_surge_and_reserve_an_application_role_meets_the_reserve(
    small_server: str,
) -> None:
    await create_role(small_server)
    dsn = small_server.replace("postgres@", "app@")
    outcome = await rollout(dsn, naive_budget.pool_size(SERVER, DEPLOYMENT))
    assert outcome == (
        "process 4 of 8 fails\nremaining connection slots are reserved"
        " for roles with the SUPERUSER attribute"
    )


@pytest.mark.naive("snippets/pool/naive_budget.py")
async def test_without_surge_and_reserve_there_are_too_many_clients_already(
    small_server: str,
) -> None:
    outcome = await rollout(small_server, naive_budget.pool_size(SERVER, DEPLOYMENT))
    assert outcome == "process 5 of 8 fails\nsorry, too many clients already"


async def test_a_pool_for_the_workers_that_serve_leaves_none_to_those_that_start(
    small_server: str,
) -> None:
    """With the reserve counted, and the rollout forgotten."""
    await create_role(small_server)
    dsn = small_server.replace("postgres@", "app@")
    serving = DEPLOYMENT.replicas * DEPLOYMENT.workers
    size = (SERVER.max_connections - SERVER.reserved) // serving
    assert serving * size < SERVER.max_connections - SERVER.reserved
    assert (await rollout(dsn, size)).startswith(f"process {serving + 1} of 8 fails")


async def test_within_the_budget_every_process_of_a_rollout_starts(small_server: str) -> None:
    await create_role(small_server)
    dsn = small_server.replace("postgres@", "app@")
    outcome = await rollout(dsn, budget.pool_size(SERVER, DEPLOYMENT))
    assert outcome == "8 processes × 3 connections: all started"


async def test_an_application_role_reads_too_many_clients_once_superusers_fill_the_reserve(
    small_server: str,
) -> None:
    await create_role(small_server)
    free = SERVER.max_connections - SERVER.reserved
    dsn = small_server.replace("postgres@", "app@")
    async with (
        asyncpg.create_pool(dsn, min_size=free, max_size=free),
        asyncpg.create_pool(small_server, min_size=SERVER.reserved, max_size=SERVER.reserved),
    ):
        with pytest.raises(asyncpg.TooManyConnectionsError, match="sorry, too many clients"):
            await asyncpg.connect(dsn)
