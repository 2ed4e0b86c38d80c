"""Time that a test moves: an argument, in Python and in SQL.

Running it opens a session of fifteen minutes, and asks a second before
they are over and when they are.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg

SCHEMA = "CREATE TABLE session (token text, expires timestamptz)"
OPEN = """
    SELECT EXISTS (
        SELECT FROM session WHERE token = $1 AND $2 < expires
    )
"""


# --8<-- [start:sessions]
class Sessions:
    LASTS = timedelta(minutes=15)

    def __init__(
        self,
        connection: asyncpg.Connection,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection, self._clock = connection, clock

    async def begin(self, token: str) -> None:
        await self._connection.execute(
            "INSERT INTO session VALUES ($1, $2)",
            token,
            self._clock() + self.LASTS,
        )

    async def is_open(self, token: str) -> bool:
        now = self._clock()  # not now() of PostgreSQL  # [!]
        return bool(await self._connection.fetchval(OPEN, token, now))


# --8<-- [end:sessions]


# --8<-- [start:clock]
class Clock:
    """It stands still, until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def expiry(connection: asyncpg.Connection) -> list[bool]:
    clock = Clock()
    sessions = Sessions(connection, clock)
    await sessions.begin("a token")
    clock.now += Sessions.LASTS - timedelta(seconds=1)
    before = await sessions.is_open("a token")
    clock.now += timedelta(seconds=1)
    return [before, await sessions.is_open("a token")]


# --8<-- [end:clock]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA)
    print("open:", *await expiry(connection))
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
