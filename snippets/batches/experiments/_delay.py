"""A longer way to the same database, on loopback.

What a client sends waits in a line for the given time; answers pass
at once. So a round trip takes that much longer, and messages that are
on their way together wait together, as they do on a long cable.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from time import perf_counter, sleep
from urllib.parse import urlsplit

CHUNK = 1 << 16
POLL_S = 0.01  # how late it may see that it shall stop

Line = SimpleQueue[tuple[float, bytes]]  # when it is due, and what


@contextmanager
def delayed(dsn: str, seconds: float) -> Iterator[str]:
    """Another address of the database, `seconds` farther away.

    With no seconds it is the address itself: the proxy has a price.
    At the end, all connections through it must be closed.
    """
    if not seconds:
        yield dsn
        return
    url = urlsplit(dsn)
    database = str(url.hostname), int(url.port or 5432)

    class Carrier(BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(database) as server:
                carry(self.request, server, seconds)

    with ThreadingTCPServer(("127.0.0.1", 0), Carrier) as proxy:
        serving = Thread(target=proxy.serve_forever, args=[POLL_S])
        serving.start()
        port = proxy.server_address[1]
        try:
            yield dsn.replace(f":{url.port}/", f":{port}/")
        finally:
            proxy.shutdown()
            serving.join()


def carry(
    client: socket.socket, server: socket.socket, seconds: float
) -> None:
    line: Line = SimpleQueue()
    threads = [
        Thread(target=arrive, args=[client, line, seconds]),
        Thread(target=leave, args=[line, server]),
        Thread(target=answer, args=[server, client]),
    ]
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def arrive(client: socket.socket, line: Line, seconds: float) -> None:
    """Put what the client sends in line."""
    with suppress(OSError):
        while data := client.recv(CHUNK):
            line.put((perf_counter() + seconds, data))
    line.put((0.0, b""))


def leave(line: Line, server: socket.socket) -> None:
    """Send what is due, and nothing before."""
    with suppress(OSError):
        while (entry := line.get())[1]:
            due, data = entry
            sleep(max(0.0, due - perf_counter()))
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


def answer(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while data := server.recv(CHUNK):
            client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)  # wakes who reads from it
