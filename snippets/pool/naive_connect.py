"""A connection per request makes PostgreSQL start a process for each.

Running it serves 100 requests, ten at a time, and prints how many
server processes PostgreSQL started to answer them.
"""

import asyncio

import asyncpg
from fastapi import FastAPI

from snippets.pool.lifespan import backends


# --8<-- [start:app]
def create_app(dsn: str) -> FastAPI:
    app = FastAPI()

    @app.get("/backend")
    async def backend() -> int:
        connection = await asyncpg.connect(dsn)  # [!]
        try:
            pid: int = await connection.fetchval(
                "SELECT pg_backend_pid()"
            )
            return pid
        finally:
            await connection.close()

    return app


# --8<-- [end:app]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        pids = asyncio.run(backends(create_app(dsn), 10, 10))
    print(f"100 requests, {len(pids)} server processes")


if __name__ == "__main__":
    main()
