"""The connection dies before each statement in turn, COMMIT included.

What was sold is gone from the stock, and what was answered is stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.testing.started import started
from snippets.testing.stocked import Create, stocked


# --8<-- [start:dying]
@contextmanager
def dying_before(
    engine: AsyncEngine, number: int
) -> Iterator[list[Connection]]:
    """Before the statement of this number; yields what came so far.

    It ends a connection of asyncpg; another driver ends one otherwise.
    """
    came: list[Connection] = []

    def die(connection: Connection, *_: object) -> None:
        came.append(connection)
        if len(came) == number:
            driver = connection.connection.driver_connection
            driver.terminate()  # type: ignore[union-attr] # [!]

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(engine.sync_engine, name, die)
    try:
        yield came
    finally:
        for name in names:
            event.remove(engine.sync_engine, name, die)


# --8<-- [end:dying]
# --8<-- [start:whole]
async def sale_is_whole_or_is_not(create: Create) -> None:
    app, acknowledged = create(), 0
    async with started(app) as client:
        sales = await stocked(client, stock=50)
        for number in count(1):
            with dying_before(app.state.engine, number) as came:
                answer = await client.post(sales)
            acknowledged += answer.status_code == 201
            (product,) = (await client.get("/products")).json()
            assert product["stock"] + product["sold"] == 50
            assert product["sold"] == acknowledged
            if len(came) < number:  # it came to its end
                break
    assert acknowledged == 1


# --8<-- [end:whole]
