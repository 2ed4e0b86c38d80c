"""Transcripts: what a module printed, shown below its listing while it still is what it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath

from lab.source import source_hash
from press.problems import ProblemError
from press.repository import Repository

SUFFIX = ".out"
RENEW = ".venv/bin/python -m pytest tests/snippets/test_transcripts.py --update-transcripts"

_KINDS = (".py", ".sql", ".sh")
_HEAD = re.compile(r"\$ (?P<command>.+?)  # source (?P<source>[0-9a-f]{12})")


@dataclass(frozen=True)
class Transcript:
    """What a module printed.

    Attributes:
        path: the file that keeps it, from the repository's root.
        module: the module that printed it.
        command: the command that ran the module.
        source: the source hash of the module when it printed this.
        output: what it printed.
    """

    path: str
    module: str
    command: str
    source: str
    output: str

    def html(self, repository: Repository, *, joined: bool) -> str:
        """The output block.

        Args:
            repository: where the module is.
            joined: whether the listing of the same module stands right above.
        """
        classes = "output output--joined" if joined else "output"
        name = repository.link("output__path", self.module)
        return (
            f'<figure class="{classes}" data-path="{escape(self.path)}"><pre tabindex="0"><code>'
            f'<span class="command">$ {escape(self.command, quote=False)}</span>\n'
            f"{escape(self.output, quote=False)}</code></pre>"
            f"<figcaption>printed by {name}, run again by the tests</figcaption></figure>"
        )


def read_transcript(path: str, root: Path) -> Transcript:
    """Read the transcript at `path`, relative to `root`.

    Raises:
        ProblemError: if it has no command, or no module stands beside it.
    """
    head, _, output = (root / path).read_text(encoding="utf-8").partition("\n")
    found = _HEAD.fullmatch(head)
    if found is None:
        raise ProblemError(
            f'{path} does not begin with "$ command  # source hash"', f"Renew it: {RENEW}"
        )
    for kind in _KINDS:
        module = PurePosixPath(path).with_suffix(kind).as_posix()
        if (root / module).is_file():
            return Transcript(path, module, found["command"], found["source"], output)
    stem = PurePosixPath(path).stem
    raise ProblemError(
        f"{path} has no module beside it", f"Delete it, or restore {stem}.py, .sql or .sh."
    )


def check_fresh(transcript: Transcript, root: Path) -> None:
    """Make sure that the module is still the one that printed the transcript.

    Raises:
        ProblemError: if it changed, or is not Python.
    """
    try:
        current = source_hash(root / transcript.module, root)
    except SyntaxError as error:
        where = Path(error.filename or transcript.module)
        where = where.relative_to(root) if where.is_relative_to(root) else where
        raise ProblemError(
            f"{where.as_posix()}:{error.lineno} is not Python: {error.msg}", "Fix it."
        ) from None
    if current != transcript.source:
        raise ProblemError(
            f"{transcript.path} is stale: {transcript.module} changed since it was printed",
            f"Renew it: {RENEW}",
        )
