"""Measured numbers as readers see them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from press.evidence.quantities import marked_up, number, plain
from press.evidence.records import MeasurementError, RecordError
from tests.press.records import record, run, samples, write


def test_the_same_value_in_all_runs_is_said_to_be_the_same(tmp_path: Path) -> None:
    made = record(tmp_path)
    for sample in made["runs"][0]["samples"]:
        sample["values"]["throughput"] = 12345.0
    write(tmp_path, made)

    found = number("pool-sizing.throughput.pool", tmp_path)

    assert re.sub(r"\s", " ", found.text) == "12,345 req/s"
    assert re.sub(r"\s", " ", found.title).startswith("only 1 run × 3 rounds; the same in all; ")


def test_a_single_round_has_no_interval(tmp_path: Path) -> None:
    one = samples({"pool": {"throughput": [2198.0]}})
    write(tmp_path, record(tmp_path, samples=one))

    found = number("pool-sizing.throughput.pool", tmp_path)

    assert found.title == "only 1 run × 1 round; recorded 2026-11-20"


def test_several_runs_give_one_median_its_interval_and_their_spread(tmp_path: Path) -> None:
    values = ([10.0, 30.0, 20.0], [40.0, 60.0, 50.0], [70.0, 90.0, 80.0])
    days = ("2026-11-20T10:00:00Z", "2026-11-20T10:10:00Z", "2026-11-21T10:00:00Z")
    runs = [
        run(day, samples=samples({"pool": {"throughput": rounds}}))
        for day, rounds in zip(days, values, strict=True)
    ]
    write(tmp_path, record(tmp_path, runs=runs))

    found = number("pool-sizing.throughput.pool", tmp_path)

    assert found.value == 50.0
    assert re.sub(r"\s", " ", found.title) == (
        "3 runs × 3 rounds; 95% interval 20 to 80 req/s; medians of runs 20 to 80 req/s; "
        "recorded 2026-11-21"
    )


def test_void_runs_and_rounds_do_not_count(tmp_path: Path) -> None:
    runs = [
        run(void="the machine was busy", samples=samples({"pool": {"throughput": [1.0, 1.0]}})),
        run(
            void_rounds={1: "the generator fell behind"},
            samples=samples({"pool": {"throughput": [5.0, 1.0, 7.0]}}),
        ),
    ]
    write(tmp_path, record(tmp_path, runs=runs))

    found = number("pool-sizing.throughput.pool", tmp_path)

    assert found.value == 6.0
    assert found.title.startswith("only 1 run × 2 rounds; ")


def test_captions_expand_numbers_as_text_and_as_markup(tmp_path: Path) -> None:
    write(tmp_path, record(tmp_path))
    caption = "A & B: [[pool-sizing.speedup]] better"

    assert plain(caption, tmp_path) == "A & B: 4.2× better"
    assert re.sub("<data[^>]*>", "<data>", marked_up(caption, tmp_path)) == (
        "A &amp; B: <data>4.2×</data> better"
    )


@pytest.mark.parametrize(
    ("quantity", "void", "error"),
    [("sped", None, MeasurementError), ("speedup", "the machine was busy", RecordError)],
)
def test_a_number_that_cannot_be_shown_is_refused(
    tmp_path: Path, quantity: str, void: str | None, error: type[MeasurementError]
) -> None:
    write(tmp_path, record(tmp_path, void=void))

    with pytest.raises(error):
        number(f"pool-sizing.{quantity}", tmp_path)
