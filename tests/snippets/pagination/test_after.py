"""The page after 27,000 posts, in SQL: what the naive statements read, and the tables they read."""

import re
from pathlib import Path

import pytest

import lab
from lab import transcript
from lab.repository import ROOT
from snippets.pagination import posts
from tests.snippets.test_runnable import made, what_runs

PACKAGE = ROOT / "snippets/pagination"


def printed(listing: Path) -> str:
    """What the listing prints now."""
    finished = transcript.run(transcript.command(listing, ROOT), ROOT, timeout_s=45)
    assert transcript.fault(finished) is None
    return finished.output


def buffers(plan: str) -> int:
    found = re.search(r"Buffers: shared (.*)", plan)
    assert found
    return sum(map(int, re.findall(r"(?:hit|read)=(\d+)", found[1])))


@pytest.mark.naive("snippets/pagination/naive_after.sql")
def test_a_condition_that_is_written_out_reads_every_post_before_the_page(services: None) -> None:
    naive, right = (printed(PACKAGE / name) for name in ("naive_after.sql", "after.sql"))
    assert "Rows Removed by Filter: 27000" in naive
    assert "Index Cond: (ROW(created_at, id) < ROW(" in right
    assert buffers(naive) > 100 * buffers(right)


@pytest.mark.naive("snippets/pagination/naive_first.sql")
def test_one_statement_for_both_pages_reads_them_at_its_sixth_execution(services: None) -> None:
    plan = printed(PACKAGE / "naive_first.sql")
    assert "Rows Removed by Filter: 27000" in plan
    assert "$1 IS NULL" in plan, "a custom plan"


def test_the_posts_are_those_of_the_module(services: None) -> None:
    fill = posts.FILL.replace("$1::int", "30000")
    with lab.postgres() as one, lab.postgres() as other:
        setup = what_runs("snippets/pagination/after.sql:page").setup
        assert made(one, setup) == made(other, posts.SCHEMA, fill)
