"""The tables of the listings in SQL are those of the modules."""

import pytest

import lab
from snippets.indexes import expressions, jobs
from tests.snippets.test_runnable import made, what_runs


@pytest.mark.parametrize(
    ("include", "scripts"),
    [
        ("snippets/indexes/failed.sql:sixth", (jobs.TABLE, jobs.SMALL)),
        ("snippets/indexes/document.sql:sku", (expressions.TABLE, expressions.INDEXES)),
    ],
)
def test_both_make_the_same(include: str, scripts: tuple[str, ...], services: None) -> None:
    with lab.postgres() as one, lab.postgres() as other:
        assert made(one, what_runs(include).setup) == made(other, *scripts)
