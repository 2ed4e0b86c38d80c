"""Which failures are the service's, and which say nothing about it."""

import httpx
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from snippets.resilience.transient import NOT_NOW


# --8<-- [start:served]
def served(error: Exception) -> bool | None:
    """Did the service do its part? None: it was not asked."""
    if isinstance(error, httpx.PoolTimeout | NoConnectionFree):
        return None  # our own pool is full
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code < 500
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return not (state in NOT_NOW or error.connection_invalidated)
    # TimeoutError, refused, reset, no name: all of them are OSErrors.
    if isinstance(error, OSError | httpx.TransportError):
        return False
    return None  # a mistake of ours


# --8<-- [end:served]
