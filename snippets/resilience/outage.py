"""Which failures are the service's, and which say nothing about it."""

import httpx
import redis
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from snippets.resilience.transient import unavailable

# --8<-- [start:served]
POOL_FULL = (
    httpx.PoolTimeout,
    redis.exceptions.MaxConnectionsError,
    NoConnectionFree,
)
NO_ANSWER = (
    OSError,  # refused, reset, no route, no name, TimeoutError
    httpx.NetworkError,
    httpx.RemoteProtocolError,
    httpx.TimeoutException,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
)


def served(error: Exception) -> bool | None:
    """Did the service do its part? None: it was not asked."""
    if isinstance(error, POOL_FULL):
        return None
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code < 500
    if isinstance(error, DBAPIError):
        return not unavailable(error)
    return False if isinstance(error, NO_ANSWER) else None


# --8<-- [end:served]
