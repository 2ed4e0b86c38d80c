"""How many guesses are compared."""

import pytest

import lab
from snippets.tokens import guesses
from snippets.tokens.attempts import network


@pytest.mark.naive("snippets/tokens/naive_attempts.py")
async def test_who_counts_failures_compares_all_that_come_at_once(
    redis_lease: lab.RedisLease,
) -> None:
    ask = guesses.compared(redis_lease.url, redis_lease.prefix, guesses.naive)
    assert await ask == "20 compared, 0 refused, 0 failed"
    again = guesses.compared(redis_lease.url, redis_lease.prefix, guesses.naive)
    assert await again == "0 compared, 20 refused, 0 failed"


@pytest.mark.naive("snippets/tokens/naive_attempts.py")
async def test_and_fails_without_redis() -> None:
    ask = guesses.compared(guesses.DOWN, "x:", guesses.naive)
    assert await ask == "0 compared, 0 refused, 20 failed"


@pytest.mark.parametrize("redis", ["up", "down"])
async def test_who_counts_attempts_compares_five(redis: str, redis_lease: lab.RedisLease) -> None:
    url = redis_lease.url if redis == "up" else guesses.DOWN
    ours = guesses.counted()
    ask = guesses.compared(url, redis_lease.prefix, ours)
    assert await ask == "5 compared, 15 refused, 0 failed"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "20010db800000000/64"),
        ("2001:db8::ffff:1", "20010db800000000/64"),
        ("2001:db8:0:1::1", "20010db800000001/64"),
        ("fe80::1%eth0", "fe80000000000000/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_whom_an_address_counts_for(address: str, counted: str) -> None:
    assert network(address) == counted
