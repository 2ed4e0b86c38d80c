"""When a refused client is told to come back."""

from snippets.pool.retry_after import RETRY_S, retry_after


def test_clients_that_are_refused_together_come_back_at_different_times() -> None:
    said = [int(retry_after()["Retry-After"]) for _ in range(1000)]
    assert set(said) == set(RETRY_S)
    assert max(map(said.count, RETRY_S)) < 2 * min(map(said.count, RETRY_S))


def test_nobody_is_told_to_come_back_at_once() -> None:
    assert min(RETRY_S) >= 1
