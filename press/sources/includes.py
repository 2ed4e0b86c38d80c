"""From the target of an include to the lines that it shows, or to what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab.suggestion import did_you_mean
from lab.transcript import SUFFIX as TRANSCRIPT
from lab.transcript import renewing
from press.problems import ProblemError
from press.repository import BACKEND, SNIPPETS, is_inside
from press.sources.regions import Line, Source, read_source, shows_marker

MAX_COLUMNS = 72
MAX_BACKEND_COLUMNS = 100  # an application, and no listing
MAX_REGION_LINES = 30
MAX_MODULE_LINES = 90


@dataclass(frozen=True)
class Include:
    """What an include names.

    Attributes:
        path: a file, from the repository's root, with slashes.
        region: a region of it; None for all of it.
    """

    path: str
    region: str | None

    @property
    def naive(self) -> bool:
        """Whether it is a listing that the article proves wrong."""
        name = PurePosixPath(self.path).name
        return name.startswith("naive_") or (self.region or "").startswith("naive")

    @property
    def subject(self) -> str:
        """What to call it in a sentence."""
        return f'region "{self.region}" of {self.path}' if self.region else self.path


@dataclass(frozen=True)
class Shown:
    """What an include shows.

    Attributes:
        include: the include.
        source: the file.
        lines: those of its lines that are shown.
    """

    include: Include
    source: Source
    lines: tuple[Line, ...]

    @property
    def whole(self) -> bool:
        """Whether these are all lines of the file."""
        return self.lines == self.source.lines

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last line shown."""
        return self.lines[0].number, self.lines[-1].number

    @property
    def notes(self) -> tuple[int, ...]:
        """The numbers of the notes that its lines point to, in the order of the lines."""
        return tuple(dict.fromkeys(note for line in self.lines for note in line.notes))


def parse_include(target: str, root: Path) -> Include:
    """Read the target of an include, whose file exists.

    Raises:
        ProblemError: if it counts lines, leaves `snippets/`, or names no file.
    """
    path, _, region = target.partition(":")
    if re.match(r"[\d:,-]", region):
        raise ProblemError(
            f'"{target}" counts lines, and lines move',
            'Put "# --8<-- [start:name]" and "# --8<-- [end:name]" around them and include '
            f'"{path}:name".',
        )
    if not path.startswith(f"{SNIPPETS}/") or ".." in PurePosixPath(path).parts:
        raise ProblemError(
            f'"{path}" is not under {SNIPPETS}/', f"Move it to {SNIPPETS}/, where tests run it."
        )
    if not (root / path).is_file():
        raise ProblemError(f"there is no file {path}", _existing(path, root))
    if not is_inside(root / path, root / SNIPPETS):
        raise ProblemError(
            f"{path} is a link that leads out of {SNIPPETS}/", "Put the file itself in its place."
        )
    return Include(path, region or None)


def resolve(include: Include, root: Path) -> Shown:
    """Read what an include shows.

    Raises:
        ProblemError: if the file is not text, is empty, or has no such region.
    """
    try:
        source = read_source(root, include.path)
    except UnicodeDecodeError:
        raise ProblemError(f"{include.path} is not UTF-8", "Save it as UTF-8.") from None
    if not source.lines:
        raise ProblemError(f"{include.path} is empty", "Write the listing.")
    lines = source.region(include.region) if include.region else source.lines
    return Shown(include, source, lines)


def displaced_markers(shown: Shown) -> Iterator[ProblemError]:
    """The markers of a file that are not read, and would be shown with it."""
    for line in shown.source.lines:
        if shows_marker(line.text):
            yield ProblemError(
                f"{shown.include.path}:{line.number} has [!] among other words of a comment",
                'Put it at the end of the line, in a comment of its own: "# why  # [!]".',
            )


def excesses(shown: Shown) -> Iterator[ProblemError]:
    """The limits of width and length that a listing breaks."""
    path, lines, source = shown.include.path, shown.lines, shown.source
    if len(lines) > MAX_REGION_LINES:
        remedy = "Mark a smaller region." if shown.include.region else "Include a region of it."
        yield ProblemError(
            f"{shown.include.subject} is {len(lines)} lines long and the limit is "
            f"{MAX_REGION_LINES}",
            remedy,
        )
    of_backend = path.startswith(f"{BACKEND}/")
    columns = MAX_BACKEND_COLUMNS if of_backend else MAX_COLUMNS
    wide = [f"{line.number}" for line in source.lines if len(line.text) > columns]
    if wide:
        where = f"line{'s' if wide[1:] else ''} {', '.join(wide)}"
        yield ProblemError(
            f"{path} is wider than {columns} columns on {where}", "Break what is too wide."
        )
    if len(source.lines) > MAX_MODULE_LINES and not of_backend:
        yield ProblemError(
            f"{path} is {len(source.lines)} lines long and the limit is {MAX_MODULE_LINES}",
            "Split it: one idea a module.",
        )


def _existing(path: str, root: Path) -> str:
    """What an author may have meant by the path of no file, or may do to have it."""
    if path.endswith(TRANSCRIPT):
        return f"If the listing it belongs to is there, print it: {renewing(path)}"
    existing = [
        file.relative_to(root).as_posix()
        for file in sorted((root / SNIPPETS).rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    ]
    if asked := did_you_mean(path, existing, most=1, alike=0.8):
        return asked.strip()
    beside = [name for name in existing if PurePosixPath(name).parent == PurePosixPath(path).parent]
    if beside:
        return f"Beside it are {', '.join(beside)}."
    return 'Write its path from the root: "snippets/pool/lifespan.py:region".'
