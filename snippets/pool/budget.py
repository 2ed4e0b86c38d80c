"""Divide what the server has among all processes of a rollout.

Running it starts a server with 30 connections and opens the pools of
eight processes, as many as run when two replicas are replaced.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from asyncpg import TooManyConnectionsError, connect, create_pool


@dataclass(frozen=True)
class Server:
    max_connections: int
    reserved: int  # superuser_reserved_ + reserved_connections
    admin: int  # migrations, monitoring, and you at three o'clock


@dataclass(frozen=True)
class Deployment:
    replicas: int
    surge: int  # more replicas that a rollout may start
    draining: int  # old ones that finish requests: not in the surge
    workers: int  # processes in each; each has a pool of its own


SERVER = Server(max_connections=30, reserved=3, admin=2)
DEPLOYMENT = Deployment(replicas=2, surge=1, draining=1, workers=2)


# --8<-- [start:budget]
def processes(deployment: Deployment) -> int:
    """Processes with a pool, at the worst moment of a rollout."""
    replicas = deployment.replicas + deployment.surge
    return (replicas + deployment.draining) * deployment.workers


def pool_size(server: Server, deployment: Deployment) -> int:
    """Connections for the pool of each process."""
    free = server.max_connections - server.reserved - server.admin
    size = free // processes(deployment)
    if size < 1:
        raise ValueError("more processes than connections: PgBouncer")
    return size


# --8<-- [end:budget]


async def rollout(dsn: str, size: int) -> str:
    """Open the pools of all processes at the worst moment."""
    total = processes(DEPLOYMENT)
    async with AsyncExitStack() as pools:
        for number in range(1, total + 1):
            try:
                await pools.enter_async_context(
                    create_pool(dsn, min_size=size, max_size=size)
                )
            except TooManyConnectionsError as error:
                return f"process {number} of {total} fails\n{error}"
    return f"{total} processes × {size} connections: all started"


def demonstrate(pool_size: Callable[[Server, Deployment], int]) -> None:
    import lab

    size = pool_size(SERVER, DEPLOYMENT)
    settings = {"max_connections": str(SERVER.max_connections)}
    for role in ("app", "postgres"):
        with lab.postgres_server(settings) as server:
            asyncio.run(create_role(server.dsn))
            dsn = server.dsn.replace("postgres@", f"{role}@")
            print(f"as {role}: {asyncio.run(rollout(dsn, size))}")


async def create_role(dsn: str) -> None:
    connection = await connect(dsn)
    await connection.execute("CREATE ROLE app LOGIN")
    await connection.close()


def main() -> None:
    demonstrate(pool_size)


if __name__ == "__main__":
    main()
