"""Which connections of this process keep small parts back until the client has acknowledged."""

import contextlib
import os
import socket
from pathlib import Path


def held_back(port: int) -> list[bool]:
    """Of each connection that was made to this port: whether Nagle's algorithm is on (RFC 896)."""
    found = []
    for place in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError):
            if place.is_socket():
                with socket.socket(fileno=os.dup(int(place.name))) as connection:
                    connection.getpeername()  # a listener has none
                    if connection.getsockname()[1:2] == (port,):  # of a Unix socket it is a text
                        found.append(
                            not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                        )
    return found
