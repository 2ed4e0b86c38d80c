"""Asked before the servers start, whether the port is free, and then, whether somebody answers.

Without the first question a port in use is found by uvicorn, after the migration and in the middle
of what the other processes print.
"""

from __future__ import annotations

import http.client
import socket

HOST = "127.0.0.1"


def unusable(port: int) -> str | None:
    """Why nobody can listen on a port; None if we can."""
    if port == 0:
        return "with 0 the system chooses one, and nobody knows which"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            return getattr(error, "strerror", None) or str(error)
    return None


def ready(port: int) -> bool:
    """Whether the service says that it can answer requests."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
