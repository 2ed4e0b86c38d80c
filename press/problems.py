"""What is wrong, where, and what to do about it: the one kind of finding for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from lab.suggestion import did_you_mean


class ProblemError(Exception):
    """Something that an author must fix, found where its place in a page is not known.

    Args:
        what: what is wrong, without a final period.
        remedy: what to do about it, a sentence.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong in one place.

    Attributes:
        path: the file as an author names it, relative to the repository, with slashes.
        line: where in that file, from 1; 0 where the line is not known.
        what: what is wrong, without a final period.
        remedy: what to do about it, a sentence.
    """

    path: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return the finding as one line, `docs/posts/x.md:12: what. remedy`."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}. {self.remedy}"

    def html(self) -> str:
        """Return the finding as an element to stand in a page."""
        return f'<div class="problem" role="alert">{escape(str(self), quote=False)}</div>'


def listed(findings: list[Finding]) -> str:
    """All findings, one a line, and how many there are."""
    count = f"{len(findings)} problem{'s' if len(findings) > 1 else ''}"
    return "\n".join([*map(str, findings), count])


def close_and_existing(name: str, existing: Iterable[str]) -> str:
    """A remedy for a misspelt name: the names close to it and those that exist."""
    existing = list(existing)
    known = f"There is: {', '.join(existing)}." if existing else "There is none yet."
    return did_you_mean(name, existing) + known
