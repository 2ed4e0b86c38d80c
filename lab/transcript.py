"""Transcripts: what a listing prints, stored beside it, headed by the command that printed it.

The first line is `$ COMMAND  # source HASH`, a shell comment, so that the line can be pasted; the
rest is standard output, exactly.
"""

import ast
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path, PurePosixPath
from typing import IO

from lab import psql
from lab.source import module_name, source_hash, syntax_tree

KINDS = (".py", ".sql", ".sh")
SUFFIX = ".out"
_RENEW = ".venv/bin/python -m pytest tests/snippets/test_transcripts.py --update-transcripts"

_HEADER = re.compile(r"\$ (?P<command>\S.*?)  # source (?P<source>[0-9a-f]{12})")
_PSQL = "python -m lab run psql -X -q -v ON_ERROR_STOP=1 -f "


@dataclass(frozen=True)
class Transcript:
    """A command, the source hash of its listing, and what it printed."""

    command: str
    source: str
    output: str

    def __str__(self) -> str:
        return f"$ {self.command}  # source {self.source}\n{self.output}"


@dataclass(frozen=True)
class Finished:
    """How a command ended, and what it printed."""

    status: int
    output: str
    errors: str


def renewing(path: str) -> str:
    """The command that prints one transcript anew.

    Args:
        path: the transcript or its listing, such as `snippets/pool/busy.out`.
    """
    name = PurePosixPath(path).with_suffix("").as_posix().removeprefix("snippets/")
    return f"{_RENEW} -k {name} -n0"


def parse(text: str) -> Transcript:
    """The transcript in the text of a `.out` file.

    Raises:
        ValueError: Its first line is not a command with a source hash.
    """
    header, _, output = text.partition("\n")
    found = _HEADER.fullmatch(header)
    if not found:
        raise ValueError(f"line 1 is not '$ COMMAND  # source HASH': {header!r}")
    return Transcript(found["command"], found["source"], output)


def listings(root: Path) -> list[Path]:
    """Every listing that must have a transcript: runnable modules, SQL files, shell scripts.

    Not those of the backend, `snippets/backend`: an application is run as a whole. Nor an SQL file
    that another includes: it prepares the tables, and runs with each of those.

    Raises:
        SyntaxError: A module that may be run is not Python.
    """
    snippets = root / "snippets"
    files = sorted(
        path
        for path in snippets.rglob("*")
        if path.suffix in KINDS and path.relative_to(snippets).parts[0] != "backend"
    )
    prepares = {
        path for file in files if file.suffix == psql.SUFFIX for path in psql.included(file)
    }
    return [
        path
        for path in files
        if path not in prepares and (path.suffix != ".py" or _is_runnable(path))
    ]


def strays(root: Path) -> Iterator[str]:
    """What is wrong with the set of `.out` files, one sentence each."""
    owners: dict[Path, Path] = {}
    for listing in listings(root):
        place = listing.with_suffix(SUFFIX)
        if place in owners:
            both = f"{owners[place].relative_to(root)} and {listing.relative_to(root)}"
            yield f"{both} would share {place.name}. Rename one."
        owners[place] = listing
    for place in sorted((root / "snippets").rglob(f"*{SUFFIX}")):
        if place not in owners:
            yield f"{place.relative_to(root)}: no runnable listing has this name. Delete it."


def command(listing: Path, root: Path) -> str:
    """The command that a reader types at the root to run the listing."""
    shown = shlex.quote(listing.relative_to(root).as_posix())
    if listing.suffix == ".py":
        return f"python -m {module_name(listing, root)}"
    return f"{_PSQL}{shown}" if listing.suffix == ".sql" else f"sh {shown}"


def run(
    typed: str,
    root: Path,
    *,
    timeout_s: float,
    module: Sequence[str] = (sys.executable, "-m"),
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run the command at the root, as a reader would, with this Python as `python`.

    Args:
        typed: The command, as `command` gives it.
        root: Where it runs.
        timeout_s: After so many seconds its process group is killed.
        module: What runs a module of `snippets`, such as a program that counts what it executes.
        environment: Variables on top of those of this process.

    Raises:
        TimeoutError: It did not end in time; the message has what it printed until then.
    """
    words = shlex.split(typed)
    if words[:2] == ["python", "-m"]:
        counts = words[2].startswith("snippets.")
        words[:2] = module if counts else [sys.executable, "-m"]
    here = str(Path(sys.executable).parent)
    variables = {
        **os.environ,
        **(environment or {}),
        "PATH": os.pathsep.join([here, os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",  # or what child processes print would come first
    }
    # Files, not pipes: a pipe that a runaway process holds would be waited for.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            words,
            cwd=root,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        try:
            process.wait(timeout_s)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            texts = "".join(_text(stream) for stream in (output, errors))
            raise TimeoutError(f"no end within {timeout_s:g} s; so far:\n{texts}") from None
        return Finished(process.returncode, _text(output), _text(errors))


def made(listing: Path, root: Path, finished: Finished) -> Transcript:
    """The transcript of a listing that was just run."""
    return Transcript(command(listing, root), source_hash(listing, root), finished.output)


def fault(finished: Finished) -> str | None:
    """Why a transcript cannot be made of this, if it cannot; no rewriting mends it."""
    if finished.status:
        return f"ended with status {finished.status}:\n{finished.output}{finished.errors}"
    if finished.errors:
        return f"printed on standard error, which no reader expects:\n{finished.errors}"
    return None


def difference(listing: Path, root: Path, finished: Finished) -> str | None:
    """How the stored transcript differs from the one that was just made, if it does."""
    place = listing.with_suffix(SUFFIX)
    shown = place.relative_to(root).as_posix()
    if not place.exists():
        return f"{shown} is missing"
    try:
        stored = parse(place.read_bytes().decode())
    except ValueError as error:
        return f"{shown}: {error}"
    now = made(listing, root, finished)
    if stored.output != now.output:
        lines = unified_diff(
            stored.output.splitlines(keepends=True),
            now.output.splitlines(keepends=True),
            f"{shown}, stored",
            f"{shown}, printed now",
        )
        return f"{shown} is not what {listing.name} prints:\n{''.join(lines)}"
    if stored.command != now.command:
        return f"{shown} is headed {stored.command!r}; the command is {now.command!r}"
    if stored.source != now.source:
        return f"{shown} is stale: {listing.name}, or a module it imports, changed since"
    return None


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def _is_runnable(path: Path) -> bool:
    # Half of the modules do not have the word: to parse them takes longer than all else here.
    return "__main__" in path.read_text(encoding="utf-8") and any(
        isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
        for node in syntax_tree(path).body
    )
