"""Interpreters that have loaded the libraries of the listings.

Most listings run for less time than it takes to load what they import. So one interpreter loads it
once, and each listing runs in a fork of it, from its first line to the end of the interpreter. No
listing is loaded before.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.repository import ROOT

CLIENT = ROOT / "tests" / "preloaded" / "client.py"
LIBRARIES = (
    "asyncpg",
    "fastapi",
    "httpx",
    "psycopg",
    "pydantic_settings",
    "redis.asyncio",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.ext.asyncio",
    "uvicorn",
)


@contextmanager
def interpreter(libraries: Sequence[str] = LIBRARIES) -> Iterator[list[str]]:
    """A command for what comes after `python -m lab.counting`, which a fork of one runs."""
    directory = tempfile.TemporaryDirectory()  # pytest's own are too deep for a socket
    place = Path(directory.name) / "listener"
    module = f"{__name__}.server"
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", module, str(place), *libraries],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n", "the preloaded interpreter did not start"
        # -I, -S: the client needs nothing but the standard library, and is there at once.
        yield [sys.executable, "-IS", str(CLIENT), str(place)]
    finally:
        server.terminate()
        server.communicate()
        directory.cleanup()
