"""A port has one listener, and the second that wants it ends.

Running it serves an application on a port that is taken, with
uvicorn.run and with a listener that is bound first, and then on a port
that the system chooses.
"""

import io
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr
from errno import EADDRINUSE  # 98 on Linux, 48 on macOS

import httpx
import uvicorn
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    print("the lifespan begins")
    yield
    print("the lifespan ends")


app = FastAPI(lifespan=lifespan)


# --8<-- [start:raises]
def serve(app: FastAPI, port: int) -> None:
    uvicorn.run(app, port=port)  # logs it, and exits with 3  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def listen(port: int) -> socket.socket:
    """Of 0, the system makes a port that is free."""
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))  # before all else  # [!]
        listener.listen()  # else another may bind it, too
    except OSError:
        listener.close()
        raise
    return listener


def server_of(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, access_log=False))


# --8<-- [end:fix]


def ask(listener: socket.socket) -> int:
    """Serve one request, in a thread; its status."""
    server = server_of(app)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    host, port = listener.getsockname()
    status = httpx.get(f"http://{host}:{port}/docs").status_code
    server.should_exit = True
    thread.join()
    return status


def main() -> None:
    log = io.StringIO()
    with listen(0) as taken, redirect_stderr(log):
        _, port = taken.getsockname()
        for start in (lambda: serve(app, port), lambda: listen(port)):
            try:
                start()
            except (SystemExit, OSError) as end:
                print(f"{type(end).__name__}: {end}", file=log)
        for line in log.getvalue().splitlines():
            if "Err" in line or "Exit" in line:
                said = line.replace(
                    f"[Errno {EADDRINUSE}]", "[Errno 98]"
                )
                print(said.replace(str(port), "8000"))
        print("listen(0):", ask(listen(0)))


if __name__ == "__main__":
    main()
