r"""Scripts for psql, as far as one includes another: `\ir tables.sql`, beside itself."""

import re
from pathlib import Path

SUFFIX = ".sql"
INCLUDE = re.compile(r"\\ir[ \t]+(\S+)[ \t]*")
"""A line that includes a script; the name is relative to the script it stands in."""


def included(script: Path) -> list[Path]:
    """The scripts that a script itself includes, in its order.

    Raises:
        OSError: It cannot be read.
    """
    lines = script.read_text(encoding="utf-8").split("\n")
    return [script.parent / found[1] for line in lines if (found := INCLUDE.fullmatch(line))]


def with_included(script: Path) -> list[Path]:
    """The script and all that it includes, however deep, each once.

    Raises:
        OSError: One of them cannot be read.
    """
    found: list[Path] = []
    waiting = [script]
    while waiting:
        path = waiting.pop().resolve()
        if path not in found:
            found.append(path)
            waiting += included(path)
    return found
