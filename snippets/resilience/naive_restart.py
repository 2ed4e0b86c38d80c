"""Pre-ping cannot help a request that is inside its transaction.

Running it kills the server with SIGKILL while eight requests are
inside their transactions, starts it, and accounts for every write.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience.restart import demonstrate

# --8<-- [start:place]
INSERT = text("INSERT INTO orders (idempotency_key) VALUES (:key)")


async def place(engine: AsyncEngine, idempotency_key: str) -> None:
    # The engine has pool_pre_ping=True.
    async with engine.begin() as connection:
        await connection.execute(INSERT, {"key": idempotency_key})


# --8<-- [end:place]


def main() -> None:
    demonstrate(place)


if __name__ == "__main__":
    main()
