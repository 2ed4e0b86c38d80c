"""An application behind a real socket, in the loop of the test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI


# --8<-- [start:serve]
async def serve(
    server: uvicorn.Server, listener: socket.socket
) -> None:
    try:
        await server.serve([listener])
    except SystemExit as error:  # it would end the tests as well
        raise RuntimeError("the application did not start") from error


# --8<-- [end:serve]


# --8<-- [start:socketed]
@asynccontextmanager
async def socketed(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, which uvicorn serves meanwhile."""
    # Of a socket that does not say TCP, asyncio sends the second part
    # of an answer when the client has acknowledged the first: late.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(serve(server, listener))
        while not (server.started or serving.done()):
            await asyncio.sleep(0.01)
        if serving.done():
            await serving  # it says why it did not start
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=url) as client:
                yield client
        finally:
            server.should_exit = True
            await serving  # until every request has ended


# --8<-- [end:socketed]
