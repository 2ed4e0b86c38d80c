"""Alembic calls env.py synchronously; an async driver cannot be.

Running it upgrades with three env.py: as a command, and in a loop.
"""

import asyncio
import gc
import warnings

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, NullPool, engine_from_config
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, async_engine_from_config

from snippets.batches.migration import environment


# --8<-- [start:raises]
def migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


def plain_env() -> None:
    settings = context.config.get_section("alembic", {})
    with engine_from_config(settings).connect() as connection:  # [!]
        migrate(connection)


# --8<-- [end:raises]


# --8<-- [start:fix]
async def migrate_async() -> None:
    settings = context.config.get_section("alembic", {})
    engine = async_engine_from_config(settings, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def async_env() -> None:
    asyncio.run(migrate_async())


# --8<-- [end:fix]


# --8<-- [start:startup]
def env_for_both() -> None:
    if given := context.config.attributes.get("connection"):
        migrate(given)
    else:
        asyncio.run(migrate_async())  # alembic upgrade head


async def upgrade_at_start(engine: AsyncEngine, config: Config) -> None:
    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.begin() as connection:
        await connection.run_sync(upgrade)


# --8<-- [end:startup]


def main() -> None:
    import lab

    warnings.simplefilter("ignore")  # of what was never awaited
    for env in (plain_env, async_env, env_for_both):
        with lab.postgres() as dsn, environment(dsn, env) as config:
            try:
                command.upgrade(config, "head")
                print(env.__name__, "upgrades")
                settings = config.get_section("alembic", {})
                engine = async_engine_from_config(
                    settings, poolclass=NullPool
                )
                asyncio.run(upgrade_at_start(engine, config))
                print(env.__name__, "upgrades at the start, too")
            except (MissingGreenlet, RuntimeError) as error:
                print(env.__name__, str(error).partition(" (")[0])
            # Now: a coroutine that nobody awaited complains in spite of
            # the filter if it is collected while a namedtuple is made.
            gc.collect()


if __name__ == "__main__":
    main()
