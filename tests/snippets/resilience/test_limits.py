"""Limits that contradict each other are refused."""

from dataclasses import replace

import pytest

from snippets.resilience.limits import LIMITS


def test_the_limits_of_the_article_fit() -> None:
    assert LIMITS.pool + LIMITS.connect + LIMITS.transaction < LIMITS.request


@pytest.mark.parametrize(
    "change",
    [
        {"lock": LIMITS.statement},
        {"statement": LIMITS.answer},
        {"answer": LIMITS.transaction},
        {"answer": LIMITS.statement - 0.1},
    ],
)
def test_an_inner_limit_that_ends_no_earlier_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="lock < statement < answer < transaction"):
        replace(LIMITS, **change)


def test_a_request_that_has_no_more_than_the_waits_inside_is_refused() -> None:
    with pytest.raises(ValueError, match="and the request has"):
        replace(LIMITS, request=LIMITS.pool + LIMITS.connect + LIMITS.transaction)


@pytest.mark.parametrize("name", ["pool", "connect", "transaction"])
def test_waits_that_follow_each_other_add_up(name: str) -> None:
    inside = LIMITS.pool + LIMITS.connect + LIMITS.transaction
    rest = LIMITS.request - inside
    replace(LIMITS, **{name: getattr(LIMITS, name) + 0.9 * rest})
    with pytest.raises(ValueError, match=r"pool \+ connect \+ transaction take"):
        replace(LIMITS, **{name: getattr(LIMITS, name) + rest + 0.01})
