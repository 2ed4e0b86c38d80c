"""Overrides as tests write them, and what they change.

Running it asks an application with each of them, and afterwards.
"""

import asyncio
from unittest.mock import AsyncMock

from snippets.dependencies.account import create_app, current_user
from snippets.dependencies.asked import ask


# --8<-- [start:overrides]
def anybody(user: str = "test") -> str:
    return user


async def try_overrides() -> None:
    app = create_app()
    overrides = app.dependency_overrides
    overrides[current_user] = lambda: "test"
    print("mounted:", await ask(app, "/admin/me"))  # [1]
    overrides[current_user] = AsyncMock(return_value="test")
    print("a mock:", await ask(app, "/me"))  # [2]
    overrides[current_user] = anybody
    print("a parameter:", await ask(app, "/me?user=root"))  # [3]
    print("the next test:", await ask(app, "/me"))  # [4]


# --8<-- [end:overrides]


def main() -> None:
    asyncio.run(try_overrides())


if __name__ == "__main__":
    main()
