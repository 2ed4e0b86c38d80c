"""Statements that a request sends, with BEGIN and COMMIT."""

import uuid
from collections.abc import Callable

from lab.inside import statements
from lab.load import Request
from snippets.backend.experiments._client import ask
from snippets.backend.experiments._systems import Running

WARM = 2  # times as many before, until every worker has asked


async def statements_by_request(
    backend: Running, count: int
) -> dict[str, float]:
    """Of a write, of what reads it, and of a page of them."""
    account = backend.account
    written = (await ask(backend.url, account.write(mark()))).json()
    of: dict[str, Callable[[], Request]] = {
        "write": lambda: account.write(mark()),
        "read": lambda: account.read(written),
        "page": lambda: account.page,
    }
    found = {}
    for name, request in of.items():
        for _ in range(WARM * count):
            await _sent(backend, request())
        with statements.statements(backend.postgres.dsn) as seen:
            for _ in range(count):
                await _sent(backend, request())
        found[name] = seen.calls / count
    return found


def mark() -> str:
    """What tells one write from all others; 20 characters."""
    return uuid.uuid4().hex[:20]


class RefusedError(Exception):
    """A request of the count failed, so that it counts nothing."""


async def _sent(backend: Running, request: Request) -> None:
    answer = await ask(backend.url, request)
    if not answer.ok:
        raise RefusedError(f"{request.path}: {answer.status}")
