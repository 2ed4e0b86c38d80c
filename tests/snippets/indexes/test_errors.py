"""The listings of the error index raise the errors that their pages are called by."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import psycopg
import pytest
from sqlalchemy import literal, make_url, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, NotSupportedError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from snippets.indexes import (
    errors_cached_plan,
    errors_concurrently,
    errors_duplicates,
    errors_immutable,
    errors_not_valid,
    errors_on_conflict,
    errors_operator,
)
from snippets.indexes.plans import quiet
from snippets.indexes.waiting import what_it_waits_for

VALIDATION = "waiting for writers before validation"
IN_BLOCK = "CREATE INDEX CONCURRENTLY cannot run inside a transaction block"
IMMUTABLE = "^functions in index expression must be marked IMMUTABLE$"


@asynccontextmanager
async def engine(dsn: str, **arguments: object) -> AsyncIterator[AsyncEngine]:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    made = create_async_engine(url, **arguments)
    try:
        yield made
    finally:
        await made.dispose()


@pytest.fixture
async def users(dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database with an empty table of users."""
    async with engine(dsn) as made:
        async with made.begin() as connection:
            await connection.execute(text(errors_concurrently.TABLE))
        yield made


async def test_a_concurrent_build_wants_no_transaction(users: AsyncEngine) -> None:
    with pytest.raises(DBAPIError, match=IN_BLOCK):
        await errors_concurrently.in_transaction(users)
    await errors_concurrently.outside(users)


async def test_a_connection_has_begun_one_by_itself_again_after_a_commit(
    users: AsyncEngine,
) -> None:
    async with users.connect() as connection:
        await connection.commit()
        with pytest.raises(DBAPIError, match=IN_BLOCK):
            await connection.execute(errors_concurrently.BUILD)
    async with users.connect() as connection:
        savepoint = await connection.begin_nested()
        with pytest.raises(DBAPIError, match=IN_BLOCK):
            await connection.execute(errors_concurrently.BUILD)
        await savepoint.rollback()


@pytest.mark.parametrize("before", ["SELECT 1", "COMMIT"])
async def test_several_statements_in_one_string_are_one_transaction(before: str, dsn: str) -> None:
    async with quiet(dsn, errors_concurrently.TABLE) as connection:
        with pytest.raises(asyncpg.ActiveSQLTransactionError, match=IN_BLOCK):
            await connection.execute(f"{before}; {errors_concurrently.BUILD.text}")


async def test_so_do_other_statements_and_a_function_says_so_of_itself(dsn: str) -> None:
    async with quiet(dsn, errors_concurrently.TABLE) as connection:
        for statement in ("DROP INDEX CONCURRENTLY", "REINDEX CONCURRENTLY", "VACUUM"):
            sent = statement.replace("REINDEX CON", "REINDEX INDEX CON") + " users_pkey"
            with pytest.raises(
                asyncpg.ActiveSQLTransactionError,
                match=f"^{statement} cannot run inside a transaction block$",
            ):
                async with connection.transaction():
                    await connection.execute(sent)
        with pytest.raises(asyncpg.ActiveSQLTransactionError, match=r"executed from a function$"):
            await connection.execute(
                f"DO $$ BEGIN EXECUTE '{errors_concurrently.BUILD.text}'; END $$"
            )


@pytest.mark.parametrize(
    "expression",
    [
        "at::date",
        "date(at)",
        "date_trunc('day', at)",
        "extract(hour FROM at)",
        "to_char(at, 'YYYY')",
        "at::text",
        "concat(note, note)",
        "concat_ws('-', note, note)",
        "unaccent(note)",
        "note::timestamptz",
    ],
)
async def test_what_depends_on_a_setting_cannot_be_indexed(expression: str, dsn: str) -> None:
    table = "CREATE EXTENSION unaccent; CREATE TABLE orders (at timestamptz, note text)"
    async with quiet(dsn, table) as connection:
        with pytest.raises(asyncpg.InvalidObjectDefinitionError, match=IMMUTABLE):
            await connection.execute(f"CREATE INDEX ON orders (({expression}))")


@pytest.mark.parametrize(
    "index",
    [
        errors_immutable.UTC_DAY,
        "CREATE INDEX ON orders (date_trunc('day', at, 'UTC'))",
        "CREATE INDEX ON orders ((local::date))",
        "CREATE INDEX ON orders ((note || note))",
    ],
)
async def test_what_names_its_zone_can(index: str, dsn: str) -> None:
    table = "CREATE TABLE orders (at timestamptz, local timestamp, note text)"
    async with quiet(dsn, table) as connection:
        await connection.execute(index)


