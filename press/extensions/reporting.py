"""Problems of a page, reported where its author looks: the build's log and the page itself.

And where in its Markdown something stands, for problems found after it was taken apart.
"""

from __future__ import annotations

import logging

from markdown import Markdown
from markdown.preprocessors import Preprocessor

from press.extensions import order
from press.extensions.page import current_page
from press.problems import Finding
from press.sources.fences import scan
from press.sources.prose import without_code

_NAME = "press_lines"

log = logging.getLogger("mkdocs.press")


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
    before = page.front_matter_lines if page else 0
    path = page.path if page else "this page"
    finding = Finding(path, 0 if line is None else line + before, what, remedy)
    log.warning("%s", finding)
    return finding.html()


class Lines(Preprocessor):  # type: ignore[misc]  # the library has no types
    """Keeps the lines of the page being rendered, as its author wrote them."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.lines: list[str] = []
        self.asked: dict[str, int] = {}

    def run(self, lines: list[str]) -> list[str]:
        """Keep the lines, and hand them on as they are."""
        self.lines = list(lines)
        self.asked = {}
        return lines


def keep_lines(md: Markdown) -> None:
    """Let `md` keep the lines of what it renders."""
    md.preprocessors.register(Lines(md), _NAME, order.LINES)


def line_in_prose(md: Markdown, text: str) -> int | None:
    """The line on which `text` stands outside code; asked again, the line where it stands next.

    None if it does not stand there, or `md` keeps no lines.
    """
    kept = _kept(md)
    if kept is None:
        return None
    lines = without_code("\n".join(kept.lines)).split("\n")
    places = [at for at, line in enumerate(lines, start=1) for _ in range(line.count(text))]
    return _next(kept, text, places)


def line_of_fence(md: Markdown, content: str) -> int | None:
    """The line that opens the fence with this content; asked again, that of the next such fence.

    None if there is no such fence, or `md` keeps no lines.
    """
    kept = _kept(md)
    if kept is None:
        return None
    places = [fence.line for fence in scan(kept.lines) if "\n".join(fence.content) == content]
    return _next(kept, content, places)


def _kept(md: Markdown) -> Lines | None:
    kept = md.preprocessors[_NAME] if _NAME in md.preprocessors else None  # noqa: SIM401 — a Registry has no get
    return kept if isinstance(kept, Lines) else None


def _next(kept: Lines, what: str, places: list[int]) -> int | None:
    at = kept.asked.get(what, 0)
    kept.asked[what] = at + 1
    return places[min(at, len(places) - 1)] if places else None
