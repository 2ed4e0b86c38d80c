"""An upsert whose conflict no unique index fits."""

import asyncpg
import psycopg
import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    column,
    literal,
    make_url,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql.elements import ColumnElement

from snippets.batches.errors_conflict import FIXED, INSERT, RAISES, TABLE, UNIQUE_NOW
from snippets.batches.orders import connect

TEXT = "^there is no unique or exclusion constraint matching the ON CONFLICT specification$"


@pytest.fixture
async def users(connection: asyncpg.Connection) -> asyncpg.Connection:
    await connection.execute(TABLE)
    return connection


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE copied AS TABLE users",
        "CREATE TABLE copied (LIKE users)",
        "CREATE TABLE copied () INHERITS (users)",
    ],
)
async def test_a_copy_of_a_table_has_no_unique_index(table: str, users: asyncpg.Connection) -> None:
    await users.execute(table)
    upsert = f"{INSERT} ON CONFLICT (badge) DO NOTHING".replace("users", "copied")
    savepoint = users.transaction()
    await savepoint.start()
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await users.execute(upsert)
    await savepoint.rollback()
    await users.execute("DROP TABLE copied; CREATE TABLE copied (LIKE users INCLUDING ALL)")
    await users.execute(upsert)


async def test_an_index_of_a_partition_is_none_of_its_parent(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute(
        """
        CREATE TABLE visits (id int, day date) PARTITION BY RANGE (day);
        CREATE TABLE visits_2026 PARTITION OF visits
        FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE UNIQUE INDEX ON visits_2026 (id)
        """
    )
    insert = "INSERT INTO visits VALUES (1, '2026-02-03') ON CONFLICT ({}) DO NOTHING"
    for statement, error in (
        (insert.format("id"), asyncpg.InvalidColumnReferenceError),
        ("CREATE UNIQUE INDEX ON visits (id)", asyncpg.FeatureNotSupportedError),
    ):
        savepoint = connection.transaction()
        await savepoint.start()
        with pytest.raises(error):
            await connection.execute(statement)
        await savepoint.rollback()
    await connection.execute("CREATE UNIQUE INDEX ON visits (id, day)")
    await connection.execute(insert.format("id, day"))


async def test_a_key_without_overlaps_can_be_named_and_not_described(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute(
        "CREATE EXTENSION btree_gist; "
        "CREATE TABLE prices (sku int, at daterange, PRIMARY KEY (sku, at WITHOUT OVERLAPS))"
    )
    insert = "INSERT INTO prices VALUES (1, '[2026-01-01,2026-02-01)') ON CONFLICT"
    await connection.execute(f"{insert} ON CONSTRAINT prices_pkey DO NOTHING")
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await connection.execute(f"{insert} (sku, at) DO NOTHING")


@pytest.mark.parametrize("conflict", RAISES)
async def test_no_unique_index_fits(conflict: str, users: asyncpg.Connection) -> None:
    """Without a row, too: it is refused before there is a conflict."""
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await users.execute(INSERT + conflict)


CONFLICTS = {
    "phone": "(2, 'bob', '555', 'bob@example.com', 70, 80, 90)",
    "handle": "(1, 'ada', '556', 'bob@example.com', 70, 80, 90)",
    "badge": "(2, 'bob', '556', 'bob@example.com', 7, 80, 90)",
    "lower": "(2, 'bob', '556', 'ADA@example.com', 70, 80, 90)",
    "seat": "(2, 'bob', '556', 'bob@example.com', 70, 80, 9)",
}


@pytest.mark.parametrize("conflict", FIXED)
async def test_one_that_fits_takes_this_conflict_and_no_other(
    conflict: str, users: asyncpg.Connection
) -> None:
    into, _, _ = INSERT.partition("VALUES")
    await users.execute(UNIQUE_NOW)
    await users.execute(INSERT)
    assert sum(conflict.startswith(f"ON CONFLICT ({name}") for name in CONFLICTS) == 1
    for name, values in CONFLICTS.items():
        savepoint = users.transaction()
        await savepoint.start()
        if conflict.startswith(f"ON CONFLICT ({name}"):
            assert await users.execute(f"{into} VALUES {values} {conflict}") == "INSERT 0 0"
        else:
            with pytest.raises(asyncpg.UniqueViolationError):
                await users.execute(f"{into} VALUES {values} {conflict}")
        await savepoint.rollback()


async def test_an_exclusion_constraint_can_be_named_for_nothing_else_than_nothing(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("CREATE TABLE stays (r int4range, EXCLUDE USING gist (r WITH &&))")
    stay = "INSERT INTO stays VALUES ('[1,2]') ON CONFLICT"
    await connection.execute(f"{stay} ON CONSTRAINT stays_r_excl DO NOTHING")
    again = await connection.execute(f"{stay} ON CONSTRAINT stays_r_excl DO NOTHING")
    assert again == "INSERT 0 0"
    for conflict, error, message in (
        ("(r) DO NOTHING", asyncpg.InvalidColumnReferenceError, TEXT),
        (
            "ON CONSTRAINT stays_r_excl DO UPDATE SET r = '[3,4]'",
            asyncpg.WrongObjectTypeError,
            "not supported with exclusion constraints$",
        ),
    ):
        savepoint = connection.transaction()
        await savepoint.start()
        with pytest.raises(error, match=message):
            await connection.execute(f"{stay} {conflict}")
        await savepoint.rollback()


async def test_an_index_that_is_not_valid_fits_nothing_until_it_is_repaired(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE users (email text); INSERT INTO users SELECT 'a'")
    await connection.execute("INSERT INTO users VALUES ('a')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY one ON users (email)")
    upsert = "INSERT INTO users VALUES ('b') ON CONFLICT (email) DO NOTHING"
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await connection.execute(upsert)
    await connection.execute("DELETE FROM users")
    await connection.execute("REINDEX INDEX CONCURRENTLY one")
    await connection.execute(upsert)
    await connection.close()


@pytest.mark.parametrize(
    ("conflict", "error"),
    [
        ("ON CONSTRAINT by_email DO NOTHING", asyncpg.UndefinedObjectError),
        ("DO UPDATE SET badge = 8", asyncpg.PostgresSyntaxError),
        ("(once) DO NOTHING", asyncpg.ObjectNotInPrerequisiteStateError),
    ],
)
async def test_what_does_not_fix_it_has_messages_of_its_own(
    conflict: str, error: type[Exception], users: asyncpg.Connection
) -> None:
    await users.execute("ALTER TABLE users ADD once int UNIQUE DEFERRABLE")
    with pytest.raises(error):
        await users.execute(f"{INSERT} ON CONFLICT {conflict}")


async def test_nothing_named_ignores_also_what_was_not_expected(users: asyncpg.Connection) -> None:
    into, _, _ = INSERT.partition("VALUES")
    await users.execute(INSERT)
    other = f"{into} VALUES (2, 'bob', '556', 'bob@example.com', 70, 80, 9) ON CONFLICT DO NOTHING"
    assert await users.execute(other) == "INSERT 0 0"


PLACES = "CREATE TABLE places (name text, city int, kind text)"
ACTIVE = "CREATE UNIQUE INDEX ON places (name) WHERE kind = 'active'"
PLACE = "INSERT INTO places VALUES ('a', 1, 'active') ON CONFLICT (name)"


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ("kind = 'active'", True),
        ("kind = 'active' AND city > 0", True),
        ("kind = 'closed'", False),
        ("city > 0", False),
    ],
)
async def test_the_condition_must_imply_that_of_the_index(
    condition: str, fits: bool, connection: asyncpg.Connection
) -> None:
    await connection.execute(f"{PLACES}; {ACTIVE}")
    upsert = f"{PLACE} WHERE {condition} DO NOTHING"
    if fits:
        await connection.execute(upsert)
    else:
        with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
            await connection.execute(upsert)


async def test_a_condition_with_a_parameter_fits_five_times(dsn: str) -> None:
    """A generic plan cannot know that the value implies the condition of the index."""
    upsert = f"{PLACE} WHERE kind = $1 DO NOTHING"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"{PLACES}; {ACTIVE}")
    for _ in range(5):
        await connection.execute(upsert, "active")
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await connection.execute(upsert, "active")
    await connection.execute("SET plan_cache_mode = force_custom_plan")
    await connection.execute(upsert, "active")
    await connection.close()


KIND = column("kind", String)


@pytest.mark.parametrize(
    ("condition", "fails_at"),
    [
        (KIND == "active", 6),
        (literal("active", literal_execute=True) == KIND, None),
        (text("kind = 'active'"), None),
    ],
    ids=["a parameter", "a literal", "text"],
)
async def test_sqlalchemy_sends_a_parameter_unless_told_otherwise(
    condition: ColumnElement[bool], fails_at: int | None, dsn: str
) -> None:
    places = table("places", column("name"), column("kind"))
    upsert = (
        insert(places)
        .values(name="a", kind="active")
        .on_conflict_do_nothing(index_elements=["name"], index_where=condition)
    )
    pool = connect(dsn)
    async with pool.begin() as connection:
        for statement in (PLACES, ACTIVE):
            await connection.execute(text(statement))
    async with pool.connect() as connection:
        for execution in range(1, 9):
            if execution == fails_at:
                with pytest.raises(ProgrammingError, match="no unique or exclusion constraint"):
                    await connection.execute(upsert)
                break
            await connection.execute(upsert)
    await pool.dispose()


def test_psycopg_says_the_same(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        with pytest.raises(psycopg.errors.InvalidColumnReference, match=TEXT):
            connection.execute((INSERT + RAISES[0]).encode())


async def test_sqlalchemy_describes_expressions_and_conditions(dsn: str) -> None:
    names = ("tenant", "handle", "email", "seat", "deleted_at")
    users = table("users", *map(column, names))
    values = insert(users).values(tenant=1, email="a", handle="a", seat=7)
    pool = connect(dsn)
    async with pool.begin() as connection:
        for statement in TABLE.split(";"):
            await connection.execute(text(statement))
    async with pool.begin() as connection:
        await connection.execute(values)
    for described in (
        {"index_elements": ["seat"], "index_where": users.c.deleted_at.is_(None)},
        {"index_elements": [text("lower(email)")]},
        {"index_elements": ["tenant", "handle"]},
    ):
        async with pool.begin() as connection:
            upsert = values.on_conflict_do_update(**described, set_={"handle": "b"})
            await connection.execute(upsert)
            await connection.rollback()
    async with pool.begin() as connection:
        with pytest.raises(ProgrammingError, match="no unique or exclusion constraint"):
            await connection.execute(values.on_conflict_do_nothing(index_elements=["seat"]))
    await pool.dispose()


async def test_a_model_that_says_unique_makes_no_index_on_a_table_that_is_there(dsn: str) -> None:
    metadata = MetaData()
    users = Table("users", metadata, Column("id", Integer), Column("email", String, unique=True))
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    upsert = insert(users).values(email="a").on_conflict_do_nothing(index_elements=["email"])
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE users (id int, email text)"))
        await connection.run_sync(metadata.create_all)
        with pytest.raises(ProgrammingError, match="no unique or exclusion constraint"):
            async with connection.begin_nested():
                await connection.execute(upsert)
        await connection.execute(text("ALTER TABLE users ADD UNIQUE (email)"))
        await connection.execute(upsert)
    await engine.dispose()


async def test_reported_of_a_profile_with_three_keys_of_which_two_are_unique(
    connection: asyncpg.Connection,
) -> None:
    """SectorLabs/django-postgres-extra, issue 55."""
    await connection.execute(
        "CREATE TABLE profile (guid uuid, user_id int UNIQUE, comp_user_id varchar(150) UNIQUE)"
    )
    insert = "INSERT INTO profile VALUES (gen_random_uuid(), 1, 'a') ON CONFLICT"
    update = "DO UPDATE SET guid = excluded.guid"
    async with connection.transaction():
        await connection.execute(f"{insert} (user_id) {update}")
        await connection.execute(f"{insert} (user_id) {update}")
    with pytest.raises(asyncpg.InvalidColumnReferenceError, match=TEXT):
        await connection.execute(f"{insert} (comp_user_id, user_id, guid) {update}")
