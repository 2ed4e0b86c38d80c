"""An application on a real socket, in this process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI


# --8<-- [start:served]
@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, which uvicorn serves meanwhile."""
    # Of a socket that does not say TCP, asyncio sends the second part
    # of an answer when the client has acknowledged the first: late.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        started = False
        while not started:
            await asyncio.sleep(0.01)
            started = server.started
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url) as client:
            yield client
        server.should_exit = True
        await serving


# --8<-- [end:served]
