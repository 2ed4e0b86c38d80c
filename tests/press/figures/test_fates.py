"""What became of jobs, one mark each."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.evidence.records import MeasurementError
from tests.press.figures.examples import GROUPS, KILLED, fates, kill, soup, sweep, texts
from tests.press.records import write

MARKS = {"done": "h8", "twice": "h3.4v8h-3.4zm", "stuck": "h6", "lost": "l6 6"}


def test_there_is_one_mark_for_each_job() -> None:
    rows = soup(fates()).select("tbody tr:not(.fates__group)")

    for row in rows:
        counts = dict(zip(MARKS, KILLED[texts(row, "th")[0]], strict=True))
        for kind, shape in MARKS.items():
            marks = sum(str(path["d"]).count(shape) for path in row.select(f".fate--{kind}"))
            assert marks == counts[kind]
    assert len(rows) == len(KILLED)


def test_rows_stand_below_the_worst_that_became_of_a_job() -> None:
    assert texts(soup(fates()), "tbody th") == [
        "Something is lost",
        "memory",
        "list",
        "Kept, and waits",
        "marked",
        "Runs again",
        "locked",
    ]


def test_who_does_not_see_the_marks_has_their_numbers() -> None:
    found = soup(fates())

    assert len(found.select("svg")) == len(found.select("svg[aria-hidden=true]")) == 8
    assert texts(found, "tbody tr:nth-of-type(2) td.number")[:4] == ["20", "0", "0", "40"]
    assert texts(found, "thead th[scope=col]") == [" done", " twice", " stuck", " lost"]
    assert texts(found, "caption") == ["T"]


def once(root: Path, variant: str, **counts: float) -> None:
    """In one round of three, the variant ends otherwise."""
    made = kill(root)
    for sample in made["runs"][0]["samples"]:
        if sample["variant"] == variant and sample["round"] == 1:
            sample["values"] |= counts
    write(root, made)


def test_a_job_that_is_lost_in_one_round_of_three_moves_its_row(root: Path) -> None:
    once(root, "locked", done=56, twice=3, lost=1)
    found = soup(fates())

    assert texts(found, "tbody th") == [
        *("Something is lost", "memory", "list", "locked"),
        *("Kept, and waits", "marked"),
    ]
    assert texts(found, "tr:has(th:-soup-contains('locked')) .number") == [
        *("56", "3 3–4", "0", "1 0–1"),
    ]
    (strip,) = found.select("tr:has(th:-soup-contains('locked')) svg")
    assert [len(str(path["d"]).split("M")) - 1 for path in strip.select("path")] == [56, 3, 1]


def test_the_numbers_of_a_row_are_those_of_one_round(root: Path) -> None:
    """A sum of the worst of several would be of jobs that there are not."""
    once(root, "list", done=55, stuck=2, lost=3)

    assert texts(soup(fates()), "tr:has(th:-soup-contains('list')) .number") == [
        *("56 55–56", "0", "0 0–2", "4 3–4"),
    ]


def test_the_line_below_says_that_it_is_the_worst(root: Path) -> None:
    assert texts(soup(fates()), ".provenance summary") == [
        "Worst of only 1 run × 3 rounds, the same in all; 2026-11-20; how"
    ]
    once(root, "locked", done=56, twice=3, lost=1)
    assert texts(soup(fates()), ".provenance summary") == [
        "Worst of only 1 run × 3 rounds; 2026-11-20; how"
    ]


def test_a_row_without_a_heading_is_refused() -> None:
    groups = {fate: heading for fate, heading in GROUPS.items() if fate != "stuck"}
    with pytest.raises(MeasurementError, match="no group is named 'stuck'"):
        fates(groups=groups)


def test_a_part_of_a_job_is_refused(root: Path) -> None:
    made = kill(root)
    made["runs"][0]["samples"][0]["values"]["done"] = 0.5
    write(root, made)

    with pytest.raises(MeasurementError, match="has a part of a job"):
        fates()


def test_a_measurement_that_counts_no_fates_is_refused(root: Path) -> None:
    write(root, {**sweep(root), "name": "jobs-kill"})

    with pytest.raises(MeasurementError, match="no metric is named 'done'"):
        fates()