async def test_a_predicate_and_a_generated_column_say_it_in_other_words(dsn: str) -> None:
    async with quiet(dsn, "CREATE TABLE orders (at timestamptz)") as connection:
        with pytest.raises(asyncpg.InvalidObjectDefinitionError, match=r"^functions in index pred"):
            await connection.execute("CREATE INDEX ON orders (at) WHERE at > now()")
        with pytest.raises(
            asyncpg.InvalidObjectDefinitionError, match=r"^generation expression is"
        ):
            await connection.execute(
                "ALTER TABLE orders ADD day date GENERATED ALWAYS AS (at::date) STORED"
            )


async def test_a_function_that_only_says_it_is_immutable_loses_rows(dsn: str) -> None:
    lie = "RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date'"
    function = f"CREATE FUNCTION day_of(timestamptz) {lie}"
    index = "CREATE TABLE orders (at timestamptz); CREATE INDEX ON orders (day_of(at))"
    find = "SELECT count(*) FROM orders WHERE day_of(at) = '2026-01-02'"
    async with quiet(dsn, function, index) as connection:
        await connection.execute("INSERT INTO orders VALUES ('2026-01-01 23:00Z')")
        await connection.execute("SET timezone = 'Asia/Tokyo'; SET enable_seqscan = off")
        assert await connection.fetchval(find) == 0
        await connection.execute("DROP INDEX orders_day_of_idx")
        assert await connection.fetchval(find) == 1


async def test_rows_that_differ_only_in_case_are_duplicates_of_the_expression(dsn: str) -> None:
    async with quiet(dsn, errors_duplicates.TABLE) as connection:
        with pytest.raises(
            asyncpg.UniqueViolationError, match=r'^could not create unique index "users_email"'
        ):
            await connection.execute(errors_duplicates.CREATE)
        found = await connection.fetch(errors_duplicates.DUPLICATES)
        assert [tuple(row) for row in found] == [
            ("ada@example.com", [1, 3]),
            ("bob@example.com", [2, 4]),
        ]
        await connection.execute(errors_duplicates.REMOVE)
        await connection.execute(errors_duplicates.CREATE)
        left = await connection.fetch("SELECT id FROM users ORDER BY id")
        assert [row["id"] for row in left] == [1, 2, 5, 6]


async def test_nulls_are_duplicates_only_if_the_index_says_so(dsn: str) -> None:
    table = "CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1), (2)"
    unique = "CREATE UNIQUE INDEX ON users (email)"
    async with quiet(dsn, table) as connection:
        await connection.execute(unique)
        with pytest.raises(asyncpg.UniqueViolationError, match=r"^could not create unique index"):
            await connection.execute(f"{unique} NULLS NOT DISTINCT")
        await connection.execute(f"{unique} NULLS NOT DISTINCT WHERE id > 1")


async def test_an_index_of_the_new_rows_lets_them_repeat_an_old_one(dsn: str) -> None:
    table = "CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, 'a'), (2, 'a')"
    async with quiet(dsn, table) as connection:
        await connection.execute("CREATE UNIQUE INDEX ON users (email) WHERE id > 2")
        await connection.execute("INSERT INTO users VALUES (3, 'a')")
        with pytest.raises(asyncpg.UniqueViolationError, match=r"^duplicate key value"):
            await connection.execute("INSERT INTO users VALUES (4, 'a')")


async def test_a_duplicate_that_commits_after_the_build_read_the_table_is_said_otherwise(
    dsn: str,
) -> None:
    table = "CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, 'a')"
    build = "CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email)"
    async with (
        quiet(dsn, table) as builder,
        quiet(dsn) as before,
        quiet(dsn) as during,
        quiet(dsn) as watcher,
    ):
        first, second = before.transaction(), during.transaction()
        await first.start()
        await before.execute("INSERT INTO users VALUES (2, 'b')")
        built = asyncio.create_task(builder.execute(build))
        assert await what_it_waits_for(watcher, built)  # for the first, before it reads
        await second.start()
        await during.execute("INSERT INTO users VALUES (3, 'a')")
        await first.commit()
        while (row := await what_it_waits_for(watcher, built)) and row["phase"] != VALIDATION:
            pass
        await second.commit()
        with pytest.raises(asyncpg.UniqueViolationError, match=r"^duplicate key value violates"):
            await built


async def test_a_unique_constraint_cannot_be_left_unchecked(dsn: str) -> None:
    async with quiet(dsn, errors_duplicates.TABLE) as connection:
        with pytest.raises(asyncpg.FeatureNotSupportedError, match=r"cannot be marked NOT VALID$"):
            await connection.execute("ALTER TABLE users ADD UNIQUE (email) NOT VALID")
        with pytest.raises(asyncpg.InvalidColumnReferenceError, match="no unique or exclusion"):
            await connection.execute("INSERT INTO users VALUES (7) ON CONFLICT (email) DO NOTHING")


