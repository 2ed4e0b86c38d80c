"""What catches what, as a table of discs and rings."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.evidence.records import MeasurementError
from tests.press.figures.examples import CATCHES, KNOWN, catches, matrix, soup, texts
from tests.press.records import write


def test_a_row_says_for_each_variant_whether_it_caught() -> None:
    found = soup(matrix())

    for defect in CATCHES["mocks"]:
        (row,) = [row for row in found.select("tbody tr") if texts(row, "th") == [defect]]
        expected = ["caught" if caught[defect] else "missed" for caught in CATCHES.values()]
        assert texts(row, "td .unseen") == expected
        assert [str(dot["class"]) for dot in row.select(".dot")] == [
            str(["dot", f"dot--{word}"]) for word in expected
        ]


def test_rows_stand_below_their_headings_in_the_order_given() -> None:
    assert texts(soup(matrix()), "tbody th") == [
        *("Controls", "status", "When two meet", "race", "lost"),
    ]
    turned = {"When two meet": ["lost", "race"], "Controls": ["status"]}
    assert texts(soup(matrix(groups=turned)), "tbody th") == [
        *("When two meet", "lost", "race", "Controls", "status"),
    ]


def test_columns_are_the_variants_in_the_order_given() -> None:
    assert texts(soup(matrix()), "thead th") == ["Defect", *CATCHES]
    assert texts(soup(matrix(columns=["two", "mocks"])), "thead th") == ["Defect", "two", "mocks"]


def test_the_last_row_counts_what_is_no_control() -> None:
    assert texts(soup(matrix()), "tfoot :is(th, td)") == ["Caught, of 2", "0", "2", "1"]
    everything = soup(matrix(controls=[]))
    assert texts(everything, "tfoot :is(th, td)") == ["Caught, of 3", "1", "3", "1"]


def test_a_cell_that_is_not_the_same_in_all_rounds_says_in_how_many(root: Path) -> None:
    made = catches(root)
    for sample in made["runs"][0]["samples"]:
        if sample["variant"] == "two" and sample["round"] == 1:
            sample["values"]["race"] = 0.0
    write(root, made)
    found = soup(matrix())

    assert texts(found, "tr:has(th:-soup-contains('race')) td") == [
        *("missed", "2/3caught in 2 of 3 rounds", "missed"),
    ]
    assert texts(found, "tfoot td") == ["0", "1", "1"]


def test_who_does_not_see_the_marks_has_words_and_headings() -> None:
    found = soup(matrix())

    assert len(found.select("td .unseen")) == 9
    assert len(found.select("th[scope=col]")) == 4
    assert len(found.select("th[scope=rowgroup]")) == len(KNOWN)
    assert [str(key["aria-hidden"]) for key in found.select(".matrix__key")] == ["true"]


def test_a_control_that_is_no_row_is_refused() -> None:
    with pytest.raises(MeasurementError, match="no row is named 'state'"):
        matrix(controls=["state"])


def test_a_value_that_is_neither_caught_nor_missed_is_refused(root: Path) -> None:
    made = catches(root)
    made["runs"][0]["samples"][0]["values"]["race"] = 0.5
    write(root, made)

    with pytest.raises(MeasurementError, match="is neither 0 nor 1"):
        matrix()


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(MeasurementError, match="no metric is named 'deadlock'"):
        matrix(groups={"All": ["deadlock"]}, controls=[])
