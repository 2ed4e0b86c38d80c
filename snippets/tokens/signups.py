"""Twenty sign-ups with one address, and one more in other letters.

Running it makes them as they are published and as they are written
here, and prints what they were told and what is stored.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from snippets.tokens import accounts, naive_accounts
from snippets.tokens.schema import SCHEMA
from snippets.tokens.together import together

CreateAccount = Callable[[Any, str, str], Awaitable[int]]
# Reading goes on, and whoever wants to write waits.
LOCK = "LOCK TABLE account IN EXCLUSIVE MODE"
AT_ONCE = 20


# --8<-- [start:outcome]
async def outcome(dsn: str, create: CreateAccount) -> tuple[str, int]:
    size = AT_ONCE + 1
    async with asyncpg.create_pool(
        dsn, min_size=size, max_size=size
    ) as pool:
        await pool.execute(SCHEMA)

        async def sign_up(address: str = "ann@shop.example") -> str:
            try:
                await create(pool, address, "")
            except Exception as error:
                return type(error).__name__
            return "created"

        told = await together(pool, LOCK, AT_ONCE, sign_up)
        told.append(await sign_up("Ann@Shop.Example"))
        rows = await pool.fetchval("SELECT count(*) FROM account")
    counted = sorted(Counter(map(str, told)).items())
    return ", ".join(f"{n} × {what}" for what, n in counted), rows


# --8<-- [end:outcome]


def main() -> None:
    import lab

    for module in (naive_accounts, accounts):
        with lab.postgres() as dsn:
            told, rows = asyncio.run(
                outcome(dsn, module.create_account)
            )
        name = module.__name__.rpartition(".")[2]
        print(f"{name}: {told}; accounts: {rows}")


if __name__ == "__main__":
    main()
