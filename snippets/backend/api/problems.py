"""Every error has one form, RFC 9457, and says what is wrong without what was sent.

A client that meets three forms of error handles one. And a text that repeats the input repeats
passwords, and bytes that no encoder takes.
"""

import json
import random
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from starlette.exceptions import HTTPException

from ..database.failures import OutcomeUnknownError, may_retry, states
from ..security.attempts import TooManyError
from ..security.passwords import BusyError
from ..services import refusals

MEDIA_TYPE = "application/problem+json"
MOST = 20  # problems told, and characters of a name
TOO_SLOW = {
    "57014",
    "55P03",
    "25P03",
    "25P04",
}  # statement, lock, idle, transaction
REFUSALS: dict[type[refusals.RefusedError], tuple[int, str]] = {
    refusals.TakenError: (409, "there is an account with this address"),
    refusals.UnknownProductError: (422, "there is no such product"),
    refusals.OutOfStockError: (409, "out of stock"),
    refusals.KeyReusedError: (
        422,
        "another order has this Idempotency-Key",
    ),
    refusals.ChangedError: (
        409,
        "it has been changed since that version",
    ),
    refusals.TooLateError: (409, "it is being paid already"),
    refusals.NotFoundError: (404, "there is none"),
}


class Wrong(BaseModel):
    """What is wrong with one value, and where it is."""

    at: str
    type: str
    detail: str


class Problem(BaseModel):
    """The form of every error."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    problems: list[Wrong] | None = None


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """An answer that says what is wrong, in ASCII: half a character cannot be encoded."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    text = json.dumps(told | {"detail": detail} | more)
    return Response(text, status, headers, media_type=MEDIA_TYPE)


def unavailable(detail: str) -> Response:
    """503; clients that were refused together must not come back together."""
    return problem(503, detail, {"Retry-After": str(random.randint(1, 5))})


async def refused(_: Request, error: Exception) -> Response:
    """A service said no."""
    assert isinstance(error, refusals.RefusedError)
    return problem(*REFUSALS[type(error)])


async def invalid(_: Request, error: Exception) -> Response:
    """A value is none that the route takes."""
    assert isinstance(error, RequestValidationError)
    wrong = [
        {
            "at": "/".join(str(part)[:MOST] for part in one["loc"]),
            "type": one["type"],
            "detail": "not allowed" if one["type"] == "value_error" else one["msg"],
        }
        for one in error.errors()[:MOST]
    ]
    return problem(422, "some values are not allowed", problems=wrong)


async def of_http(_: Request, error: Exception) -> Response:
    """What FastAPI and the routes raise: 401, 403, 404, 405, 413 and so on."""
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), error.headers)


async def too_many(_: Request, error: Exception) -> Response:
    """A limit of attempts is used up."""
    assert isinstance(error, TooManyError)
    return problem(429, "too many attempts", {"Retry-After": str(error.after_s)})


async def of_database(_: Request, error: Exception) -> Response:
    """503 for what passes; the rest is our fault, and a 500."""
    if isinstance(error, OutcomeUnknownError | TimeoutError):
        return unavailable("it may have been done: look before you repeat it")
    if isinstance(error, BusyError | NoConnectionFreeError):
        return unavailable("too many requests in service")
    if may_retry(error) or states(error) & TOO_SLOW:
        return unavailable("not now")
    raise error


async def internal(_: Request, __: Exception) -> Response:
    """The log has the traceback, and the client none."""
    return problem(500, "our fault")


def add_problems(app: FastAPI) -> None:
    """Give every error of the application this form."""
    app.add_exception_handler(refusals.RefusedError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(TooManyError, too_many)
    for kind in (
        DBAPIError,
        NoConnectionFreeError,
        OutcomeUnknownError,
        BusyError,
        OSError,
    ):
        app.add_exception_handler(kind, of_database)
    app.add_exception_handler(Exception, internal)
