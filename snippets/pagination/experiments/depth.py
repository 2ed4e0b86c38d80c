"""What a page of twenty reads, by the number of posts before it.

Buffers are those of the second execution, in memory or not. Depths
are those of a million posts; fewer posts scale them down.
"""

from functools import partial

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Values,
    Variant,
)
from snippets.pagination.plans import explain
from snippets.pagination.posts import connect, posts

MILLION = 1_000_000
DEPTHS = (100, 1_000, 10_000, 100_000, 900_000)
LAST = """
SELECT created_at, id FROM posts
ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $1 - 1"""
PAGE = """
SELECT * FROM posts {} ORDER BY created_at DESC, id DESC LIMIT 20"""
OFFSET = PAGE.format("") + " OFFSET {depth}"
OR = PAGE.format(
    "WHERE created_at < '{at}' OR created_at = '{at}' AND id < {id}"
)
ROW = PAGE.format("WHERE (created_at, id) < ('{at}', {id})")
WAYS = {
    "offset": ("OFFSET", OFFSET),
    "or": ("OR", OR),
    "row": ("row comparison", ROW),
}


async def prepare(setting: Setting) -> None:
    async with posts(setting.dsn, setting.conditions["posts"]):
        pass


async def run(query: str, depth: int, setting: Setting) -> Values:
    connection = await connect(setting.dsn)
    try:
        before = max(1, depth * setting.conditions["posts"] // MILLION)
        at, id_ = await connection.fetchrow(LAST, before)
        page = query.format(at=at, id=id_, depth=before)
        plan = await explain(connection, page)
        return {"buffers": float(plan.buffers)}
    finally:
        await connection.close()


def deep(way: str) -> Quantity:
    def buffers(r: Round) -> float:
        return r[f"{way}-{DEPTHS[-1]}"]["buffers"]

    return Quantity(
        label=f"buffers of a page after {DEPTHS[-1]:,} posts,"
        f" {WAYS[way][0]}",
        unit="",
        digits=3,
        of=buffers,
    )


EXPERIMENT = Experiment(
    question="What does a page read that comes after many others?",
    needs=frozenset({"postgres"}),
    prepare=prepare,
    conditions={"posts": MILLION},
    rehearsal={"posts": 2_000},
    rounds=3,
    metrics={"buffers": Metric(label="buffers read", unit="")},
    variants={
        f"{way}-{depth}": Variant(
            label=f"{label}, after {depth:,}",
            run=partial(run, query, depth),
            x=float(depth),
        )
        for way, (label, query) in WAYS.items()
        for depth in DEPTHS
    },
    quantities={way: deep(way) for way in WAYS},
    claims=(
        Claim(
            "OFFSET reads every post that it skips: a post has over 100"
            " bytes, so at most 80 share a page of 8 KiB",
            quantity="offset",
            at_least=900_000 / 80,
        ),
        Claim(
            "the OR of two conditions reads them, too",
            quantity="or",
            at_least=900_000 / 80,
        ),
        Claim(
            "a row comparison reads the three levels of the index and"
            " the pages of twenty neighbors: at most ten buffers",
            quantity="row",
            at_most=10,
        ),
    ),
)
