"""Divide what the server has among all processes of a rollout.

Running it starts a server with 20 connections and opens the pools of
six processes, as many as run while two replicas become three.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True)
class Server:
    max_connections: int
    reserved: int  # superuser_reserved_ + reserved_connections
    admin: int  # migrations, monitoring, and you at three o'clock


@dataclass(frozen=True)
class Deployment:
    replicas: int
    surge: int  # extra replicas while a rollout replaces the old
    workers: int  # processes in each; each has a pool of its own


PoolSize = Callable[[Server, Deployment], int]
SERVER = Server(max_connections=20, reserved=3, admin=2)
DEPLOYMENT = Deployment(replicas=2, surge=1, workers=2)


# --8<-- [start:budget]
def pool_size(server: Server, deployment: Deployment) -> int:
    """Connections for the pool of each process."""
    free = server.max_connections - server.reserved - server.admin
    replicas = deployment.replicas + deployment.surge
    size = free // (replicas * deployment.workers)
    if size < 1:
        raise ValueError("more processes than connections: PgBouncer")
    return size


# --8<-- [end:budget]


async def rollout(dsn: str, size: int) -> str:
    """Open the pools of all processes, as they are at the worst."""
    replicas = DEPLOYMENT.replicas + DEPLOYMENT.surge
    processes = replicas * DEPLOYMENT.workers
    async with AsyncExitStack() as pools:
        for number in range(1, processes + 1):
            pool = asyncpg.create_pool(
                dsn, min_size=size, max_size=size
            )
            try:
                await pools.enter_async_context(pool)
            except asyncpg.TooManyConnectionsError as error:
                return f"process {number} of {processes} fails\n{error}"
    return f"{processes} processes × {size} connections: all started"


def demonstrate(pool_size: PoolSize) -> None:
    import lab

    size = pool_size(SERVER, DEPLOYMENT)
    settings = {"max_connections": str(SERVER.max_connections)}
    for role in ("app", "postgres"):
        with lab.postgres_server(settings) as server:
            if role != "postgres":
                asyncio.run(create_role(server.dsn))
            dsn = server.dsn.replace("postgres@", f"{role}@")
            print(f"as {role}: {asyncio.run(rollout(dsn, size))}")


async def create_role(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE ROLE app LOGIN")
    await connection.close()


def main() -> None:
    demonstrate(pool_size)


if __name__ == "__main__":
    main()
