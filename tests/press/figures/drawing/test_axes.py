"""Where marks and labels go."""

from __future__ import annotations

from itertools import pairwise

import pytest

from press.figures.drawing import axes


def test_labels_that_would_touch_are_moved_apart_around_where_they_belong() -> None:
    assert axes.apart([100.0, 104.0, 300.0], [20.0, 20.0, 20.0]) == [92.0, 112.0, 300.0]


def test_labels_that_are_moved_apart_do_not_touch_their_neighbors() -> None:
    placed = axes.apart([10.0, 12.0, 30.0], [20.0, 20.0, 20.0])

    assert placed == sorted(placed)
    assert all(high - low == pytest.approx(20.0) for low, high in pairwise(placed))


def test_numbers_that_would_run_into_each_other_are_left_out_but_for_the_last() -> None:
    kept = axes.legible([1, 2, 4, 64], lambda tick: tick * 10.0, [14.0] * 4)

    assert kept == [1, 4, 64]


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([3.0, 700.0], 2.0, 1000.0), ([10.0, 10.0], 10.0, 20.0), ([0.004, 0.09], 0.002, 0.1)],
)
def test_a_logarithmic_axis_ends_at_one_two_or_five(
    values: list[float], low: float, high: float
) -> None:
    axis = axes.logarithmic(values)

    assert (axis.low, axis.high) == pytest.approx((low, high))


def test_a_linear_axis_begins_at_zero_or_below_the_lowest_value() -> None:
    assert axes.linear([30.0, 42.0], 5).low == 0.0
    assert axes.linear([-3.0, 42.0], 5).low <= -3.0
    assert axes.linear([0.0], 5).high > 0.0
