"""The author's own sentences in a Markdown file.

What does not belong is blanked and each line stays where it is: a line of the result is the same
line of the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from press.sources.fences import scan

WORD = re.compile(r"[^\W_]+(?:['\u2019.,/-][^\W_]+)*")
MORE = "<!-- more -->"

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_HEADING = re.compile(r"(?P<marks>#{1,6})[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*(?:\{[^}]*\})?[ \t]*")
_LINK = re.compile(
    r"\]\(\s*<?(?P<inline>[^\s)>]+)|^[ \t]*\[(?!\^)[^\]]+\]:[ \t]*<?(?P<defined>[^\s>]+)",
    re.MULTILINE,
)

# A literal first and what stands before it second: a search for a character is the fast one.
_MARKUP = (
    re.compile(r"\$\$.+?\$\$|\\\[.+?\\\]|\\\(.+?\\\)", re.DOTALL),  # displayed and inline formulas
    re.compile(r"\$(?<![\\$\w]\$)(?!\s)[^$\n]+?(?<!\s)\$(?!\w)"),  # formulas between dollars
    re.compile(r"</?[a-zA-Z][^>]*>"),  # tags and addresses in angle brackets
    re.compile(r"^[ \t]*\*?\[(?!\^)[^\]]+\]:.*$", re.MULTILINE),  # targets, abbreviations
    re.compile(r"\((?<=\]\()[^)]*\)|\[(?<=\]\[)[^\]]*\]"),  # where a link leads
    re.compile(r"!(?=\[)"),  # what makes a picture of a link
    re.compile(r"\{[:#.][^}\n]*\}"),  # attributes
    re.compile(r"^[ \t]*(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+[\w-]*", re.MULTILINE),  # asides, tabs
    re.compile(r"^.*--8<--.*$", re.MULTILINE),  # includes outside a fence
)
_MEASURED = re.compile(r"\[\[[^\]\n]+\]\]")
_QUOTED = re.compile(r"\"[^\"\n]+\"|“[^”\n]+”|^[ \t]*>.*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, down to the next heading of its rank or higher."""

    title: str
    rank: int
    line: int
    text: str


@lru_cache(maxsize=4096)
def without_code(markdown: str) -> str:
    """Blank fences, code in sentences, and comments."""
    lines = markdown.split("\n")
    for fence in scan(lines):
        for number in range(fence.line, fence.last_line + 1):
            lines[number - 1] = ""
    return _CODE_SPAN.sub(_blank, _COMMENT.sub(_blank, "\n".join(lines)))


@lru_cache(maxsize=4096)
def prose(markdown: str) -> str:
    """Blank everything that a reader does not read as a sentence; a measured value is one word."""
    text = without_code(markdown)
    for pattern in _MARKUP:
        text = pattern.sub(_blank, text)
    return _MEASURED.sub(lambda match: "0" + " " * (len(match[0]) - 1), text)


def without_quotes(text: str) -> str:
    """Blank what is quoted: it is not the author's own wording."""
    return _QUOTED.sub(_blank, text)


@lru_cache(maxsize=4096)
def words(markdown: str) -> int:
    """How many words a Markdown text makes a reader read, code not counted."""
    return len(WORD.findall(prose(markdown)))


def words_before_fold(markdown: str) -> int | None:
    """How many words stand before the end of the opening; None if nothing marks that end."""
    opening, fold, _ = markdown.partition(MORE)
    if not fold:
        return None
    lines = prose(markdown).split("\n")[: opening.count("\n") + 1]
    return len(WORD.findall("\n".join(lines)))


def sections(markdown: str) -> Iterator[Section]:
    """The sections of a Markdown text, nested ones too, in order."""
    lines = without_code(markdown).split("\n")
    source = markdown.split("\n")
    headings = [(at, found) for at, line in enumerate(lines) if (found := _HEADING.fullmatch(line))]
    for at, found in headings:
        rank = len(found["marks"])
        below = (n for n, other in headings if n > at and len(other["marks"]) <= rank)
        text = "\n".join(source[at + 1 : next(below, len(source))])
        yield Section(found["title"], rank, at + 1, text)


@lru_cache(maxsize=4096)
def links(markdown: str) -> tuple[tuple[int, str], ...]:
    """The targets of the links of a Markdown text, each with its line, from 1."""
    text = without_code(markdown)
    return tuple(
        (text.count("\n", 0, match.start()) + 1, match[match.lastgroup or 0])
        for match in _LINK.finditer(text)
    )


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
