"""A consumer that stores which message it has done, with what it did.

Running it delivers one payment three times.
"""

import asyncpg

from snippets.jobs.deliveries import Payment, demonstrate

# --8<-- [start:consume]
FIRST = """
INSERT INTO consumed (message_id) VALUES ($1)
ON CONFLICT DO NOTHING RETURNING true
"""
PAY = "UPDATE accounts SET balance = balance + $2 WHERE name = $1"


async def consume(
    connection: asyncpg.Connection, payment: Payment
) -> None:
    async with connection.transaction():  # [!]
        if await connection.fetchval(FIRST, payment.message_id):
            paid = await connection.execute(
                PAY, payment.account, payment.amount
            )
            if paid != "UPDATE 1":  # then it is not consumed either
                raise LookupError(f"no account {payment.account}")


# --8<-- [end:consume]


def main() -> None:
    demonstrate(consume)


if __name__ == "__main__":
    main()
