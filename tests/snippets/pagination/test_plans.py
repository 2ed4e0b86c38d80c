"""A plan is its nodes, the rows that were thrown away, and the buffers of its second run."""

import json

import asyncpg
from sqlalchemy import select

from snippets.pagination import plans
from snippets.pagination.models import Post, engine
from snippets.pagination.plans import Plan, explain
from snippets.pagination.posts import connect


async def test_it_names_its_nodes_from_the_top_and_counts_what_filters_removed(
    crowded: asyncpg.Connection,
) -> None:
    plan = await explain(crowded, "SELECT count(*) FROM posts WHERE title = $1", "none")
    assert plan.nodes == ["Aggregate", "Seq Scan"]
    assert plan.removed == 30_000
    pages = await crowded.fetchval("SELECT pg_relation_size('posts') / 8192")
    assert plan.buffers == pages


async def test_a_new_connection_sees_the_same(crowded_dsn: str) -> None:
    for _ in range(2):
        connection = await connect(crowded_dsn)
        plan = await explain(connection, "SELECT * FROM posts WHERE id = 15000")
        await connection.close()
        assert plan == Plan(["Index Scan"], 0, 3)


async def test_buffers_count_whether_they_were_in_memory_or_not() -> None:
    class Evicted:
        async def fetchval(self, query: str) -> str:
            plan = {"Node Type": "Seq Scan", "Shared Hit Blocks": 3, "Shared Read Blocks": 4}
            return json.dumps([{"Plan": plan}])

    assert (await explain(Evicted(), "SELECT")).buffers == 7


async def test_a_statement_is_written_with_its_values(crowded_dsn: str) -> None:
    async with engine(crowded_dsn) as pool:
        written = plans.sql(select(Post.id).where(Post.id < 3).limit(2), pool)
    assert " ".join(written.split()) == "SELECT posts.id FROM posts WHERE posts.id < 3 LIMIT 2"
