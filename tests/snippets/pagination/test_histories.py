"""Which ways to ask for the next page drift, and in which histories."""

from collections.abc import Sequence

import pytest

from snippets.pagination import counterexamples
from snippets.pagination.counterexamples import counterexample
from snippets.pagination.histories import FIXED, WAYS, Connection, History, drifts, walk

ROW = "(at, id) < last"
TWO = History([0, 0], 1, [])


@pytest.mark.parametrize("way", [way for way in WAYS if way != "at < last"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_without_changes_every_row_is_read_once_newest_first(
    way: str, size: int, changing: Connection
) -> None:
    history = History([1, 3, 1, 2, 3, 1], size, [])
    assert walk(changing, way, history) == [5, 2, 4, 6, 3, 1]


def test_an_insert_between_two_pages_repeats_a_row_behind_an_offset(changing: Connection) -> None:
    history = History([0], 1, [("insert", 1, 0)])
    assert walk(changing, "OFFSET", history) == [1, 1]


def test_a_delete_between_two_pages_hides_a_row_behind_an_offset(changing: Connection) -> None:
    history = History([0, 0], 1, [("delete", 2, 0)])
    assert walk(changing, "OFFSET", history) == [2]
    assert drifts([2], history)


def test_two_rows_that_tie_are_enough_for_time_alone_to_lose_one(
    changing: Connection,
) -> None:
    assert counterexample(changing, "at < last", FIXED) == TWO
    assert walk(changing, "at < last", TWO) == [2]


@pytest.mark.parametrize(
    ("history", "read"),
    [
        (History([1], 1, [("move", 1, 0)]), [1, 1]),  # moved below the cursor: again
        (History([1, 0], 1, [("move", 2, 2)]), [1]),  # moved above it: never
    ],
)
def test_a_row_whose_time_changes_comes_again_or_never(
    history: History, read: list[int], changing: Connection
) -> None:
    assert walk(changing, ROW, history) == read
    assert drifts(read, history)


def test_a_row_comparison_on_a_key_that_stays_survives_two_hundred_histories(
    changing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[History] = []

    def observed(connection: Connection, way: str, history: History) -> list[int]:
        tried.append(history)
        return walk(connection, way, history)

    monkeypatch.setattr(counterexamples, "walk", observed)
    assert counterexample(changing, ROW, FIXED) is None
    assert len(tried) == 200
    # Those that can drift: the table changes while there is another page.
    assert sum(bool(h.changes) and len(h.times) > h.size for h in tried) > 80


def test_a_cursor_outlives_its_row(changing: Connection) -> None:
    history = History([0, 0, 0], 1, [("delete", 3, 0), ("delete", 2, 0)])
    assert walk(changing, ROW, history) == [3, 2, 1]


@pytest.mark.parametrize(
    ("read", "drifted"),
    [
        ([3, 2, 1], False),
        ([3, 1], False),  # 2 was deleted on the way
        ([4, 3, 1], False),  # 4 came on the way
        ([3, 2, 1, 1], True),
        ([4, 4, 3, 1], True),
        ([3, 2], True),
    ],
)
def test_pages_drift_when_a_row_comes_twice_or_one_that_stayed_never_came(
    read: Sequence[int], drifted: bool
) -> None:
    history = History([0, 0, 0], 1, [("insert", 1, 5), ("delete", 2, 0)])
    assert drifts(read, history) == drifted


def test_one_change_follows_each_page(changing: Connection) -> None:
    history = History([9, 8, 7], 1, [("like", 1, 0), ("insert", 1, 0), ("like", 3, 0)])
    assert walk(changing, ROW, history) == [1, 2, 3, 4]
    assert changing.execute("SELECT id, likes FROM posts ORDER BY id").fetchall() == [
        (1, 1),
        (2, 0),
        (3, 1),
        (4, 0),
    ]
