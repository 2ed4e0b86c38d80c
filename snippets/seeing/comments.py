"""The route of the request in a comment of each statement.

Running it prints how many statements a connection has prepared after
a hundred requests that send the same one.
"""

import asyncio
import re
from contextvars import ContextVar

from fastapi import Request
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.seeing.prepared import prepared_after
from snippets.seeing.routes import route_of

# --8<-- [start:comment]
sender: ContextVar[str] = ContextVar("sender", default="none")


async def remember(request: Request) -> None:
    """A dependency of the application."""
    known = re.sub(r"[^\w/{}-]", "_", route_of(request.scope))
    sender.set(known)  # without what would end the comment


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
        route = sender.get()
        return f"{statement} /* route={route} */", parameters  # [!]


# --8<-- [end:comment]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        prepared = asyncio.run(prepared_after(dsn, add_comments))
    print(f"prepared for a hundred requests: {prepared}")


if __name__ == "__main__":
    main()
