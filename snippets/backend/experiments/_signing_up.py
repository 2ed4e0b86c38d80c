"""Thirty people sign up at once, all with the same address."""

import asyncio
import uuid

from snippets.backend.experiments._client import NoAnswerError, ask
from snippets.backend.experiments._systems import Running

TAKEN = range(400, 500)


async def sign_ups(backend: Running, count: int) -> dict[str, float]:
    """How many got an account too many or too few, and a failure."""
    email = f"u{uuid.uuid4().hex[:12]}@example.com"
    request = backend.system.sign_up(email)

    async def one() -> int:
        try:
            return (await ask(backend.url, request)).status
        except NoAnswerError:
            return 0

    found = await asyncio.gather(*(one() for _ in range(count)))
    made = sum(200 <= status < 300 for status in found)
    refused = sum(status in TAKEN for status in found)
    return {
        "accounts": abs(1 - made),
        "signups": count - made - refused,
    }
