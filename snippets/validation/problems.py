"""An answer that says what is wrong and where, not what was sent.

Running it prints what becomes of six bodies that the model refuses.
"""

import asyncio
import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from snippets.validation.account import add_accounts
from snippets.validation.posted import tell

# --8<-- [start:problems]
MOST = 20  # problems told, and characters of a name
# Their texts may quote the input.
QUOTING = {"value_error", "assertion_error", "union_tag_invalid"}


class Problem(JSONResponse):
    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode()  # ASCII, whatever was sent


async def refuse(_: Request, error: Exception) -> Problem:
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [
        {
            "at": "/".join(str(part)[:MOST] for part in one["loc"]),
            "type": one["type"],
            "detail": one["msg"]
            if one["type"] not in QUOTING
            else "not allowed",
        }
        for one in error.errors()[:MOST]
    ]
    body = {"title": "The request is not valid", "status": 422}
    return Problem(body | {"problems": problems}, status_code=422)


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
