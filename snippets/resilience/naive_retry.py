"""Retrying whatever failed does twice what was done once.

Running it loses the answer to a COMMIT that the server has carried
out, repeats the request, and then sends another under the same key.
"""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tenacity import retry, stop_after_attempt, wait_exponential

from snippets.resilience.lost_answer import demonstrate

# --8<-- [start:place]
ORDERS = """CREATE TABLE orders (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    customer bigint NOT NULL
)"""
INSERT = text(
    "INSERT INTO orders (customer) VALUES (:customer) RETURNING id"
)


@retry(
    stop=stop_after_attempt(3),
    wait=wait_exponential(multiplier=0.1),
)
async def place(
    engine: AsyncEngine,
    customer: int,
    key: str,
    request: Mapping[str, int],
) -> int:
    values = {"customer": customer}
    async with engine.begin() as connection:
        return await connection.scalar(INSERT, values) or 0


# --8<-- [end:place]


def main() -> None:
    demonstrate(ORDERS, place)


if __name__ == "__main__":
    main()
