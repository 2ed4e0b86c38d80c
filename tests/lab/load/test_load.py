"""What a load found: latencies from the scheduled time, and when they mean nothing."""

from dataclasses import replace

import pytest

from lab.load import Closed, Fixed, Load, Plan, Sent
from lab.load.load import NO_CONNECTION, quantile

PLAN = Plan("http://127.0.0.1:80", Fixed(100), seconds=1.0, lag_bound_s=0.01)


def load(*sent: Sent, processor: float = 0.1, plan: Plan = PLAN, loop: float = 0.0) -> Load:
    return Load(plan, sent, processor, (loop,))


def sent(scheduled: float = 0.0, lag: float = 0.0, latency: float = 0.001, outcome: str = "200"):  # type: ignore[no-untyped-def]
    return Sent(scheduled, lag, latency, outcome)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.25, 1), (0.26, 2), (0.5, 2), (0.99, 4), (1.0, 4)]
)
def test_a_quantile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert quantile([1, 2, 3, 4], share) == expected


def test_the_99th_percentile_of_a_hundred_values_is_the_99th() -> None:
    assert quantile(range(1, 101), 0.99) == 99


def test_outcomes_are_counted_and_errors_are_those_that_were_not_served() -> None:
    found = load(sent(), sent(), sent(outcome="304"), sent(outcome="503"), sent(outcome="timeout"))
    assert found.outcomes == {"200": 2, "304": 1, "503": 1, "timeout": 1}
    assert found.errors == {"503": 1, "timeout": 1}


def test_quick_refusals_do_not_make_latency_look_better() -> None:
    found = load(sent(latency=2.0), *[sent(latency=0.001, outcome="503")] * 9)
    assert found.quantile_s(0.5) == 2.0
    assert found.quantile_s(0.5, "503") == 0.001
    assert found.served_within(1.0) == 0
    assert found.served_within(2.0) == 0.1


def test_an_outcome_that_nobody_had_is_named() -> None:
    with pytest.raises(LookupError, match=r"no request ended in '200'; there were: {'reset': 1}"):
        load(sent(outcome="reset")).quantile_s(0.5)


def test_rates_are_those_achieved_and_not_those_asked_for() -> None:
    found = load(
        sent(0.0),
        sent(0.5, lag=0.6),  # sent after the second
        sent(0.9, latency=0.2),  # answered after it
        sent(0.1, outcome="500"),
    )
    assert found.rate == 3
    assert found.throughput == 1 + 1  # the first, and the second, whose latency is 1 ms here


def test_a_load_of_a_punctual_generator_is_valid() -> None:
    assert load(*[sent(lag=0.01)] * 100).void is None


def test_one_late_request_in_a_hundred_is_forgiven_and_two_are_not() -> None:
    punctual, late = sent(), sent(lag=0.02)
    assert load(*[punctual] * 99, late).void is None
    assert load(*[punctual] * 98, late, late).void == (
        "the generator was 20.0 ms late or more for 1 % of the requests; the bound was 10 ms"
    )


def test_a_busy_generator_is_the_bottleneck() -> None:
    assert load(sent(), processor=0.89).void is None
    assert load(sent(), processor=0.9).void == "the generator used 90 % of a core"


def test_a_generator_without_connections_is_the_bottleneck() -> None:
    found = load(sent(), sent(outcome=NO_CONNECTION))
    assert found.void == "the generator had no connection left for 1"


def test_in_a_closed_loop_the_lateness_of_the_loop_counts() -> None:
    """Its requests are due when the generator has read the answer: they always look punctual."""
    closed = replace(PLAN, arrivals=Closed(1))
    assert load(sent(lag=0.02), plan=closed, loop=0.001).void is None
    assert "late" in (load(sent(lag=0.0), plan=closed, loop=0.02).void or "")


def test_a_load_in_which_nothing_was_sent_is_void() -> None:
    assert load().void is not None
