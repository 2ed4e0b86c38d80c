"""The id of the request in a comment of each statement.

Running it prints how many statements a connection has prepared after
a hundred requests that send the same one.
"""

import asyncio
from itertools import count

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.seeing.prepared import prepared_after

numbers = count()


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
        request = next(numbers)
        return f"{statement} /* request={request} */", parameters  # [!]


# --8<-- [end:comment]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        prepared = asyncio.run(prepared_after(dsn, add_comments))
    print(f"prepared for a hundred requests: {prepared}")


if __name__ == "__main__":
    main()