ADD = "ALTER TABLE users ADD COLUMN later int"
CHANGE = "ALTER TABLE users ALTER COLUMN id TYPE bigint"
INVALID = "^cached statement plan is invalid due to a database schema or configuration change"


async def test_in_a_transaction_a_changed_result_is_an_error_once(dsn: str) -> None:
    async with quiet(dsn, errors_cached_plan.TABLE) as connection, quiet(dsn) as migration:
        await errors_cached_plan.read(connection)
        await migration.execute(ADD)
        with pytest.raises(asyncpg.InvalidCachedStatementError, match=INVALID):
            await errors_cached_plan.read(connection)
        await errors_cached_plan.read(connection)


async def test_named_columns_survive_a_new_one_and_not_a_changed_type(dsn: str) -> None:
    async with quiet(dsn, errors_cached_plan.TABLE) as connection, quiet(dsn) as migration:
        await errors_cached_plan.read_columns(connection)
        await migration.execute(ADD)
        await errors_cached_plan.read_columns(connection)
        await migration.execute(CHANGE)
        with pytest.raises(asyncpg.InvalidCachedStatementError, match=INVALID):
            await errors_cached_plan.read_columns(connection)


async def test_outside_of_a_transaction_asyncpg_retries(dsn: str) -> None:
    async with quiet(dsn, errors_cached_plan.TABLE) as connection, quiet(dsn) as migration:
        await connection.fetch("SELECT * FROM users")
        await migration.execute(ADD)
        assert await connection.fetch("SELECT * FROM users") == []


async def test_outside_of_a_transaction_a_statement_that_you_prepared_is_not_retried(
    dsn: str,
) -> None:
    async with quiet(dsn, errors_cached_plan.TABLE) as connection, quiet(dsn) as migration:
        prepared = await connection.prepare("SELECT * FROM users")
        await prepared.fetch()
        await migration.execute(ADD)
        with pytest.raises(asyncpg.InvalidCachedStatementError, match=INVALID):
            await prepared.fetch()


async def errors_of(reads: Sequence[Callable[[], Awaitable[object]]]) -> list[bool]:
    """Which of the reads fail because of the change, in their order."""
    failed = []
    for read in reads:
        try:
            await read()
        except (asyncpg.InvalidCachedStatementError, NotSupportedError):
            failed.append(True)
        else:
            failed.append(False)
    return failed


async def test_it_is_one_error_for_all_connections_of_a_pool(dsn: str) -> None:
    async with (
        quiet(dsn, errors_cached_plan.TABLE) as migration,
        asyncpg.create_pool(dsn, min_size=2, max_size=2) as pool,
        pool.acquire() as first,
        pool.acquire() as second,
    ):
        reads = [partial(errors_cached_plan.read, used) for used in (first, second)]
        assert await errors_of(reads) == [False, False]
        await migration.execute(ADD)
        assert await errors_of(reads) == [True, False]


async def test_it_is_one_for_each_connection_outside_of_a_pool(dsn: str) -> None:
    async with (
        quiet(dsn, errors_cached_plan.TABLE) as migration,
        quiet(dsn) as first,
        quiet(dsn) as second,
    ):
        reads = [partial(errors_cached_plan.read, used) for used in (first, second)]
        assert await errors_of(reads) == [False, False]
        await migration.execute(ADD)
        assert await errors_of(reads) == [True, True]


@pytest.mark.parametrize("level", ["READ COMMITTED", "AUTOCOMMIT"])
async def test_it_is_one_for_an_engine_also_where_every_statement_commits(
    level: str, dsn: str
) -> None:
    async with (
        quiet(dsn, errors_cached_plan.TABLE) as migration,
        engine(dsn, isolation_level=level) as made,
        made.connect() as first,
        made.connect() as second,
    ):

        async def read(connection: AsyncConnection) -> None:
            try:
                await connection.execute(text("SELECT * FROM users"))
            finally:
                await connection.rollback()

        reads = [partial(read, used) for used in (first, second)]
        assert await errors_of(reads) == [False, False]
        await migration.execute(ADD)
        assert await errors_of(reads) == [True, False]


