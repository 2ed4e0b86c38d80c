"""What a check of the sources finds, in the one form in which every author reads it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong in one place.

    Attributes:
        path: the file as an author names it, relative to the repository, with slashes.
        line: where in that file, from 1.
        what: what is wrong, without a final period.
        remedy: what to do about it, a sentence.
    """

    path: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return the finding as one line, `docs/posts/x.md:12: what. remedy`."""
        return f"{self.path}:{self.line}: {self.what}. {self.remedy}"

    def html(self) -> str:
        """Return the finding as an element of a page, as `press.problems` shows one."""
        return f'<div class="problem" role="alert">{escape(str(self), quote=False)}</div>'
