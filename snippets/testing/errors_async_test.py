"""pytest runs no coroutine; a plugin does, if it is told that it may.

Running it runs two tests with one plugin, another, both settings and
none of them.
"""

import pytest

ASYNCIO = ("-p", "asyncio", "-o", "asyncio_mode=strict")
AUTO = ("-p", "asyncio", "-o", "asyncio_mode=auto")
LOOPS = ("-o", "asyncio_default_fixture_loop_scope=function")
ANYIO = ("-p", "anyio")


async def place(order: int) -> str:
    return f"placed {order}"


# --8<-- [start:raises]
async def test_placing() -> None:
    assert await place(7) == "placed 7"


# --8<-- [end:raises]


# --8<-- [start:fix]
@pytest.mark.asyncio  # or asyncio_mode = "auto", for all tests
async def test_placing_marked() -> None:
    assert await place(7) == "placed 7"


# --8<-- [end:fix]


def main() -> None:
    from snippets.testing.running import outcomes

    for test, options in (
        ("test_placing", ()),
        ("test_placing", (*ASYNCIO, *LOOPS)),
        ("test_placing", ANYIO),
        ("test_placing", (*AUTO, *LOOPS)),
        ("test_placing_marked", (*ASYNCIO, *LOOPS)),
    ):
        names = [name for name in options if "scope" not in name]
        print(test, *names[1::2])
        print(" ", *outcomes(f"{__file__}::{test}", *options))


if __name__ == "__main__":
    main()
