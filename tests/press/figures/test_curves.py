"""Lines over a numeric axis."""

from __future__ import annotations

from pathlib import Path

import pytest

from press import figures
from press.evidence.records import MeasurementError
from tests.press.figures.examples import (
    SIZES,
    Figure,
    bars,
    latencies,
    line,
    paths,
    points_of,
    soup,
    sweep,
    texts,
)
from tests.press.records import write


def test_a_line_goes_through_the_medians_and_shows_every_run_and_their_range() -> None:
    found = soup(line(variants="pool-*"))

    assert len(paths(found, ".median.series--ours")) == 1
    assert len(points_of(paths(found, ".median")[0])) == len(SIZES)
    assert paths(found, ".samples")[0].count("M") == 3 * len(SIZES)
    assert len(paths(found, ".band")) == 1


def test_a_line_that_never_varies_has_no_range() -> None:
    found = soup(line(metric="p50", variants=["per-request", "pool-*"]))

    assert not paths(found, ".band.series--baseline")
    assert paths(found, ".band.series--ours")


def test_a_baseline_without_an_x_is_a_level() -> None:
    found = soup(line())

    (level,) = paths(found, ".median.series--baseline")
    (_, first), (_, last) = points_of(level)
    assert first == last
    assert texts(found, ".figure__wide .label.series--baseline") == ["connection per request"]


def test_in_the_data_the_points_come_in_order_and_the_level_last() -> None:
    found = soup(line())

    rows = [texts(row, "th, td")[:2] for row in found.select("tbody tr")]
    assert rows == [
        *(["requests served", str(size)] for size in SIZES),
        ["connection per request", ""],
    ]


def test_axes_begin_at_zero_and_carry_their_units() -> None:
    found = soup(latencies())

    assert texts(found, ".figure__wide .title") == ["response time (ms)", "connections"]
    assert "0" in texts(found, ".figure__wide .tick")


def test_a_logarithmic_axis_says_so() -> None:
    found = soup(latencies(log_x=True, log_y=True))

    assert texts(found, ".figure__wide .title") == [
        "response time (ms, log scale)",
        "connections (log scale)",
    ]
    assert "0" not in texts(found, ".figure__wide .tick")


def test_several_metrics_are_several_lines_with_their_names_at_their_ends() -> None:
    found = soup(latencies())

    assert texts(found, ".figure__wide .label") == ["median", "99th percentile"]
    assert len(paths(found, ".median.series--ours")) == 1
    assert len(paths(found, ".median.series--second")) == 1


def test_a_metric_may_be_what_the_others_are_compared_with() -> None:
    found = soup(latencies(baseline="p50"))

    assert texts(found, ".figure__wide .label.series--baseline") == ["median"]
    assert texts(found, ".figure__wide .label.series--ours") == ["99th percentile"]


def test_variants_are_divided_into_series_and_the_flagged_ones_are_the_baseline() -> None:
    found = soup(
        figures.line(
            "shed-load",
            metric="p99",
            series={"without a limit": "naive-*", "with one": ["shed-100", "shed-200"]},
            x_label="clients",
            title="T",
            description="D",
        )
    )

    assert texts(found, ".figure__wide .label.series--baseline") == ["without a limit"]
    assert texts(found, ".figure__wide .label.series--ours") == ["with one"]


def test_the_numbers_of_an_axis_carry_a_unit_where_they_need_one() -> None:
    assert "16%" in texts(soup(line(x_unit="%")), ".figure__wide .tick")


@pytest.mark.parametrize(
    ("draw", "what", "remedy"),
    [
        (lambda: line(metric="thruput"), "no metric is named 'thruput'", "throughput"),
        (lambda: line(metric=["p50", "throughput"]), "have different units: req/s, s", "each"),
        (lambda: line(metric=[]), "there is no metric", "Draw"),
        (lambda: line(variants=["pol-1"]), "no variant is named 'pol-1'", "pool-1"),
        (lambda: line(variants="per-request"), "without an x cannot stand on a line", "bars"),
        (lambda: latencies(baseline="p90"), "no metric of this figure is named 'p90'", "p99"),
        (lambda: line(series={"a": "pool-*"}, baseline="b"), "no series of this figure", "a"),
        (lambda: latencies(series={"a": "pool-*"}), "series divides the variants of one", "one"),
        (
            lambda: line(series=dict.fromkeys("abcd", "pool-*")),
            "4 lines in one figure",
            "two figures",
        ),
        (lambda: bars(metric="p99"), "no metric is named 'p99'", "throughput"),
        (lambda: bars(variants="pol*"), "no variant is named 'pol*'", "pool"),
        (lambda: figures.table("pool-sweep", title="T", columns=["p9"]), "'p9'", "p99"),
        (lambda: figures.table("pool", title="T"), "no measurement is named 'pool'", "pool-"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line_with_what_exists(
    draw: Figure, what: str, remedy: str
) -> None:
    with pytest.raises(MeasurementError) as caught:
        draw()

    assert what in caught.value.what
    assert remedy in caught.value.remedy
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_logarithmic_axis_refuses_zero(root: Path, axis: str) -> None:
    made = sweep(root)
    made["variants"]["pool-1"]["x"] = 0
    made["runs"][0]["samples"][0]["values"]["throughput"] = 0.0
    write(root, made)

    with pytest.raises(MeasurementError, match=f"a value on the {axis} axis is zero or below"):
        line(**{f"log_{axis}": True})
