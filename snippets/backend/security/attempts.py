"""How often somebody may try, one by one or all at once.

Counted before the attempt is made: whoever counts failures afterwards lets a crowd through. All
processes count together in Redis; without it, each counts for itself, and still refuses.
"""

import hashlib
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import BlockingConnectionPool

from ..bounded import Bounded
from ..settings import Settings


class TooManyError(Exception):
    """The limit is used up."""

    def __init__(self, window: timedelta) -> None:
        super().__init__(window)
        self.after_s = ceil(window.total_seconds())


def network(address: str) -> str:
    """Whom to count: of IPv6, one customer has 2**64 addresses."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a Unix socket, or a test client
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return f"{int(parsed) >> 64:x}/64"
        parsed = parsed.ipv4_mapped
    return str(parsed)


class Attempts:
    """Limits by account and by network."""

    def __init__(self, redis: BlockingConnectionPool, bounded: Bounded, settings: Settings) -> None:
        shared = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=f"{settings.redis_prefix}attempts",
            connection_pool=redis,  # type: ignore[arg-type]
        )
        self._shared, self._bounded = (FixedWindowRateLimiter(shared), bounded)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._by_account = parse(settings.attempts_by_account)
        self._by_network = parse(settings.attempts_by_network)

    async def by_account(self, key: str) -> None:
        """Raises TooManyError."""
        await self._take(self._by_account, "account", key)

    async def by_network(self, address: str) -> None:
        """Raises TooManyError."""
        await self._take(self._by_network, "network", network(address))

    async def _take(self, limit: RateLimitItem, kind: str, who: str) -> None:
        key = hashlib.sha256(who.encode(errors="replace")).hexdigest()
        left = await self._bounded.ask(self._shared.hit, limit, kind, key)
        if left is None:
            left = await self._own.hit(limit, kind, key)
        if not left:
            raise TooManyError(timedelta(seconds=limit.get_expiry()))
