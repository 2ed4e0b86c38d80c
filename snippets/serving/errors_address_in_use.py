"""A port has one listener, and the second that wants it ends.

Running it serves an application on a port that is taken, as uvicorn
does by itself and with a listener that is bound first, and then on a
port that the system chooses.
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
    print("  the lifespan begins")
    yield
    print("  the lifespan ends")


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def read() -> str:
    return "tea"


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
    except OSError:
        listener.close()
        raise
    return listener


def server_of(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, access_log=False))


# --8<-- [end:fix]


def ask(listener: socket.socket) -> str:
    """Serve one request, in a thread."""
    server = server_of(app)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    host, port = listener.getsockname()
    answer = httpx.get(f"http://{host}:{port}/").text
    server.should_exit = True
    thread.join()
    return answer


def main() -> None:
    log = io.StringIO()
    with listen(0) as taken, redirect_stderr(log):
        taken.listen()
        _, port = taken.getsockname()
        print("uvicorn.run, and its log:")
        try:
            serve(app, port)
        except SystemExit as end:
            lines = log.getvalue().replace(str(port), "8000")
            (said,) = (li for li in lines.splitlines() if "Err" in li)
            print(f"  {said.replace(str(EADDRINUSE), '98')}")
            print(f"  exit {end.code}")
        print("listen:")
        try:
            listen(port)
        except OSError as error:
            print(f"  {error}".replace(str(EADDRINUSE), "98"))
        print("listen(0):")
        print(f"  {ask(listen(0))}")


if __name__ == "__main__":
    main()
