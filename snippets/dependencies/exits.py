"""What a client is told, and what is stored, by the scope of a session.

Running it asks every endpoint three times, over a socket.
"""

import asyncio
import gc
import logging
import warnings

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from snippets.dependencies.leaving import add_leaving
from snippets.dependencies.naive_unit import get_session
from snippets.dependencies.orders import prepared, stored
from snippets.dependencies.refusals import add_refusals, check_late
from snippets.dependencies.served import served
from snippets.dependencies.unit import unit_of_work
from snippets.dependencies.work import add_work

PATHS = (
    "commit-fails",
    "mail-fails",
    "task-writes",
    "stream-reads",
    "returns-a-409",
    "raises-a-409",
    "answer-is-invalid",
    "409-after-the-yield",
)
WAYS = ("request", "function", "ours")
LEAKED = "The garbage collector is trying to clean up"


# --8<-- [start:app]
def create_app(engine: AsyncEngine, way: str) -> FastAPI:
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine)
    if way == "request":
        session, late = Depends(get_session), Depends(check_late)
    else:
        session = Depends(get_session, scope="function")
        late = Depends(check_late, scope="function")
    if way == "ours":
        session = Depends(unit_of_work, scope="function")
        add_work(app)  # of two endpoints at one path the first answers
    add_leaving(app, session)
    add_refusals(app, session, late)
    return app


# --8<-- [end:app]


# --8<-- [start:outcome]
async def outcome(dsn: str, way: str, path: str) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with prepared(dsn) as engine:
            async with served(create_app(engine, way)) as client:
                answer = await client.post(f"/{path}")
            gc.collect()
            async with engine.connect() as connection:
                rows = await stored(connection)
    leaked = any(str(one.message).startswith(LEAKED) for one in caught)
    return f"{answer.status_code}, {rows}{' *' if leaked else ''}"


# --8<-- [end:outcome]


def main() -> None:
    import lab

    # The pool logs what it warns of.
    pool = logging.getLogger("sqlalchemy.pool")
    pool.addHandler(logging.NullHandler())
    print("* a connection that only the garbage collector gave back")
    print(f"{'told, rows stored':20}", *(f"{way:9}" for way in WAYS))
    for path in PATHS:
        row = []
        for way in WAYS:
            with lab.postgres() as dsn:
                row.append(asyncio.run(outcome(dsn, way, path)))
        print(f"{path:20}", *(f"{cell:9}" for cell in row))


if __name__ == "__main__":
    main()
