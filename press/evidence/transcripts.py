"""Transcripts: what a module printed, shown below its listing while it still is what it prints."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath

from lab import transcript
from lab.source import source_hash
from lab.transcript import KINDS, renewing
from press.evidence.code_lines import shown_line
from press.problems import ProblemError
from press.repository import Repository


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
        command = f'<span class="command">$ {escape(self.command, quote=False)}</span>'
        lines = [shown_line("", command)]
        lines += [
            shown_line(line, escape(line, quote=False))
            for line in self.output.removesuffix("\n").split("\n")
        ]
        code = "\n".join(lines)
        return (
            f'<figure class="{classes}" data-path="{escape(self.path)}"><pre tabindex="0"><code>'
            f"{code}\n</code></pre>"
            f"<figcaption>printed by {name}, run again by the tests</figcaption></figure>"
        )


def read_transcript(path: str, root: Path) -> Transcript:
    """Read the transcript at `path`, relative to `root`.

    Raises:
        ProblemError: if it has no command, or no module stands beside it.
    """
    try:
        found = transcript.parse((root / path).read_text(encoding="utf-8"))
    except ValueError:
        raise ProblemError(
            f'{path} does not begin with "$ command  # source hash"', f"Renew it: {renewing(path)}"
        ) from None
    for kind in KINDS:
        module = PurePosixPath(path).with_suffix(kind).as_posix()
        if (root / module).is_file():
            return Transcript(path, module, found.command, found.source, found.output)
    stem = PurePosixPath(path).stem
    raise ProblemError(
        f"{path} has no module beside it", f"Delete it, or restore {stem}.py, .sql or .sh."
    )


def check_fresh(shown: Transcript, root: Path) -> None:
    """Make sure that the module is still the one that printed the transcript.

    Raises:
        ProblemError: if it changed, or is not Python.
    """
    try:
        current = source_hash(root / shown.module, root)
    except SyntaxError as error:
        where = Path(error.filename or shown.module)
        where = where.relative_to(root) if where.is_relative_to(root) else where
        raise ProblemError(
            f"{where.as_posix()}:{error.lineno} is not Python: {error.msg}", "Fix it."
        ) from None
    if current != shown.source:
        raise ProblemError(
            f"{shown.path} is stale: {shown.module} changed since it was printed",
            f"Renew it: {renewing(shown.path)}",
        )
