"""Erlang C: published values, its definition, and what it must obey."""

from fractions import Fraction
from math import factorial, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snippets.pool.erlang import mean_wait, probability_of_waiting, smallest_pool

servers = st.integers(1, 200)
utilizations = st.floats(0.001, 0.999)


def by_definition(servers: int, load: Fraction) -> Fraction:
    """The textbook formula, in exact arithmetic."""
    full = load**servers / factorial(servers) * servers / (servers - load)
    return full / (sum(load**n / factorial(n) for n in range(servers)) + full)


@pytest.mark.parametrize(
    ("channels", "load", "published"),
    [(8, 3.87, 0.05), (10, 4.08, 0.01)],  # the Erlang C table of a TETRA handbook
)
def test_published_tables_give_the_same_probability(
    channels: int, load: float, published: float
) -> None:
    assert probability_of_waiting(channels, load) == pytest.approx(published, rel=0.01)


def test_one_server_is_busy_for_its_utilization() -> None:
    assert probability_of_waiting(1, 0.7) == pytest.approx(0.7)


@given(st.integers(1, 40), st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100))
def test_the_recurrence_gives_what_the_definition_gives(servers: int, part: Fraction) -> None:
    load = servers * part
    assert probability_of_waiting(servers, float(load)) == pytest.approx(
        float(by_definition(servers, load)), rel=1e-9
    )


@given(servers, utilizations)
def test_a_probability_lies_between_zero_and_one(servers: int, utilization: float) -> None:
    assert 0 <= probability_of_waiting(servers, servers * utilization) <= 1


@given(servers, utilizations)
def test_one_pool_waits_no_longer_than_the_same_connections_in_two(
    servers: int, utilization: float
) -> None:
    together = mean_wait(2 * servers, 2 * servers * utilization, hold=1.0)
    assert together <= mean_wait(servers, servers * utilization, hold=1.0)


def test_nobody_waits_where_nobody_comes() -> None:
    assert probability_of_waiting(10, 0.0) == 0
    assert mean_wait(10, 0.0, hold=1.0) == 0


@pytest.mark.parametrize("load", [10.0, 11.0])
def test_a_full_pool_makes_everyone_wait_forever(load: float) -> None:
    assert probability_of_waiting(10, load) == 1
    assert mean_wait(10, load, hold=1.0) == inf


def test_the_mean_wait_is_in_the_unit_of_the_hold() -> None:
    in_seconds = mean_wait(10, 9.0, hold=0.02)
    assert in_seconds == pytest.approx(0.02 * mean_wait(10, 9.0, hold=1.0))
    assert in_seconds == pytest.approx(0.02 * probability_of_waiting(10, 9.0) / (10 - 9.0))


@given(st.floats(0.01, 100), st.floats(0.01, 0.99))
def test_the_smallest_pool_suffices_and_one_connection_less_does_not(
    load: float, may_wait: float
) -> None:
    size = smallest_pool(load, may_wait)
    assert probability_of_waiting(size, load) <= may_wait
    assert probability_of_waiting(size - 1, load) > may_wait


def test_400_requests_per_second_of_20_ms_take_13_connections_for_one_in_ten_to_wait() -> None:
    assert smallest_pool(400 * 0.020, may_wait=0.1) == 13
