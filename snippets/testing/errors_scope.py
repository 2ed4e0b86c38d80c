"""A fixture that outlives a loop cannot be made in that loop.

Running it runs a test with a fixture of the session whose loop is that
of one test, and then with one loop for both: of pytest-asyncio, and of
anyio.
"""

import asyncio

import pytest
import pytest_asyncio

OPTIONS = (
    *("-p", "asyncio", "-o", "asyncio_mode=strict"),
    *("-o", "asyncio_default_fixture_loop_scope=function"),
)
ANYIO = ("-p", "anyio")


class Pool:
    """As a real one, it belongs to the loop in which it is made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    async def fetch(self) -> int:
        assert asyncio.get_running_loop() is self._loop
        return 42


# --8<-- [start:raises]
@pytest_asyncio.fixture(scope="session")  # [!]
async def pool() -> Pool:
    return Pool()


@pytest.mark.asyncio
async def test_reading(pool: Pool) -> None:
    assert await pool.fetch() == 42


# --8<-- [end:raises]


# --8<-- [start:fix]
@pytest_asyncio.fixture(scope="session", loop_scope="session")  # [!]
async def shared() -> Pool:
    return Pool()


@pytest.mark.asyncio(loop_scope="session")  # here, too  # [!]
async def test_reading_shared(shared: Pool) -> None:
    assert await shared.fetch() == 42


# --8<-- [end:fix]


# --8<-- [start:anyio]
@pytest.fixture(scope="session")
def anyio_backend() -> str:  # in place of anyio's, of a module
    return "asyncio"


@pytest.fixture(scope="session")
async def open_pool(anyio_backend: str) -> Pool:
    return Pool()


@pytest.mark.anyio
async def test_reading_anyio(open_pool: Pool) -> None:
    assert await open_pool.fetch() == 42


# --8<-- [end:anyio]


def main() -> None:
    from snippets.testing.running import outcomes

    for test, options in (
        ("test_reading", OPTIONS),
        ("test_reading_shared", OPTIONS),
        ("test_reading_anyio", ANYIO),
    ):
        (said,) = outcomes(f"{__file__}::{test}", *options)
        print(f"{test}: {said.partition(' Requesting')[0]}")


if __name__ == "__main__":
    main()
