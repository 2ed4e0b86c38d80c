"""Every fence of a page, wherever it stands: in tabs, lists, admonitions and quotes.

The rules are those of `pymdownx.superfences`, taken from its own code, so that a fence counted here
is a fence on the page. What it would drop silently, a header that it does not understand or a
fence that is never closed, is kept and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from markdown import Markdown
from markdown.extensions.attr_list import get_attrs
from pymdownx.snippets import SnippetPreprocessor
from pymdownx.superfences import (
    NESTED_FENCE_END,
    RE_NESTED_FENCE_START,
    RE_OPTIONS,
    SuperFencesBlockPreprocessor,
)

PREFIX = "> \t"  # what may stand before a fence on its line


@dataclass(frozen=True)
class Fence:
    """A fence of a page.

    Attributes:
        line: the line that opens it, from 1.
        last_line: the line that closes it, or ought to.
        indent: what stands before it on its line: blanks, and the marks of quotes.
        marker: what opens and closes it, three backticks or more.
        header: the rest of the line that opens it.
        language: its language, or the empty string.
        options: its options; one without a value has its name as value.
        content: its lines, without the indentation of the fence.
        understood: whether superfences understands the header.
        closed: whether superfences finds its end.
    """

    line: int
    last_line: int
    indent: str
    marker: str
    header: str
    language: str
    options: Mapping[str, str]
    content: tuple[str, ...]
    understood: bool
    closed: bool

    @property
    def include(self) -> str | None:
        """The target of the include that is all the fence holds, or None."""
        filled = [line for line in self.content if line.strip()]
        return include_target(filled[0]) if len(filled) == 1 else None

    @property
    def holds_include(self) -> bool:
        """Whether any line of the fence is an include."""
        return any(is_include(line) for line in self.content)

    @property
    def executed(self) -> bool:
        """Whether the fence asks to be executed."""
        return self.options.get("exec", "no").lower() not in {"", "no", "off", "false", "0"}

    @property
    def untested(self) -> str | None:
        """The reason why nothing verifies the fence, empty if it gives none; None if unmarked."""
        reason = self.options.get("untested")
        return "" if reason == "untested" else reason and reason.strip()

    @property
    def verification(self) -> Literal["include", "exec", "untested"] | None:
        """What keeps the promise for this fence; None if nothing does."""
        if not self.understood or not self.closed:
            return None
        if self.executed:
            return "exec" if self.language == "python" else None
        if self.include is not None:
            return "include" if self.untested is None else None
        return "untested" if self.untested else None


def scan(lines: Iterable[str]) -> tuple[Fence, ...]:
    """Find the fences in the lines of a page, in their order."""
    return _Scanner().scan(lines)


def is_include(line: str) -> bool:
    """Whether the snippets extension would act on a line, be it in a quote or not."""
    found = SnippetPreprocessor.RE_ALL_SNIPPETS.match(line.lstrip(PREFIX))
    return found is not None and not found["escape"]


def include_target(line: str) -> str | None:
    """The target of an include that names one on its own line, or None."""
    found = SnippetPreprocessor.RE_ALL_SNIPPETS.match(line.strip())
    if found is None or found["escape"] or not found["snippet"]:
        return None
    return str(found["snippet"][1:-1]).strip()


@dataclass
class _Opening:
    """A line that opens a fence."""

    line: int
    indent: str
    marker: str
    header: str
    language: str
    understood: bool
    options: dict[str, str] = field(default_factory=dict)


class _Scanner(SuperFencesBlockPreprocessor):  # type: ignore[misc]  # the library has no types
    """Superfences' own search, which records each fence instead of rendering it."""

    def __init__(self) -> None:
        super().__init__(_any_markdown())
        self.fence: Any = None
        self.opening: _Opening | None = None
        self.found: list[Fence] = []

    def scan(self, lines: Iterable[str]) -> tuple[Fence, ...]:
        """Find the fences in `lines`; a scanner serves once."""
        self.clear()
        number = 0
        for number, line in enumerate(lines, start=1):
            text = line.expandtabs(self.tab_len)
            if self.opening is None:
                self._open(number, text)
            else:
                self._continue(self.opening, number, text)
        if self.opening is not None:
            self._record(self.opening, number, closed=False)
        return tuple(self.found)

    def _open(self, number: int, line: str) -> None:
        indent = self.parse_whitespace(line)
        header = RE_NESTED_FENCE_START.match(line, self.ws_len)
        if header is None:
            return
        self.opening = _opening(number, indent, header)
        self.ws = indent
        self.quote_level = indent.count(">")
        self.empty_lines = 0
        self.fence = header["fence"]
        self.fence_end = re.compile(NESTED_FENCE_END % self.fence)

    def _continue(self, opening: _Opening, number: int, line: str) -> None:
        if self.fence is not None:
            indent, content = self.parse_fence_line(line)
            quote_level = indent.count(">")
            if self.quote_level:
                self.eval_quoted(indent, content, quote_level, opening.line, number)
            elif quote_level == 0:
                self.eval_fence(indent, content, opening.line, number)
            else:
                self.clear()
        # Superfences gives a fence up at a line that is not indented as the first one. Its author
        # meant it to go on until the marker: what follows is not prose.
        given_up = self.fence is None and self.opening is not None
        if given_up and line.strip(PREFIX) == opening.marker:
            self._record(opening, number, closed=False)

    def process_nested_block(self, _ws: str, _content: str, _start: int, end: int) -> None:
        """Record the fence that the current line closes."""
        assert self.opening is not None
        self._record(self.opening, end, closed=True)

    def _record(self, opening: _Opening, last_line: int, *, closed: bool) -> None:
        self.found.append(
            Fence(
                line=opening.line,
                last_line=last_line,
                indent=opening.indent,
                marker=opening.marker,
                header=opening.header,
                language=opening.language,
                options=opening.options,
                content=tuple(line[self.ws_virtual_len :] for line in self.code),
                understood=opening.understood,
                closed=closed,
            )
        )
        self.opening = None
        self.clear()


@cache
def _any_markdown() -> Markdown:
    """Superfences asks it for the width of a tab."""
    return Markdown()


def _opening(number: int, indent: str, found: re.Match[str]) -> _Opening:
    """Read the line that opens a fence."""
    opening = _Opening(
        line=number,
        indent=indent,
        marker=found["fence"],
        header=found.string[found.end("fence") :].strip(),
        language=found["lang"] or "",
        understood=not found["unrecognized"],
    )
    classes: list[str] = []
    for key, value in get_attrs(found["attrs"]) if found["attrs"] else ():
        if key == ".":
            classes.append(value)
        else:
            opening.options[key] = value
    if classes and not opening.language:
        opening.language = classes[0]
    for option in RE_OPTIONS.finditer(found["options"] or ""):
        value = option["value"]
        opening.options[option["key"]] = option["key"] if value is None else value
    return opening
