"""A consumer that does what each delivery says.

Running it delivers one payment three times.
"""

import asyncpg

from snippets.jobs.deliveries import Payment, demonstrate

# --8<-- [start:consume]
PAY = "UPDATE accounts SET balance = balance + $2 WHERE name = $1"


async def consume(
    connection: asyncpg.Connection, payment: Payment
) -> None:
    await connection.execute(PAY, payment.account, payment.amount)


# --8<-- [end:consume]


def main() -> None:
    demonstrate(consume)


if __name__ == "__main__":
    main()
