"""Calls that are made to meet."""

from typing import Any

import pytest

from snippets.tokens.together import together


async def test_all_wait_before_one_goes_on(accounts: Any) -> None:
    count = 0

    async def lock() -> int:
        nonlocal count
        async with accounts.acquire() as connection, connection.transaction():
            await connection.execute("LOCK TABLE account")
            count += 1
            return count

    assert set(await together(accounts, "LOCK TABLE account", 5, lock)) == {1, 2, 3, 4, 5}


@pytest.mark.timeout(20)
async def test_a_call_that_fails_before_it_waits_holds_nobody_up(accounts: Any) -> None:
    async def fail() -> None:
        raise ConnectionRefusedError

    found = await together(accounts, "LOCK TABLE account", 3, fail)
    assert [type(one) for one in found] == [ConnectionRefusedError] * 3
