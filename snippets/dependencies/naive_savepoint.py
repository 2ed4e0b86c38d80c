"""Sessions of a test that join its transaction by default.

Running it prints what a handler's rollback leaves of a fixture, and
what becomes of a duplicate that PostgreSQL finds at the commit.
"""

from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
)

from snippets.dependencies.rehearsed import demonstrate


# --8<-- [start:sessions]
def make_sessions(
    connection: AsyncConnection,
) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(connection)


# --8<-- [end:sessions]


def main() -> None:
    demonstrate(make_sessions)


if __name__ == "__main__":
    main()
