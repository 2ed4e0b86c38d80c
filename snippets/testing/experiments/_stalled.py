"""A service of one process, which can be told to stall.

As a blocking call on the event loop does it: nobody is answered.
"""

import asyncio
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("tea")


async def stall(request: Request) -> PlainTextResponse:
    """Stall for some seconds, some seconds from now."""
    order: dict[str, float] = await request.json()
    loop = asyncio.get_running_loop()
    loop.call_later(order["after_s"], time.sleep, order["seconds"])
    return PlainTextResponse("later")


app = Starlette(
    routes=[
        Route("/", answer),
        Route("/stall", stall, methods=["POST"]),
    ]
)
