"""Every error has one form, RFC 9457, and says what is wrong without what was sent.

A client that meets three forms of error handles one. And a text that repeats the input repeats
passwords, and bytes that no encoder takes.
"""

import json
import random
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from starlette.exceptions import HTTPException

from ..database.failures import OF_DRIVER, OutcomeUnknownError, may_retry, states
from ..security.attempts import TooManyError
from ..security.passwords import BusyError
from ..services.refusals import Reason, RefusedError

MEDIA_TYPE = "application/problem+json"
MOST = 20  # problems told, and characters of a name
STATUS = {Reason.NOT_FOUND: 404, Reason.UNKNOWN_PRODUCT: 422, Reason.KEY_REUSED: 422}  # else: 409
TOO_SLOW = {"57014", "55P03", "25P03", "25P04"}  # statement, lock, idle, transaction
DATABASE = (DBAPIError, *OF_DRIVER, OSError)


Handler = Callable[[Request, Exception], Coroutine[Any, Any, Response]]


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
    detail: str
    problems: list[Wrong] = []


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """An answer that says what is wrong, in ASCII: half a character cannot be encoded."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    text = json.dumps(told | {"detail": detail} | more)
    return Response(text, status, headers, media_type=MEDIA_TYPE)


def unavailable(detail: str) -> Response:
    """503; clients that were refused together must not come back together."""
    return problem(503, detail, {"Retry-After": str(random.randint(1, 5))})


async def refused(_: Request, error: Exception) -> Response:
    """What services, FastAPI, routes and limits refuse."""
    match error:
        case RefusedError(reason=reason):
            return problem(STATUS.get(reason, 409), reason.value)
        case HTTPException(status_code=status, detail=detail, headers=headers):
            return problem(status, detail, headers)
    assert isinstance(error, TooManyError)
    return problem(429, "too many attempts", {"Retry-After": str(error.after_s)})


async def invalid(_: Request, error: Exception) -> Response:
    """A value is none that the route takes. Texts of our own checks may hold a part of it."""
    assert isinstance(error, RequestValidationError)
    wrong = [
        Wrong(
            at="/".join(str(part)[:MOST] for part in one["loc"]),
            type=one["type"],
            detail="not allowed" if one["type"] == "value_error" else one["msg"],
        ).model_dump()
        for one in error.errors()[:MOST]
    ]
    return problem(422, "some values are not allowed", problems=wrong)


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
    app.add_exception_handler(RequestValidationError, invalid)
    handlers: dict[Handler, tuple[type[Exception], ...]] = {
        refused: (RefusedError, HTTPException, TooManyError),
        of_database: (*DATABASE, NoConnectionFreeError, OutcomeUnknownError, BusyError),
    }
    for handler, kinds in handlers.items():
        for kind in kinds:
            app.add_exception_handler(kind, handler)
    app.add_exception_handler(Exception, internal)
