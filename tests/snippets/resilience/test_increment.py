"""Twenty transactions add one to the same row."""

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience import increment
from snippets.resilience.increment import Increment, at_once
from snippets.resilience.naive_increment import increment as naive


@pytest.mark.naive("snippets/resilience/naive_increment.py")
async def test_at_read_committed_nineteen_are_lost_without_an_error(dsn: str) -> None:
    assert await at_once(dsn, "READ COMMITTED", naive) == "READ COMMITTED: 0 errors, value 1"


@pytest.mark.naive("snippets/resilience/naive_increment.py")
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
async def test_at_higher_levels_the_nineteen_are_errors(isolation: str, dsn: str) -> None:
    assert await at_once(dsn, isolation, naive) == f"{isolation}: 19 errors, value 1"


@pytest.mark.naive("snippets/resilience/naive_increment.py")
async def test_each_of_the_errors_is_a_serialization_failure(dsn: str) -> None:
    failures = 0

    async def counted(engine: AsyncEngine) -> None:
        nonlocal failures
        with pytest.raises(DBAPIError, match="could not serialize access due to concurrent update"):
            await naive(engine)
        failures += 1

    await at_once(dsn, "SERIALIZABLE", counted)
    assert failures == 19


@pytest.mark.parametrize(
    ("isolation", "add"),
    [
        ("READ COMMITTED", increment.in_one_statement),
        ("REPEATABLE READ", increment.retried),
        ("SERIALIZABLE", increment.retried),
    ],
)
async def test_one_statement_and_a_retry_keep_all_twenty(
    isolation: str, add: Increment, dsn: str
) -> None:
    assert await at_once(dsn, isolation, add) == f"{isolation}: 0 errors, value 20"
