"""Measured numbers as readers see them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from press.evidence.quantities import marked_up, number, plain
from press.evidence.records import MeasurementError, RecordError
from tests.press.records import record, write


def test_the_same_value_in_all_runs_is_said_to_be_the_same(tmp_path: Path) -> None:
    made = record(tmp_path)
    for sample in made["samples"]:
        sample["values"]["throughput"] = 12345.0
    write(tmp_path, made)

    found = number("pool-sizing.throughput.pool", tmp_path)

    assert re.sub(r"\s", " ", found.text) == "12,345 req/s"
    assert re.sub(r"\s", " ", found.title).startswith("median of 3 runs, 12,345 req/s in all; ")


def test_a_single_run_is_called_one_run(tmp_path: Path) -> None:
    made = record(tmp_path)
    made["samples"] = [sample for sample in made["samples"] if sample["round"] == 0]
    write(tmp_path, made)

    assert number("pool-sizing.throughput.pool", tmp_path).title.startswith("one run; ")


def test_captions_expand_numbers_as_text_and_as_markup(tmp_path: Path) -> None:
    write(tmp_path, record(tmp_path))
    caption = "A & B: [[pool-sizing.speedup]] better"

    assert plain(caption, tmp_path) == "A & B: 4.2× better"
    assert re.sub("<data[^>]*>", "<data>", marked_up(caption, tmp_path)) == (
        "A &amp; B: <data>4.2×</data> better"
    )


@pytest.mark.parametrize(
    ("quantity", "complete", "error"),
    [("sped", True, MeasurementError), ("speedup", False, RecordError)],
)
def test_a_number_that_cannot_be_shown_is_refused(
    tmp_path: Path, quantity: str, complete: bool, error: type[MeasurementError]
) -> None:
    write(tmp_path, record(tmp_path, complete=complete))

    with pytest.raises(error):
        number(f"pool-sizing.{quantity}", tmp_path)
