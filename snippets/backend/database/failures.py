"""The errors after which the same transaction may be tried again, and the others.

A retry after the wrong error repeats what has been done; none after the right one turns every
restart of the server into failed requests.
"""

from collections.abc import Iterator

import asyncpg
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy.exc import DBAPIError

ROLLED_BACK = {"40001", "40P01"}  # serialization failure, deadlock
NOT_NOW = {"57P01", "57P02", "57P03"}  # stops, has crashed, is starting
NOT_NOW |= {"53300", "08001", "08003", "08006"}  # full, cut off
TOO_LONG = "25P04"  # transaction_timeout ends the connection, too
OF_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
CUT_OFF = (
    asyncpg.InterfaceError,  # it was closed before
    asyncpg.InternalClientError,  # it ended in the middle
    TargetServerAttributeNotMatched,  # a failover: nobody takes writes
)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what is behind it, down to what the server said last."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = getattr(found, "orig", None) or found.__cause__


def states(error: BaseException) -> set[str]:
    """The SQLSTATEs of an error and of its causes."""
    found = (getattr(one, "sqlstate", None) for one in causes(error))
    return {state for state in found if state}


def unavailable(error: BaseException) -> bool:
    """The connection is gone, or there is none to be had."""
    if isinstance(error, TimeoutError):  # an OSError, too
        return error.errno is not None  # the network's, and no deadline of ours
    if isinstance(error, OSError):  # refused, no route, no name
        return True
    found = states(error)
    cut_off = any(isinstance(one, CUT_OFF) for one in causes(error))
    invalidated = isinstance(error, DBAPIError) and error.connection_invalidated
    return TOO_LONG not in found and bool(found & NOT_NOW or cut_off or invalidated)


def may_retry(error: BaseException) -> bool:
    """Nothing of this transaction has happened, and the next try may fare better."""
    if isinstance(error, OutcomeUnknownError):
        return False
    return bool(states(error) & ROLLED_BACK) or unavailable(error)


class OutcomeUnknownError(Exception):
    """The connection was lost during COMMIT: the change is stored, or it is not."""
