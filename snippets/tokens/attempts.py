"""How often somebody may try, one by one or all at once.

`guesses` tries twenty times at once, with Redis and without.
"""

import hashlib
from ipaddress import IPv6Address, ip_address
from typing import Any

from fastapi import Request
from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import BlockingConnectionPool
from redis.exceptions import RedisError


class TooManyError(Exception):
    """The limit is used up for now."""


# --8<-- [start:network]
def network(address: str) -> str:
    """Whom to count: of IPv6, a network has 2**64 addresses."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a Unix socket, or a test client
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return f"{int(parsed) >> 64:x}/64"
        parsed = parsed.ipv4_mapped
    return str(parsed)


def network_of(request: Request) -> str:
    return network(request.client.host if request.client else "")


# --8<-- [end:network]


# --8<-- [start:attempts]
class Attempts:
    """Counted before it is made, whatever comes of it."""

    def __init__(
        self, pool: BlockingConnectionPool, prefix: str
    ) -> None:
        options: dict[str, Any] = {"connection_pool": pool}
        shared = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=f"{prefix}attempts",
            **options,
        )
        self._shared = FixedWindowRateLimiter(shared)
        self._own = FixedWindowRateLimiter(MemoryStorage())

    # --8<-- [end:attempts]
    # --8<-- [start:take]
    async def take(self, limit: str, kind: str, who: str) -> None:
        """Raises TooManyError."""
        key = hashlib.sha256(who.encode(errors="replace")).hexdigest()
        try:
            left = await self._shared.hit(parse(limit), kind, key)
        except RedisError:
            left = await self._own.hit(parse(limit), kind, key)  # [!]
        if not left:
            raise TooManyError

    # --8<-- [end:take]
