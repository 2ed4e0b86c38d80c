"""TCP ports for servers of our own."""

import random
import socket

# Below the range from which Linux and macOS take the client ends of connections: a server that is
# stopped and started again finds its port free, and a client that retries meanwhile cannot be
# connected to itself, which TCP permits.
FIRST, LAST = 15_000, 32_000


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens now; another process may still take it first."""
    while True:
        port = random.SystemRandom().randint(FIRST, LAST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
