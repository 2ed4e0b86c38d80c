"""What the process opens once and closes in order: whoever uses something ends before it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from . import metrics
from .bounded import Bounded, redis_pool
from .cache import Cache
from .database.engine import create_engine
from .database.transactions import Transactions
from .health import Probe
from .security.access import Keyring
from .security.attempts import Attempts
from .security.passwords import Passwords
from .services.products import ProductView
from .settings import Settings


@dataclass(frozen=True)
class Resources:
    """What routes work with."""

    settings: Settings
    transactions: Transactions
    products: Cache[ProductView]
    passwords: Passwords
    attempts: Attempts
    keyring: Keyring
    probe: Probe


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Resources]:
    """All of it, until the end of the block. Nothing is connected before it is used."""
    async with AsyncExitStack() as stack:
        engine = create_engine(settings, settings.pool_size)
        stack.push_async_callback(engine.dispose)
        probed = create_engine(settings, 1, "shop-probe")  # a full pool is no outage
        stack.push_async_callback(probed.dispose)
        pool = redis_pool(settings)
        stack.push_async_callback(pool.disconnect)
        bounded = Bounded(settings.redis_s, lambda error: metrics.REDIS.labels(error).inc())
        redis = Redis(connection_pool=pool)
        prefix = settings.redis_prefix
        products = Cache(ProductView, redis, bounded, prefix, settings.product_ttl_s)
        stack.push_async_callback(products.flights.close)
        passwords = Passwords(settings)
        stack.callback(passwords.close)
        probe = Probe(probed, redis, bounded)
        stack.push_async_callback(probe.flights.close)
        yield Resources(
            settings=settings,
            transactions=Transactions(engine, settings),
            products=products,
            passwords=passwords,
            attempts=Attempts(pool, bounded, settings),
            keyring=Keyring(settings),
            probe=probe,
        )
