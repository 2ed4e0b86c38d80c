"""When requests are due, whatever the answers do."""

import statistics
from itertools import pairwise

import pytest

from lab.load import Closed, Fixed, Plan, Poisson
from lab.load.sending import arrivals

URL = "http://127.0.0.1:80"


def test_a_fixed_rate_has_equal_distances() -> None:
    assert list(arrivals(Plan(URL, Fixed(4), seconds=1, settle_s=0.5))) == [
        0,
        0.25,
        0.5,
        0.75,
        1.0,
        1.25,
    ]


def test_a_poisson_process_has_the_rate_and_the_spread_of_one() -> None:
    """In 100 s at 100/s: the count within 5 standard deviations, distances as spread as long."""
    due = list(arrivals(Plan(URL, Poisson(100), seconds=100, seed=1)))
    assert abs(len(due) - 10_000) < 5 * 100
    distances = [after - before for before, after in pairwise(due)]
    assert statistics.stdev(distances) == pytest.approx(statistics.fmean(distances), rel=0.1)
    assert due == sorted(due)
    assert due[-1] < 100


def test_the_seed_decides() -> None:
    one, same, other = (list(arrivals(Plan(URL, Poisson(9), 9, seed=seed))) for seed in (1, 1, 2))
    assert one == same != other


def test_a_closed_loop_has_no_schedule() -> None:
    with pytest.raises(TypeError, match="the answers decide"):
        next(arrivals(Plan(URL, Closed(1), seconds=1)))
