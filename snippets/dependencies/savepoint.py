"""Sessions of a test that commit to savepoints, and are checked then.

Running it prints what a handler's rollback leaves of a fixture, and
what becomes of a duplicate that PostgreSQL finds at the commit.
"""

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
)
from sqlalchemy.orm import Session

from snippets.dependencies.rehearsed import demonstrate

CHECK = text("SET CONSTRAINTS ALL IMMEDIATE")


# --8<-- [start:sessions]
def make_sessions(
    connection: AsyncConnection,
) -> async_sessionmaker[AsyncSession]:
    class Checking(Session):
        """Checks at its commit what else is checked at the last one."""

    @event.listens_for(Checking, "before_commit")
    def check(session: Session) -> None:
        if session.in_nested_transaction():
            return  # a savepoint of the handler's own is no commit
        session.flush()  # also without autoflush
        connection = session.connection()
        with connection.begin_nested() as checked:
            connection.execute(CHECK)
            checked.rollback()  # each is deferred as it was before

    return async_sessionmaker(
        connection,
        sync_session_class=Checking,
        join_transaction_mode="create_savepoint",  # [!]
    )


# --8<-- [end:sessions]


def main() -> None:
    demonstrate(make_sessions)


if __name__ == "__main__":
    main()