async def test_in_the_same_transaction_a_retry_is_refused(dsn: str) -> None:
    async with quiet(dsn, errors_cached_plan.TABLE) as connection, quiet(dsn) as migration:
        await errors_cached_plan.read(connection)
        await migration.execute(ADD)
        transaction = connection.transaction()
        await transaction.start()
        with pytest.raises(asyncpg.InvalidCachedStatementError):
            await connection.fetch("SELECT * FROM users")
        with pytest.raises(asyncpg.InFailedSQLTransactionError):
            await connection.fetch("SELECT * FROM users")
        await transaction.rollback()


async def test_another_search_path_changes_the_result_as_well(dsn: str) -> None:
    other = "CREATE SCHEMA other; CREATE TABLE other.users (name text)"
    async with quiet(dsn, errors_cached_plan.TABLE, other) as connection:
        await errors_cached_plan.read(connection)
        await connection.execute("SET search_path = other")
        with pytest.raises(asyncpg.InvalidCachedStatementError, match=INVALID):
            await errors_cached_plan.read(connection)


@pytest.mark.parametrize(
    ("caches", "fails"),
    [
        ({}, True),
        ({"statement_cache_size": 0}, False),
        ({"prepared_statement_cache_size": 0}, False),
    ],
)
async def test_through_sqlalchemy_it_is_an_error_once_and_none_without_a_cache(
    caches: dict[str, int], fails: bool, dsn: str
) -> None:
    read = text("SELECT * FROM users")
    async with engine(dsn, connect_args=caches) as made, quiet(dsn) as migration:
        await migration.execute(errors_cached_plan.TABLE)
        async with made.connect() as connection:
            await connection.execute(read)
        await migration.execute(ADD)
        async with made.connect() as connection:
            if fails:
                with pytest.raises(NotSupportedError, match="will now invalidate all prepared"):
                    await connection.execute(read)
            else:
                await connection.execute(read)
        async with made.connect() as connection:
            await connection.execute(read)


def test_psycopg_says_it_from_the_sixth_execution_on(dsn: str) -> None:
    with (
        psycopg.connect(dsn, autocommit=True) as connection,
        psycopg.connect(dsn, autocommit=True) as migration,
    ):
        migration.execute(errors_cached_plan.TABLE.encode())
        for _ in range(5):
            connection.execute("SELECT * FROM users")
        migration.execute(ADD.encode())
        connection.execute("SELECT * FROM users")  # the first that is prepared
        migration.execute(CHANGE.encode())
        with pytest.raises(
            psycopg.errors.FeatureNotSupported, match=r"^cached plan must not change result type"
        ):
            connection.execute("SELECT * FROM users")


OTHER = errors_operator.ROW + """, (2, '{"sku"\\:"S49"}'), (3, '{}')"""


NO_CONSTRAINT = (
    "^there is no unique or exclusion constraint matching the ON CONFLICT specification$"
)


async def test_an_upsert_by_a_parameter_fails_from_the_sixth_execution_on_and_by_text_never(
    dsn: str,
) -> None:
    async with engine(dsn, isolation_level="AUTOCOMMIT") as made, made.connect() as connection:
        await connection.run_sync(errors_on_conflict.Base.metadata.create_all)
        for _ in range(5):
            await errors_on_conflict.by_parameter(connection)
        for _ in range(2):
            with pytest.raises(ProgrammingError) as caught:
                await errors_on_conflict.by_parameter(connection)
            assert re.search(NO_CONSTRAINT, str(caught.value.orig))
        for _ in range(7):
            await errors_on_conflict.by_text(connection)
        assert await connection.scalar(text("SELECT count(*) FROM tickets")) == 1
        async with made.connect() as another:
            await errors_on_conflict.by_parameter(another)


async def test_a_literal_of_sqlalchemy_is_in_the_text_as_well(dsn: str) -> None:
    ticket = errors_on_conflict.Ticket
    upsert = (
        insert(ticket)
        .values(customer=7, status="open")
        .on_conflict_do_nothing(
            index_elements=[ticket.customer],
            index_where=ticket.status == literal("open", literal_execute=True),
        )
    )
    async with engine(dsn, isolation_level="AUTOCOMMIT") as made, made.connect() as connection:
        await connection.run_sync(errors_on_conflict.Base.metadata.create_all)
        for _ in range(7):
            await connection.execute(upsert)


CUSTOMERS = "CREATE TABLE t (customer int, email text, open boolean, during tstzrange)"


