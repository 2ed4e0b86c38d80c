"""As many dashboards at once as the pool has connections."""

import asyncio

from sqlalchemy.exc import TimeoutError as PoolTimeout

from snippets.concurrency.accounts import (
    Load,
    create_engine,
    create_sessions,
)
from snippets.concurrency.states import prepare

POOL_SIZE = 3


# --8<-- [start:rush]
async def rush(dsn: str, load: Load) -> str:
    await prepare(dsn)
    engine = create_engine(dsn, POOL_SIZE)
    sessions = create_sessions(engine)
    requests = [
        asyncio.ensure_future(load(sessions, account_id))
        for account_id in range(1, POOL_SIZE + 1)
    ]
    answers = await asyncio.gather(*requests, return_exceptions=True)
    # The rest of a failed gather still waits for its own timeout.
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*rest, return_exceptions=True)
    await engine.dispose()
    for answer in answers:
        if isinstance(answer, PoolTimeout):
            return str(answer.args[0])
    return "all answered"


# --8<-- [end:rush]


def demonstrate(load: Load) -> None:
    import lab

    with lab.postgres() as dsn:
        said = asyncio.run(rush(dsn, load))
    print(f"{POOL_SIZE} requests at once: {said}")
