"""An answer that says what is wrong and where, not what was sent.

Running it prints what becomes of seven bodies that the model refuses.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, get_args

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core.core_schema import ErrorType

from snippets.validation.account import add_accounts
from snippets.validation.posted import tell

# --8<-- [start:problems]
MOST = 20  # problems told, and characters of a name
QUOTING = (  # Pydantic's texts with a part of what was sent
    "value_error assertion_error union_tag_invalid uuid_parsing"
    " get_attribute_error iteration_error mapping_type"
)
TOLD = {*get_args(ErrorType)} - {*QUOTING.split()}


def reason(problem: Mapping[str, Any]) -> str:
    """A text that Pydantic has fixed, and none of your own."""
    told = problem["type"] in TOLD
    return str(problem["msg"]) if told else "not allowed"


async def refuse(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [
        {
            "at": "/".join(str(part)[:MOST] for part in one["loc"]),
            "type": one["type"],
            "detail": reason(one),
        }
        for one in error.errors()[:MOST]
    ]
    told = {"title": "Unprocessable Content", "problems": problems}
    text = json.dumps(told | {"status": 422})  # ASCII
    return Response(text, 422, media_type="application/problem+json")


# --8<-- [end:problems]


# --8<-- [start:app]
def create_app() -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(RequestValidationError, refuse)
    add_accounts(app)
    return app


# --8<-- [end:app]


def main() -> None:
    asyncio.run(tell(create_app()))


if __name__ == "__main__":
    main()
