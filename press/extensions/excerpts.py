"""Excerpts without the work: a list of articles shows none of their text.

The blog plugin converts every article once more for each list that names it. Lists here show title,
number and description, which are front matter.
"""

from __future__ import annotations

from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from press.extensions import order
from press.extensions.page import is_excerpt


class Excerpts(Preprocessor):  # type: ignore[misc]  # the library has no types
    """Leaves nothing of an article that is converted for a list."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.md: Markdown = md

    def run(self, lines: list[str]) -> list[str]:
        """Drop what no list shows."""
        return [] if is_excerpt(self.md) else lines


class ExcerptsExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Makes lists of articles cheap."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Drop it before anything else reads it."""
        md.preprocessors.register(Excerpts(md), "press_excerpts", order.EXCERPTS)


def makeExtension(**_options: Any) -> ExcerptsExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.extensions.excerpts`."""
    return ExcerptsExtension()
