"""Bars and points."""

from __future__ import annotations

import pytest

from tests.press.figures.examples import bars, paths, points, points_of, soup, texts


def test_bars_are_measured_from_zero() -> None:
    found = soup(bars())

    ends = [
        (min(x for x, _ in points_of(bar)), max(x for x, _ in points_of(bar)))
        for bar in paths(found, ".bar")
    ]
    (zero, baseline), (start, ours) = ends
    assert zero == start
    assert (ours - zero) / (baseline - zero) == pytest.approx(2198 / 512, rel=0.01)


def test_bars_carry_their_values_and_their_spread() -> None:
    found = soup(bars())

    assert texts(found, ".figure__wide .value") == ["512 req/s", "2,198 req/s"]
    assert len(paths(found, ".whisker")) == len(paths(found, ".samples")) == 2


def test_the_baseline_is_told_apart_and_all_else_is_ours() -> None:
    found = soup(bars())

    assert texts(found, ".figure__wide .value.series--baseline") == ["512 req/s"]
    assert texts(found, ".figure__wide .value.series--ours") == ["2,198 req/s"]


def test_rows_come_in_the_order_asked_for() -> None:
    found = soup(bars(variants=["pool", "per-request"]))

    assert texts(found, ".figure__wide .name") == ["pool of 10", "connection per request"]


def test_points_may_stand_on_a_logarithmic_axis_that_says_so() -> None:
    found = soup(points(log=True, label="served"))

    assert texts(found, ".figure__wide .title") == ["served (req/s, log scale)"]
    assert "0" not in texts(found, ".figure__wide .tick")
    assert not paths(found, ".bar")
    assert len(paths(found, ".markers")) == 2
