"""Lines that a service logs, kept."""

import json
from collections.abc import Callable

from fastapi import FastAPI

from snippets.seeing.served import served


# --8<-- [start:lines]
class Lines:
    """A log that is kept in memory: one object of JSON a line."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def write(self, event: str, /, **fields: object) -> None:
        line = {"event": event, **fields}
        self.kept.append(json.dumps(line, default=str))


# --8<-- [end:lines]


async def printed(create: Callable[[Lines], FastAPI]) -> str:
    """The lines of two requests that name themselves."""
    lines = Lines()
    async with served(create(lines)) as client:
        for path in ("/orders", "/threaded"):
            await client.get(path, headers={"x-request-id": path[1:]})
    return "\n".join(lines.kept)
