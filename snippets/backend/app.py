"""The service: `uvicorn --factory snippets.backend.app:create_app`.

A request passes from the outside to the inside: measured, refused if there are too many, cut off if
its body is too large, answered by a route. At the end of the process the server lets go of new
requests first, then those under way end, and then what they used is closed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from .api import accounts, operations, orders, products, tokens
from .api.problems import Problem, add_problems
from .metrics import Measured
from .resources import opened
from .settings import Settings, load
from .shedding import LoadShedding

LARGEST_BODY = 16 * 1024  # bytes: an order of a hundred lines has 6,000


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, with these settings or those of the environment."""
    given = settings or load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(given) as app.state.resources:
            yield

    problem = {
        "model": Problem,
        "content": {"application/problem+json": {}},
    }
    app = FastAPI(
        title="Shop",
        lifespan=lifespan,
        responses={"4XX": problem, "5XX": problem},
    )
    # The last one added is the outermost.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(
        LoadShedding,
        limit=given.requests_at_once,
        longest_s=given.request_s + 1,  # routes give up first, and say why
        exempt=operations.PATHS,
    )
    app.add_middleware(Measured)
    add_problems(app)
    for module in (accounts, tokens, products, orders, operations):
        app.include_router(module.router)
    return app
