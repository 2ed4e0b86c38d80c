"""Six ways in which NOTIFY says nothing, or less than was said.

Running it notifies in each of them, and prints what the listener got.
"""

import asyncio
import contextlib

import asyncpg

from snippets.jobs.listener import Listener, heard


# --8<-- [start:silences]
async def nobody_listens_yet(at: Listener) -> None:
    await at.notify("early")
    await at.listen()


async def twice_in_a_transaction(at: Listener) -> None:
    await at.listen()
    async with at.there.transaction():
        await at.notify("same")
        await at.notify("same")


async def rolled_back(at: Listener) -> None:
    await at.listen()
    with contextlib.suppress(ZeroDivisionError):
        async with at.there.transaction():
            await at.notify("undone")
            raise ZeroDivisionError


async def too_long(at: Listener) -> None:
    await at.listen()
    with contextlib.suppress(asyncpg.InvalidParameterValueError):
        await at.notify("x" * 8_000)


# --8<-- [end:silences]
# --8<-- [start:connections]
async def listener_given_back(at: Listener) -> None:
    async with asyncpg.create_pool(at.dsn, min_size=1) as pool:
        async with pool.acquire() as connection:
            await connection.add_listener("jobs", at.hear)
        await at.notify("unheard")
    await at.listen()


async def listener_in_a_transaction(at: Listener) -> None:
    await at.listen()
    async with at.here.transaction():
        await at.here.execute("SELECT 1")
        await at.notify("withheld")
        await at.here.execute("SELECT 1")
        if at.heard.empty():
            at.hear("only after the commit:")


# --8<-- [end:connections]

WAYS = (
    nobody_listens_yet,
    twice_in_a_transaction,
    rolled_back,
    too_long,
    listener_given_back,
    listener_in_a_transaction,
)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        print("\n".join(asyncio.run(heard(dsn, WAYS))))


if __name__ == "__main__":
    main()
