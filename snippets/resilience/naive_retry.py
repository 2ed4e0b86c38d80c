"""Retrying whatever failed does twice what was done once.

Running it loses the answer to a COMMIT that the server has carried
out, and prints how many rows one order left.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tenacity import retry, stop_after_attempt, wait_exponential

from snippets.resilience.idempotent import demonstrate

# --8<-- [start:place]
ORDERS = """CREATE TABLE orders (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    idempotency_key text NOT NULL
)"""
INSERT = text("INSERT INTO orders (idempotency_key) VALUES (:key)")


@retry(
    stop=stop_after_attempt(3),
    wait=wait_exponential(multiplier=0.1),
)
async def place(engine: AsyncEngine, idempotency_key: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(INSERT, {"key": idempotency_key})


# --8<-- [end:place]


def main() -> None:
    demonstrate(ORDERS, place)


if __name__ == "__main__":
    main()
