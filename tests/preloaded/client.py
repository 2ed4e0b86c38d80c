"""Ends as the process does that a preloaded interpreter forks for it.

`python client.py LISTENER ARGUMENTS…`: its standard streams, its directory and its environment are
those of the process; when it is killed, so is the process.
"""

import json
import os
import socket
import sys
from pathlib import Path


def main() -> int:
    """The status of the process; that of a killed one is 128 and the signal, as in a shell."""
    place, *arguments = sys.argv[1:]
    asked = {"arguments": arguments, "directory": str(Path.cwd()), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        with server.makefile("rw", encoding="utf-8") as stream:
            socket.send_fds(server, [b"+"], [0, 1, 2])
            stream.write(json.dumps(asked) + "\n")
            stream.flush()
            status = int(stream.readline())
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
