"""Which predicate reaches which index."""

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import Select, select, true

from snippets.indexes import expressions, flags, naive_flags
from snippets.indexes.naive_flags import Product, sent
from snippets.indexes.plans import explain, quiet

INDEXED = {
    "id = 47": "orders_pkey",
    "at >= '2026-01-05' AND at < '2026-01-06'": "orders_at",
    """doc @> '{"sku": "S47"}'""": "orders_doc",
    """doc @? '$.sku ? (@ == "S47")'""": "orders_doc",
    """doc @@ '$.sku == "S47"'""": "orders_doc",
}


@pytest.mark.naive("snippets/indexes/naive_flags.py")
@pytest.mark.parametrize(
    ("hidden", "node"),
    [
        (naive_flags.hidden, "Seq Scan"),
        (flags.hidden, "Index Only Scan products_hidden"),
        (
            lambda: select(Product.id).where(Product.hidden == true()),
            "Index Only Scan products_hidden",
        ),
    ],
)
async def test_the_flag_itself_reaches_its_index_and_is_true_does_not(
    hidden: Callable[[], Select[int]], node: str, dsn: str
) -> None:
    async with naive_flags.products(dsn) as connection:
        statement = sent(hidden())
        plan = await explain(connection, statement)
        assert (plan.nodes, plan.rows) == ((node,), 5)
        assert len(await connection.fetch(statement)) == 5


async def test_an_index_on_is_true_serves_only_is_true(dsn: str) -> None:
    async with naive_flags.products(dsn) as connection:
        await connection.execute(
            "DROP INDEX products_hidden;"
            "CREATE INDEX products_true ON products (id) WHERE hidden IS TRUE"
        )
        bare = await explain(connection, sent(flags.hidden()))
        is_true = await explain(connection, sent(naive_flags.hidden()))
    assert bare.nodes == ("Seq Scan",)
    assert is_true.nodes[0].endswith("products_true")


async def test_only_the_indexed_expression_reaches_the_index(dsn: str) -> None:
    scripts = expressions.TABLE, expressions.INDEXES, expressions.VACUUM
    found: dict[str, list[int]] = {}
    async with quiet(dsn, *scripts) as connection:
        for predicate in expressions.PREDICATES:
            statement = f"SELECT id, doc FROM orders WHERE {predicate}"
            (node,) = (await explain(connection, statement)).nodes
            index = INDEXED.get(predicate)
            assert node.endswith(index) if index else node == "Seq Scan", predicate
            found[predicate] = sorted(row["id"] for row in await connection.fetch(statement))
    assert found["id = 47"] == found["id = 47::numeric"] == found["id::text = '47'"] == [47]
    day = [n for n in range(20_000) if 4 * 1440 <= n < 5 * 1440]
    assert found["at::date = '2026-01-05'"] == found[expressions.PREDICATES[3]] == day
    documents = expressions.PREDICATES[6:]
    assert all(found[predicate] == list(range(47, 20_000, 1_000)) for predicate in documents)


def test_psycopg_sends_a_decimal_as_numeric(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(expressions.TABLE.encode())
        connection.execute(b"VACUUM (FREEZE, ANALYZE) orders")
        for argument, scan in ((47, "Index Scan using orders_pkey"), (Decimal(47), "Seq Scan")):
            plan = connection.execute("EXPLAIN SELECT doc FROM orders WHERE id = %s", [argument])
            assert scan in str(plan.fetchone())


async def test_the_default_class_serves_one_operator_more_and_is_larger(dsn: str) -> None:
    default = expressions.INDEXES.replace("orders_doc", "orders_all").replace(" jsonb_path_ops", "")
    default = default.partition(";")[2]
    async with quiet(dsn, expressions.TABLE, expressions.INDEXES, default) as connection:
        sizes = [
            await connection.fetchval("SELECT pg_relation_size($1::text::regclass)", name)
            for name in ("orders_doc", "orders_all")
        ]
        assert sizes[1] > sizes[0]
        await connection.execute(expressions.VACUUM)
        rare = "SELECT id FROM orders WHERE doc ? 'coupon'"
        assert (await explain(connection, rare)).nodes == ("Bitmap Index Scan orders_all",)
        await connection.execute("DROP INDEX orders_all")
        assert (await explain(connection, rare)).nodes == ("Seq Scan",)


async def test_an_index_on_the_expression_serves_it(dsn: str) -> None:
    by_sku = "CREATE INDEX orders_sku ON orders ((doc->>'sku'))"
    scripts = expressions.TABLE, by_sku, expressions.VACUUM
    async with quiet(dsn, *scripts) as connection:
        plan = await explain(connection, "SELECT id FROM orders WHERE doc->>'sku' = 'S47'")
    assert plan.nodes == ("Bitmap Index Scan orders_sku",)
