"""The service: `uvicorn --factory snippets.backend.app:create_app`.

A request passes from the outside to the inside: measured, refused if there are too many, answered
by a route. At its end the server takes no new requests, waits for those under way, and then what
they used is closed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from .api import accounts, operations, orders, products, tokens
from .api.problems import MEDIA_TYPE, Problem, add_problems
from .metrics import Measured
from .resources import opened
from .settings import Settings, load
from .shedding import LoadShedding


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, with these settings or those of the environment."""
    given = settings or load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(given) as app.state.resources:
            yield

    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    problem = {"model": Problem, "content": {MEDIA_TYPE: schema}}
    app = FastAPI(
        title="Shop",
        lifespan=lifespan,
        responses={"4XX": problem, "5XX": problem},
        redirect_slashes=False,  # a redirected POST is one more way to send an order twice
    )
    app.add_middleware(
        LoadShedding,
        limit=given.requests_at_once,
        longest_s=given.request_s + 1,  # routes give up first, and say why
        exempt=operations.PATHS,
    )
    app.add_middleware(Measured)  # the last one added is the outermost
    add_problems(app)
    for module in (accounts, tokens, products, orders, operations):
        app.include_router(module.router)
    return app
