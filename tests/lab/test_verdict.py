"""A claim holds, does not hold, or is not settled."""

import pytest

from lab.verdict import Verdict, verdict


@pytest.mark.parametrize(
    ("interval", "at_least", "at_most", "expected"),
    [
        ((5.0, 6.0), 5.0, None, "holds"),
        ((5.0, 6.0), 4.9, None, "holds"),
        ((5.0, 6.0), 5.1, None, "not settled"),
        ((5.0, 6.0), 6.0, None, "not settled"),
        ((5.0, 6.0), 6.1, None, "does not hold"),
        ((5.0, 6.0), None, 6.0, "holds"),
        ((5.0, 6.0), None, 5.9, "not settled"),
        ((5.0, 6.0), None, 5.0, "not settled"),
        ((5.0, 6.0), None, 4.9, "does not hold"),
        ((5.0, 6.0), 5.0, 6.0, "holds"),
        ((5.0, 6.0), 5.5, 7.0, "not settled"),
        ((5.0, 6.0), 4.0, 5.5, "not settled"),
        ((5.0, 6.0), 5.4, 5.6, "not settled"),
        ((5.0, 6.0), 1.0, 2.0, "does not hold"),
        ((5.0, 6.0), 7.0, 9.0, "does not hold"),
        ((4.0, 4.0), 4.0, 4.0, "holds"),
        ((4.0, 4.0), None, 3.9, "does not hold"),
    ],
)
def test_the_whole_interval_decides(
    interval: tuple[float, float],
    at_least: float | None,
    at_most: float | None,
    expected: Verdict,
) -> None:
    assert verdict(interval, at_least, at_most) == expected
