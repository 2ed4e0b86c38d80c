"""Accounts and sessions as a service: all of this article at work.

`answered` signs up, in, on and out, and prints the answers.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from argon2.exceptions import Argon2Error
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from snippets.tokens.attempts import TooManyError
from snippets.tokens.bodies import LARGEST_BODY, invalid
from snippets.tokens.going_on import router as going_on
from snippets.tokens.parts import opened
from snippets.tokens.passwords import BusyError
from snippets.tokens.settings import Settings
from snippets.tokens.signing_in import router as signing_in
from snippets.tokens.signing_up import router as signing_up

# --8<-- [start:unavailable]
UNAVAILABLE: dict[type[Exception], tuple[int, str]] = {
    TooManyError: (429, "900"),
    BusyError: (503, "2"),
    RedisError: (503, "2"),
    TimeoutError: (503, "2"),
    OSError: (503, "2"),
    Argon2Error: (503, "2"),  # no memory
    asyncpg.PostgresConnectionError: (503, "2"),
    asyncpg.OperatorInterventionError: (503, "2"),  # it stops, starts
    asyncpg.InsufficientResourcesError: (503, "2"),
    asyncpg.ReadOnlySQLTransactionError: (503, "2"),  # a standby
    asyncpg.TransactionRollbackError: (503, "2"),
    asyncpg.InterfaceError: (503, "2"),
    asyncpg.InternalClientError: (503, "2"),  # ended in the middle
}


async def later(_: Request, error: Exception) -> JSONResponse:
    status, seconds = next(
        UNAVAILABLE[kind]
        for kind in type(error).__mro__
        if kind in UNAVAILABLE
    )
    headers = {"Retry-After": seconds}
    return JSONResponse({"detail": "later"}, status, headers)


# --8<-- [end:unavailable]


LONGEST_S = 10.0


# --8<-- [start:app]
async def in_time() -> AsyncIterator[None]:
    """Waiting for a connection has no other end."""
    async with asyncio.timeout(LONGEST_S):
        yield


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(app, settings):
            yield

    app = FastAPI(lifespan=lifespan, dependencies=[Depends(in_time)])
    app.add_middleware(
        RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY
    )
    app.add_exception_handler(RequestValidationError, invalid)
    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, later)
    for router in (signing_up, signing_in, going_on):
        app.include_router(router)
    return app


# --8<-- [end:app]
