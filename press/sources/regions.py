"""What readers see of a source file: its lines without our markers, whole or by named region.

Three markers stand in comments of the source and never reach the page: `--8<-- [start:name]` and
`--8<-- [end:name]` on lines of their own around a region, and at the end of a line `[!]`, which
highlights it, or `[1]`, which ties it to the first note below the listing. They have a comment of
their own there: among other words a `[1]` may be meant as it is, and `[!]` is a mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from press.problems import ProblemError

_REGION = re.compile(r"-{1,}8<-{1,}[ \t]+\[[ \t]*(?P<edge>start|end)[ \t]*:[ \t]*(?P<name>[\w-]+)")
_MARKS = re.compile(
    r"[ \t]*(?:#|--|//)[ \t]*(?P<marks>\[(?:!|\d+)\](?:[ \t]*\[(?:!|\d+)\])*)[ \t]*$"
)
_HIGHLIGHT = "[!]"
_HIGHLIGHT_IN_COMMENT = re.compile(rf"(?:#|--|//).*{re.escape(_HIGHLIGHT)}")


@dataclass(frozen=True)
class Line:
    """A line of a source file as readers see it.

    Attributes:
        number: its number in the file, from 1.
        text: its text without markers.
        marked: whether it is highlighted.
        notes: the notes that explain it.
    """

    number: int
    text: str
    marked: bool
    notes: tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """A source file.

    Attributes:
        path: its path from the repository's root, with slashes.
        lines: its lines, without those that only mark a region.
        edges: the lines on which each region starts and ends, by name.
    """

    path: str
    lines: tuple[Line, ...]
    edges: dict[str, tuple[list[int], list[int]]]

    @property
    def text(self) -> str:
        """The file without markers."""
        return "\n".join(line.text for line in self.lines)

    def region(self, name: str) -> tuple[Line, ...]:
        """The lines of a region, without blank ones at its ends.

        Raises:
            ProblemError: if the file has no such region, or its markers do not pair.
        """
        if name not in self.edges:
            raise ProblemError(f'{self.path} has no region "{name}"', self._regions(name))
        starts, ends = self.edges[name]
        marker = self._marker
        if not ends:
            raise ProblemError(
                f'region "{name}" of {self.path} starts on line {starts[0]} and never ends',
                f'Put "{marker(f"end:{name}")}" below its last line.',
            )
        if not starts:
            raise ProblemError(
                f'region "{name}" of {self.path} ends on line {ends[0]} and never starts',
                f'Put "{marker(f"start:{name}")}" above its first line.',
            )
        if len(starts) > 1 or len(ends) > 1:
            first, second, *_ = starts if len(starts) > 1 else ends
            raise ProblemError(
                f'region "{name}" of {self.path} is marked twice, on lines {first} and {second}',
                "Give one of the two another name.",
            )
        start, end = starts[0], ends[0]
        lines = _trimmed(tuple(line for line in self.lines if start < line.number < end))
        if not lines:
            raise ProblemError(
                f'region "{name}" of {self.path} is empty', "Move its markers around some lines."
            )
        return lines

    def _regions(self, wanted: str) -> str:
        if self.edges:
            return f"Its regions: {', '.join(sorted(self.edges))}."
        start, end = self._marker(f"start:{wanted}"), self._marker(f"end:{wanted}")
        return f'It has none: put "{start}" and "{end}" around the lines.'

    def _marker(self, edge: str) -> str:
        return f"{'--' if self.path.endswith('.sql') else '#'} --8<-- [{edge}]"


def shows_marker(text: str) -> bool:
    """Whether readers of a line would see the marker that is to highlight one."""
    return _HIGHLIGHT_IN_COMMENT.search(text) is not None


def read_source(root: Path, path: str) -> Source:
    """Read the file at `path`, relative to `root`.

    Raises:
        OSError: if it cannot be read.
        UnicodeDecodeError: if it is not UTF-8.
    """
    return _parse(path, (root / path).read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def _parse(path: str, text: str) -> Source:
    lines: list[Line] = []
    edges: dict[str, tuple[list[int], list[int]]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if edge := _REGION.search(line):
            starts, ends = edges.setdefault(edge["name"], ([], []))
            (starts if edge["edge"] == "start" else ends).append(number)
        else:
            lines.append(_line(number, line))
    return Source(path, _trimmed(tuple(lines)), edges)


def _line(number: int, text: str) -> Line:
    found = _MARKS.search(text)
    if found is None:
        return Line(number, text.rstrip(), marked=False, notes=())
    marks = re.findall(r"\[(!|\d+)\]", found["marks"])
    return Line(
        number,
        text[: found.start()].rstrip(),
        marked="!" in marks,
        notes=tuple(int(mark) for mark in marks if mark != "!"),
    )


def _trimmed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    filled = [at for at, line in enumerate(lines) if line.text]
    return lines[filled[0] : filled[-1] + 1] if filled else ()
