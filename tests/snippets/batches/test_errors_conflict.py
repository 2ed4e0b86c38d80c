"""An upsert whose conflict no unique index fits."""

import asyncpg
import psycopg
import pytest
from sqlalchemy import column, table, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError

from snippets.batches.errors_conflict import FIXED, INSERT, RAISES, TABLE, UNIQUE_NOW, VALUES
from snippets.batches.orders import connect

TEXT = "^there is no unique or exclusion constraint matching the ON CONFLICT specification"


@pytest.fixture
async def users(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(TABLE)
    return connection


@pytest.mark.parametrize("conflict", RAISES)
async def test_no_unique_index_fits(conflict: str, users: asyncpg.Connection) -> None:
    """Without a row, too: it is refused before there is a conflict."""
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await users.execute(f"{INSERT} {VALUES} {conflict}")


@pytest.mark.parametrize("conflict", FIXED)
async def test_one_that_fits_takes_the_conflict(
    conflict: str, users: asyncpg.Connection
) -> None:
    await users.execute(UNIQUE_NOW)
    await users.execute(f"{INSERT} {VALUES}")
    values = {
        "tenant": "(1, 'b@example.com', 'b', 8)",
        "handle": "(1, 'b@example.com', 'ada', 8)",
        "lower": "(2, 'ADA@example.com', 'b', 8)",
        "badge": "(2, 'b@example.com', 'b', 7)",
    }
    kind = next(name for name in values if f"({name}" in conflict)
    if kind == "handle":
        await users.execute("DROP INDEX one_each")
    assert await users.execute(f"{INSERT} VALUES {values[kind]} {conflict}") == "INSERT 0 0"


async def test_an_exclusion_constraint_cannot_be_described(connection: asyncpg.Connection) -> None:
    await connection.execute("CREATE TABLE stays (r int4range, EXCLUDE USING gist (r WITH &&))")
    async with connection.transaction():
        assert await connection.execute(
            "INSERT INTO stays VALUES ('[1,2]') ON CONFLICT ON CONSTRAINT stays_r_excl DO NOTHING"
        )
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await connection.execute("INSERT INTO stays VALUES ('[1,2]') ON CONFLICT (r) DO NOTHING")


@pytest.mark.parametrize(
    ("conflict", "error"),
    [
        ("ON CONSTRAINT users_lower_idx DO NOTHING", asyncpg.UndefinedObjectError),
        ("DO UPDATE SET badge = 8", asyncpg.PostgresSyntaxError),
        ("(once) DO NOTHING", asyncpg.ObjectNotInPrerequisiteStateError),
    ],
)
async def test_what_does_not_fix_it_has_messages_of_its_own(
    conflict: str, error: type[Exception], users: asyncpg.Connection
) -> None:
    await users.execute("ALTER TABLE users ADD once int UNIQUE DEFERRABLE")
    with pytest.raises(error):
        await users.execute(f"{INSERT} {VALUES} ON CONFLICT {conflict}")


async def test_nothing_named_ignores_also_what_was_not_expected(users: asyncpg.Connection) -> None:
    await users.execute(f"{INSERT} {VALUES}")
    other = "VALUES (2, 'else@example.com', 'else', 7) ON CONFLICT DO NOTHING"
    assert await users.execute(f"{INSERT} {other}") == "INSERT 0 0"


def test_psycopg_says_the_same(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        with pytest.raises(psycopg.errors.InvalidColumnReference, match=TEXT):
            connection.execute(f"{INSERT} {VALUES} {RAISES[0]}".encode())


async def test_sqlalchemy_describes_expressions_and_conditions(dsn: str) -> None:
    users = table("users", *map(column, ("tenant", "email", "handle", "badge", "deleted_at")))
    values = insert(users).values(tenant=1, email="a", handle="a", badge=7)
    pool = connect(dsn)
    async with pool.begin() as connection:
        for statement in TABLE.split(";"):
            await connection.execute(text(statement))
    async with pool.begin() as connection:
        for _ in range(2):
            await connection.execute(
                values.on_conflict_do_nothing(
                    index_elements=["badge"], index_where=users.c.deleted_at.is_(None)
                )
            )
        await connection.execute(values.on_conflict_do_nothing(index_elements=[text("lower(email)")]))
        with pytest.raises(ProgrammingError, match="no unique or exclusion constraint"):
            await connection.execute(values.on_conflict_do_nothing(index_elements=["badge"]))
    await pool.dispose()
