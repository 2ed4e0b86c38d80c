"""Running an application under uvicorn; this runs in the application's process."""

import importlib
import os
import socket
from typing import Any

import uvicorn

from lab import ports

GRACE_S = 5  # for requests that are not answered when it is to end


def host(order: dict[str, Any]) -> None:
    """Serve `target` on a free port of loopback, and write the port to `ready` when it answers."""
    module, _, attribute = order["target"].partition(":")
    app = getattr(importlib.import_module(module), attribute)
    if order["arguments"] is not None:
        app = app(**order["arguments"])
    options = {"log_level": "warning", "access_log": False, "timeout_graceful_shutdown": GRACE_S}
    server = _Announcing(uvicorn.Config(app, **{**options, **order["options"]}))
    server.ready = order["ready"]
    with _listener() as listener:
        server.port = listener.getsockname()[1]
        server.run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """A server that tells when it takes requests: after the start of the application."""

    ready: int
    port: int

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            os.write(self.ready, f"{self.port}\n".encode())


def _listener() -> socket.socket:
    while True:
        # asyncio sends small parts at once only of a socket that says TCP
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", ports.free_port()))
        except OSError:
            listener.close()  # another process was faster
            continue
        return listener
