"""Excerpts without the work: what follows the separator of an excerpt is not converted.

The blog plugin converts a whole article for each list that shows it, and throws away what stands
below the separator.
"""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from press.page import current_page
from press.prose import MORE

_BEFORE_EVERYTHING = 300
_DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:[ \t]")


class Excerpts(Preprocessor):  # type: ignore[misc]  # the library has no types
    """Ends an excerpt at its separator; the addresses of links are kept."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.md: Markdown = md

    def run(self, lines: list[str]) -> list[str]:
        """Drop what an excerpt does not show."""
        page = current_page(self.md)
        if page is None or not page.excerpt or MORE not in lines:
            return lines
        end = lines.index(MORE) + 1
        return [*lines[:end], "", *filter(_DEFINITION.match, lines[end:])]


class ExcerptsExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Makes lists of articles cheap."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Cut before anything else reads the text."""
        md.preprocessors.register(Excerpts(md), "press_excerpts", _BEFORE_EVERYTHING)


def makeExtension(**_options: Any) -> ExcerptsExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.excerpts`."""
    return ExcerptsExtension()