@pytest.mark.parametrize(
    ("index", "conflict"),
    [
        ("CREATE INDEX ON t (customer)", "(customer)"),
        ("CREATE UNIQUE INDEX ON t (customer, email)", "(customer)"),
        ("CREATE UNIQUE INDEX ON t (customer) WHERE open", "(customer)"),
        ("CREATE UNIQUE INDEX ON t (customer) WHERE open", "(customer) WHERE open IS TRUE"),
        ("CREATE UNIQUE INDEX ON t (lower(email))", "(email)"),
        ("ALTER TABLE t ADD EXCLUDE USING gist (during WITH &&)", "(during)"),
        (
            "CREATE UNIQUE INDEX ones ON t (customer); UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'ones'::regclass",
            "(customer)",
        ),
    ],
)
async def test_on_conflict_wants_a_unique_index_with_its_columns_and_predicate(
    index: str, conflict: str, dsn: str
) -> None:
    async with quiet(dsn, CUSTOMERS, index) as connection:
        with pytest.raises(asyncpg.InvalidColumnReferenceError, match=NO_CONSTRAINT):
            await connection.execute(f"INSERT INTO t VALUES (1) ON CONFLICT {conflict} DO NOTHING")


@pytest.mark.parametrize(
    ("index", "conflict"),
    [
        ("CREATE UNIQUE INDEX ON t (customer, email)", "(email, customer)"),
        ("CREATE UNIQUE INDEX ON t (customer) WHERE open", "(customer) WHERE open"),
        ("CREATE UNIQUE INDEX ON t (lower(email))", "(lower(email))"),
        ("CREATE UNIQUE INDEX ON t (customer) WHERE open", ""),
        (
            "ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&)",
            "ON CONSTRAINT apart",
        ),
    ],
)
async def test_and_finds_one_that_has_them(index: str, conflict: str, dsn: str) -> None:
    async with quiet(dsn, CUSTOMERS, index) as connection:
        await connection.execute(f"INSERT INTO t VALUES (1) ON CONFLICT {conflict} DO NOTHING")


async def test_of_a_deferrable_constraint_it_says_so(dsn: str) -> None:
    deferrable = "ALTER TABLE t ADD UNIQUE (customer) DEFERRABLE"
    async with quiet(dsn, CUSTOMERS, deferrable) as connection:
        with pytest.raises(
            asyncpg.ObjectNotInPrerequisiteStateError, match=r"does not support deferrable"
        ):
            await connection.execute("INSERT INTO t VALUES (1) ON CONFLICT (customer) DO NOTHING")


async def test_a_value_of_a_document_is_no_string(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine(dsn) as made, made.begin() as connection:
        for statement in (errors_operator.TABLE, OTHER):
            await connection.execute(text(statement))
    await errors_operator.ask(
        dsn, errors_operator.AS_JSON, errors_operator.AS_TEXT, errors_operator.CONTAINED
    )
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].endswith("operator does not exist: jsonb = character varying")
    assert printed[1:] == ["[(1,)]", "[(1,)]"]


@pytest.mark.parametrize(
    ("comparison", "operator"),
    [
        ("big = $1::varchar", "bigint = character varying"),
        ("key = $1::varchar", "uuid = character varying"),
        ("kind = $1::varchar", "kind = character varying"),
        ("name = $1::int", "text = integer"),
        ("doc @> $1::text", "jsonb @> text"),
        ("tags && $1::text[]", r"character varying\[\] && text\[\]"),
    ],
)
async def test_the_same_error_for_other_types(comparison: str, operator: str, dsn: str) -> None:
    table = (
        "CREATE TYPE kind AS ENUM ('a');"
        "CREATE TABLE t (big bigint, key uuid, kind kind, name text, doc jsonb, tags varchar[])"
    )
    async with quiet(dsn, table) as connection:
        with pytest.raises(
            asyncpg.UndefinedFunctionError, match=rf"^operator does not exist: {operator}"
        ):
            await connection.fetch(f"SELECT 1 FROM t WHERE {comparison}", None)


async def test_a_constraint_wants_a_valid_index(dsn: str) -> None:
    async with quiet(dsn, errors_not_valid.TABLE) as connection:
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(errors_not_valid.BUILD)
        for statement, message in (
            (errors_not_valid.CONSTRAINT, '^index "users_email" is not valid'),
            ("CLUSTER users USING users_email", '^cannot cluster on invalid index "users_email"'),
            (
                "CREATE EXTENSION pgstattuple; SELECT pgstatindex('users_email')",
                '^index "users_email" is not valid',
            ),
        ):
            with pytest.raises(asyncpg.PostgresError, match=message):
                await connection.execute(statement)
        await connection.execute(errors_not_valid.REMOVE)
        await connection.execute("VACUUM ANALYZE users")
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
            await connection.execute(errors_not_valid.CONSTRAINT)
        await connection.execute(errors_not_valid.REPAIR)
        await connection.execute(errors_not_valid.CONSTRAINT)
