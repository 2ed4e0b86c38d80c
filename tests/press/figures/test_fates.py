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


def test_a_number_that_varies_has_its_range(root: Path) -> None:
    made = kill(root)
    for sample in made["runs"][0]["samples"]:
        if sample["variant"] == "list" and sample["round"] == 0:
            sample["values"] |= {"done": 55.0, "lost": 5.0}
    write(root, made)

    assert "56 55–56" in texts(soup(fates()), "td")


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
