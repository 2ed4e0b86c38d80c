"""Problems in a page, reported where an author looks: the build's log and the page itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from difflib import get_close_matches
from html import escape

from markdown import Markdown

from press.extensions.page import current_page

log = logging.getLogger("mkdocs.press")


class ProblemError(Exception):
    """Something in a page that its author must mend.

    Args:
        what: what is wrong, without a final period.
        remedy: what to do about it, a sentence.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.remedy = remedy


def report(md: Markdown, line: int | None, what: str, remedy: str) -> str:
    """Report a problem of the page that `md` renders, and return the HTML to show in its place.

    One warning is logged, `docs/posts/x.md:12: what. remedy`: it fails a strict build, and a
    preview shows it and goes on.

    Args:
        md: the converter that renders the page.
        line: the line in the Markdown given to `md`, from 1; None if it is not known.
        what: what is wrong, without a final period.
        remedy: what to do about it, a sentence.
    """
    page = current_page(md)
    where = "this page" if page is None else page.path
    if line is not None:
        where += f":{line + (page.front_matter_lines if page else 0)}"
    message = f"{where}: {what}. {remedy}"
    log.warning("%s", message)
    return f'<div class="problem" role="alert">{escape(message, quote=False)}</div>'


def close_and_existing(name: str, existing: Iterable[str]) -> str:
    """A remedy for a misspelt name: the names close to it and those that exist."""
    existing = list(existing)
    close = get_close_matches(name, existing, n=3)
    guess = f"Did you mean {' or '.join(close)}? " if close else ""
    return f"{guess}There is: {', '.join(existing)}." if existing else "There is none yet."
