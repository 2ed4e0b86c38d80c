"""c, s, q and h, counted where the cache is called."""

import math
from typing import Any

import pytest
from redis.asyncio import Redis

import lab
from snippets.caching import metered
from snippets.caching.meter import Meter


class Time:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def meter(time: Time) -> Meter:
    return Meter(time)


def spend(meter: Meter, time: Time, step: str, seconds: float) -> None:
    with meter.timed(step):
        time.now += seconds


def test_a_store_counts_on_both_sides_of_the_break_even(meter: Meter, time: Time) -> None:
    """(1 + 1)/(2 + 1), where c/q would say a half."""
    for step, seconds in {"look-up": 1.0, "query": 2.0, "store": 1.0}.items():
        spend(meter, time, step, seconds)
    assert meter.break_even() == pytest.approx(2 / 3)


def test_steps_are_means(meter: Meter, time: Time) -> None:
    for seconds in (1.0, 3.0):
        spend(meter, time, "query", seconds)
    assert meter.mean("query") == 2.0


def test_the_hit_rate_is_that_of_the_look_ups(meter: Meter, time: Time) -> None:
    for step in ("look-up", "look-up", "look-up", "look-up", "query"):
        spend(meter, time, step, 1.0)
    assert meter.hit_rate() == 0.75


def test_a_step_that_fails_is_in_no_mean(meter: Meter, time: Time) -> None:
    with pytest.raises(LookupError), meter.timed("query"):
        raise LookupError
    spend(meter, time, "query", 2.0)
    assert meter.mean("query") == 2.0


async def test_a_failed_load_is_no_hit(
    redis: Redis, redis_lease: lab.RedisLease, meter: Meter
) -> None:
    async def load() -> Any:
        raise LookupError("the database is away")

    with pytest.raises(LookupError):
        await metered.cached(redis, f"{redis_lease.prefix}report", load, meter)
    assert meter.hit_rate() == 0


def test_before_the_first_read_there_is_no_number(meter: Meter) -> None:
    assert math.isnan(meter.hit_rate())
    assert math.isnan(meter.break_even())


async def test_a_hit_is_a_look_up_and_a_miss_all_three(
    redis: Redis, redis_lease: lab.RedisLease, meter: Meter
) -> None:
    async def load() -> Any:
        return None

    key = f"{redis_lease.prefix}report"
    for _ in range(2):
        assert await metered.cached(redis, key, load, meter) is None
    assert meter.calls == {"look-up": 2, "query": 1, "store": 1}
    assert 0 < await redis.ttl(key) <= 300


def test_forty_misses_of_a_hundred_cost_more_than_the_queries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """100 look-ups, 40 queries of two, 40 stores: 220 against 200."""
    metered.main()
    assert capsys.readouterr().out.splitlines() == [
        "hit rate 60%",
        "saves time above 67%",
        "milliseconds 220, without the cache 200",
    ]
