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


CASES = (
    ("mounted", lambda: "test", "/admin/me"),  # [1]
    ("a mock", AsyncMock(return_value="test"), "/me"),  # [2]
    ("a parameter", anybody, "/me?user=root"),  # [3]
    ("the next test", None, "/me"),  # [4]
)


async def try_overrides() -> None:
    app = create_app()
    for name, override, path in CASES:
        if override:
            app.dependency_overrides[current_user] = override
        print(f"{name}: {await ask(app, path)}")


# --8<-- [end:overrides]


def main() -> None:
    asyncio.run(try_overrides())


if __name__ == "__main__":
    main()
