"""The median over rounds of several runs, its interval, and how much that interval is worth."""

import itertools
import statistics
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.pooling import Pooled, begun_apart, enclosing

numbers = st.floats(-1e9, 1e9)


def by_brute_force(number: int, rank: int) -> Fraction:
    """The share of all outcomes in which the rank-th values from both ends enclose the median.

    Each of the values lies below the true median or above it, like a coin; the order statistic of
    a rank lies below when at least that many values do.
    """
    enclosed = 0
    for below in itertools.product((False, True), repeat=number):
        enclosed += rank <= sum(below) <= number - rank
    return Fraction(enclosed, 2**number)


@pytest.mark.parametrize("number", range(1, 15))
def test_the_coverage_is_that_of_all_outcomes_counted_one_by_one(number: int) -> None:
    rank, coverage = enclosing(number)
    if number > 1:
        assert coverage == by_brute_force(number, rank)
    better = [other for other in range(1, number // 2 + 1) if by_brute_force(number, other) >= 0.95]
    assert rank == max(better, default=1)


def test_a_single_value_encloses_nothing() -> None:
    assert enclosing(1) == (1, 0.0)


@pytest.mark.parametrize(
    ("number", "rank", "coverage"),
    [
        (3, 1, 0.75),
        (5, 1, 0.9375),
        (6, 1, 0.96875),
        (9, 2, 0.9609375),
        (15, 4, 0.96484375),
        (25, 8, 0.9567147493362427),
    ],
)
def test_the_ranks_are_those_of_published_tables(number: int, rank: int, coverage: float) -> None:
    found, chance = enclosing(number)
    assert found == rank
    assert chance == pytest.approx(coverage, abs=1e-12)


@given(st.lists(numbers, min_size=1, max_size=40))
def test_the_interval_is_of_measured_values_and_holds_the_median(values: list[float]) -> None:
    pooled = Pooled((tuple(values),))
    low, high = pooled.interval
    assert low in values
    assert high in values
    assert low <= pooled.median <= high
    rank, _ = enclosing(len(values))
    assert sum(value < low for value in values) <= rank - 1
    assert sum(value > high for value in values) <= rank - 1


@given(st.lists(st.lists(numbers, min_size=1, max_size=9), min_size=1, max_size=5))
def test_all_rounds_of_all_runs_count_alike(runs: list[list[float]]) -> None:
    pooled = Pooled(tuple(map(tuple, runs)))
    flat = [value for run in runs for value in run]
    assert pooled.values == tuple(pooled) == tuple(flat)
    assert len(pooled) == len(flat)
    assert pooled.median == statistics.median(flat)
    assert pooled.run_medians == tuple(map(statistics.median, runs))


def test_the_same_in_another_unit() -> None:
    assert Pooled(((1.0, 2.0), (4.0,))).scaled(1000).runs == ((1000.0, 2000.0), (4000.0,))


@pytest.mark.parametrize(
    ("minutes", "count"),
    [([], 0), ([0], 1), ([0, 9], 1), ([0, 10], 2), ([0, 6, 12], 2), ([12, 0, 6, 22], 3)],
)
def test_runs_of_the_same_ten_minutes_count_once(minutes: list[int], count: int) -> None:
    begin = datetime(2026, 11, 20, tzinfo=UTC)
    assert begun_apart([begin + timedelta(minutes=minute) for minute in minutes]) == count
