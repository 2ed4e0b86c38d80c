"""The query for indexes that are not valid, contained in another, or not scanned."""

import pytest

from snippets.indexes.audit import AUDIT, TABLE
from snippets.indexes.plans import quiet


async def found(dsn: str, *scripts: str) -> dict[str, str]:
    async with quiet(dsn, *scripts) as connection:
        return {row["name"]: row["finding"] for row in await connection.fetch(AUDIT)}


async def test_an_index_is_contained_in_one_that_begins_with_its_columns(dsn: str) -> None:
    assert await found(dsn, TABLE) == {
        "users_lower": "not valid",
        "users_email": "contained in users_email_key",
        "users_team": "contained in users_team_at",
        **dict.fromkeys(
            ("users_prefix", "users_newest", "users_team_at", "users_new"), "not scanned"
        ),
    }


@pytest.mark.parametrize(
    ("first", "second", "contained"),
    [
        ("(a)", "(a)", True),
        ("(a)", "(a) INCLUDE (b)", True),
        ("(a) INCLUDE (b)", "(a, b)", False),
        ("(a, b)", "(b, a)", False),
        ("(b)", "(a, b)", False),
        ("(a, b)", "(a, b DESC, c)", False),
        ("(a) WHERE b > 0", "(a, b)", False),
        ("(a) WHERE b > 0", "(a, b) WHERE b > 0", True),
        ("((a + 1))", "((a + 1), b)", True),
        ("((a + 1))", "((a + 2), b)", False),
        ("USING hash (a)", "(a, b)", False),
        ('(c COLLATE "C")', '(c COLLATE "POSIX", a)', False),
    ],
)
async def test_order_predicate_class_and_collation_must_agree(
    first: str, second: str, contained: bool, dsn: str
) -> None:
    made = f"CREATE INDEX first ON t {first}; CREATE INDEX second ON t {second}"
    findings = await found(dsn, "CREATE TABLE t (a int, b int, c text)", made)
    said = [finding for finding in findings.values() if finding != "not scanned"]
    # Of two that are equal only one: who follows the query must not drop both.
    assert len(said) == contained, findings


BREAK = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{}'::regclass"


async def test_a_unique_index_contains_a_plain_one_that_is_older(dsn: str) -> None:
    table = "CREATE TABLE t (a int); CREATE INDEX plain ON t (a); CREATE UNIQUE INDEX once ON t (a)"
    assert await found(dsn, table) == {"plain": "contained in once"}


async def test_an_index_that_is_not_valid_contains_nothing_and_is_named_even_if_unique(
    dsn: str,
) -> None:
    table = "CREATE TABLE t (a int); CREATE INDEX plain ON t (a); CREATE UNIQUE INDEX once ON t (a)"
    assert await found(dsn, table, BREAK.format("once")) == {
        "plain": "not scanned",
        "once": "not valid",
    }


async def test_a_unique_index_is_never_called_contained_nor_unused(dsn: str) -> None:
    table = "CREATE TABLE t (a int UNIQUE, b int); CREATE INDEX wide ON t (a, b)"
    assert await found(dsn, table) == {"wide": "not scanned"}


async def test_an_index_that_is_scanned_is_not_named(dsn: str) -> None:
    async with quiet(dsn, "CREATE TABLE t (a int); CREATE INDEX used ON t (a)") as connection:
        await connection.execute("SET enable_seqscan = off")
        await connection.fetch("SELECT a FROM t WHERE a = 1")
        await connection.fetchval("SELECT pg_stat_force_next_flush()")
        assert await connection.fetch(AUDIT) == []


async def test_what_cannot_be_dropped_is_not_named(dsn: str) -> None:
    """The index of an exclusion constraint, and that of a partition."""
    excluding = "CREATE TABLE t (during tstzrange, EXCLUDE USING gist (during WITH &&))"
    partitioned = (
        "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE INDEX p_id ON p (id);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9)"
    )
    assert await found(dsn, excluding, partitioned) == {}
