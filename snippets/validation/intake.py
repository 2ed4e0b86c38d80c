"""An application that takes one body in four ways."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError

from snippets.validation import naive_values, values
from snippets.validation.problems import refuse

BODY = (
    '{"name": "Ada", "document": {"color": "red", "sizes": [1, 2]},'
    ' "count": 3, "small": 4, "price": "9.90", "share": 0.5,'
    ' "due": "2026-11-28T12:00:00Z"}'
)
WRONG = BODY.replace("9.90", "ten")


# --8<-- [start:app]
def create_app() -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(RequestValidationError, refuse)

    @app.post("/unchecked")
    async def unchecked(request: Request) -> str:
        body: dict[str, Any] = await request.json()
        return str(body["name"])

    @app.post("/plain")
    async def plain(sent: naive_values.Sent) -> str:
        return sent.name

    @app.post("/fitting")
    async def fitting(sent: values.Sent) -> str:
        return sent.name

    return app


# --8<-- [end:app]
