"""How many statements a connection has prepared."""

from collections.abc import Callable

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

REQUESTS = 100
PREPARED = """SELECT count(*) FROM pg_prepared_statements
WHERE statement LIKE 'SELECT 42%'"""


# --8<-- [start:prepared]
async def prepared_after(
    dsn: str, add_comments: Callable[[AsyncEngine], None]
) -> int:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg")
    )
    add_comments(engine)
    async with engine.connect() as connection:
        for _ in range(REQUESTS):
            await connection.execute(text("SELECT 42"))
        found = await connection.scalars(text(PREPARED))
        prepared = int(found.one())
    await engine.dispose()
    return prepared


# --8<-- [end:prepared]
