"""`python -m snippets.backend`: all of it on this machine, with one command.

PostgreSQL and Redis start with it and go with it, unless DATABASE_URL and REDIS_URL name others.
`--copy DIR` writes the backend out as a project of its own, which has no servers of its own.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    # What is imported below takes a second, in which a Ctrl-C needs no traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from .copying import NotCopiedError, copy
from .running import fail, parser, say, serve
from .signals import until_told_to_end

ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the backend, or copy it; return the exit status."""
    options = parser()
    options.add_argument("--copy", type=Path, metavar="DIR", help="write a project into DIR")
    given = options.parse_args(arguments)
    if given.copy:
        return write(given.copy)
    with until_told_to_end():
        return run(given.port)
    return 0


def run(port: int) -> int:
    """Serve until told to end, with servers of our own where the environment names none."""
    import lab

    with ExitStack() as opened:
        try:
            if "DATABASE_URL" not in os.environ:
                server = opened.enter_context(lab.postgres_server())
                os.environ["DATABASE_URL"] = server.dsn
            if "REDIS_URL" not in os.environ:
                os.environ["REDIS_URL"] = opened.enter_context(lab.redis_server()).url
        except lab.NoServer as error:
            return fail(str(error))
        return serve(port)


def write(target: Path) -> int:
    """Copy the backend into a directory; return the exit status."""
    try:
        files = copy(target, ROOT)
    except NotCopiedError as error:
        return fail(str(error))
    say(f"Wrote {len(files)} files. Next: {target / 'README.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
