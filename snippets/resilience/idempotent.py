"""One key, one order, one answer, however often it is asked.

Running it loses the answer to a COMMIT that the server has carried
out, repeats the request, and then sends another under the same key.
"""

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience.lost_answer import demonstrate
from snippets.resilience.retrying import retry_transaction


class KeyReusedError(Exception):
    """Another request has this key: answer 422."""


# --8<-- [start:orders]
ORDERS = """CREATE TABLE orders (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    customer bigint NOT NULL,
    idempotency_key text NOT NULL,
    request_hash bytea NOT NULL,
    UNIQUE (customer, idempotency_key)
)"""
# --8<-- [end:orders]

# --8<-- [start:place]
INSERT = text("""INSERT INTO orders
    (customer, idempotency_key, request_hash)
VALUES (:customer, :key, :hash)
ON CONFLICT (customer, idempotency_key) DO NOTHING""")
FIRST = text("""SELECT id, request_hash FROM orders
WHERE (customer, idempotency_key) = (:customer, :key)""")

REQUEST_S = 8.0  # as long as the client waits


async def place(
    engine: AsyncEngine,
    customer: int,
    key: str,
    request: Mapping[str, int],
) -> int:
    said = json.dumps(request, sort_keys=True).encode()
    hashed = hashlib.sha256(said).digest()
    values = {"customer": customer, "key": key, "hash": hashed}

    async def transaction() -> int:
        async with engine.begin() as connection:
            await connection.execute(INSERT, values)
            first = (await connection.execute(FIRST, values)).one()
        if first.request_hash != hashed:
            raise KeyReusedError  # [!]
        return int(first.id)

    return await retry_transaction(transaction, REQUEST_S)


# --8<-- [end:place]


def main() -> None:
    demonstrate(ORDERS, place)


if __name__ == "__main__":
    main()
