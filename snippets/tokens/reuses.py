"""A refresh token used twenty times at once.

Running it does so as it is published and as it is written here, and
prints how many new tokens there are and whether one of them is good.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

from snippets.tokens import naive_rotation, rotation
from snippets.tokens.accounts import create_account
from snippets.tokens.schema import SCHEMA
from snippets.tokens.sessions import Reused, Session, open_session
from snippets.tokens.together import together

Rotate = Callable[
    [Any, str], Coroutine[Any, Any, Session | Reused | None]
]
LOCK = "SELECT FROM refresh_token FOR UPDATE"
AT_ONCE = 20


# --8<-- [start:outcome]
async def outcome(dsn: str, rotate: Rotate) -> tuple[int, int]:
    """How many were given a new token, and how many of these work."""
    size = AT_ONCE + 1
    async with asyncpg.create_pool(
        dsn, min_size=size, max_size=size
    ) as pool:
        await pool.execute(SCHEMA)
        account = await create_account(pool, "ann@shop.example", "")
        session = await open_session(pool, account, "customer")
        assert session is not None
        token = session.token
        answers = await together(
            pool, LOCK, AT_ONCE, lambda: rotate(pool, token)
        )
        given = [one for one in answers if isinstance(one, Session)]
        again = [await rotate(pool, one.token) for one in given]
        return len(given), sum(isinstance(a, Session) for a in again)


# --8<-- [end:outcome]


def main() -> None:
    import lab

    for module in (naive_rotation, rotation):
        with lab.postgres() as dsn:
            given, good = asyncio.run(outcome(dsn, module.rotate))
        name = module.__name__.rpartition(".")[2]
        print(f"{name}: {given} new tokens, {good} of them good")


if __name__ == "__main__":
    main()
