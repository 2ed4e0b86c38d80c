"""The id of the request in a comment of each statement.

Running it prints how many statements a connection has prepared after
a hundred requests that send the same one.
"""

import asyncio
from contextvars import ContextVar
from uuid import uuid4

from fastapi import Request
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.seeing.prepared import prepared_after

request: ContextVar[str] = ContextVar("request", default="none")


async def remember(asked: Request) -> None:
    """A dependency of the whole application."""
    request.set(uuid4().hex)


# --8<-- [start:comment]
def add_comments(engine: AsyncEngine) -> None:
    @event.listens_for(
        engine.sync_engine, "before_cursor_execute", retval=True
    )
    def comment(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: object,
        many: bool,
    ) -> tuple[str, object]:
        comment = f"/* request={request.get()} */"  # [!]
        return f"{statement} {comment}", parameters


# --8<-- [end:comment]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        prepared = asyncio.run(
            prepared_after(dsn, remember, add_comments)
        )
    print(f"prepared for a hundred requests: {len(prepared)}")


if __name__ == "__main__":
    main()
