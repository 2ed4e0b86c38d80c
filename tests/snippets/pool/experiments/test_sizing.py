"""What theory says of the sizes, as the article quotes it."""

import pytest


def share(connections: int, neighbors: int) -> float:
    """Of the processor, what a scheduler that is fair to processes gives to these connections."""
    return connections / (connections + neighbors)


def test_beside_two_busy_processes_64_connections_get_almost_half_as_much_again_as_four() -> None:
    assert share(4, neighbors=2) == pytest.approx(2 / 3)
    assert share(64, neighbors=2) / share(4, neighbors=2) == pytest.approx(1.45, abs=0.01)
