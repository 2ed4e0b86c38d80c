"""A history has so many rows, and so many changes between its pages."""

import random

import pytest

from lab.experiment import Setting
from snippets.pagination.experiments import drift
from snippets.pagination.histories import FIXED


@pytest.mark.parametrize("count", drift.CHANGES)
def test_the_changes_fall_between_the_pages(count: int) -> None:
    random.seed(count)
    history = drift.history(60, 10, FIXED, count)
    changes = [change for change in history.changes if change != drift.NOTHING]
    assert (len(history.times), history.size, len(history.changes)) == (60, 10, 5)
    assert len(changes) == count
    assert all(kind in FIXED and 1 <= row <= 60 for kind, row, _ in changes)


async def test_nothing_drifts_with_a_row_comparison_and_much_does_with_an_offset(dsn: str) -> None:
    random.seed(0)
    setting = Setting({"histories": 10, "rows": 60, "page": 10}, dsn)
    variants = drift.EXPERIMENT.variants
    assert (await variants["row-5"].run(setting))["drifted"] == 0
    assert (await variants["offset-5"].run(setting))["drifted"] > 0
