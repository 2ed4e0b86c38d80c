"""The part of the editorial standard that a machine can hold an author to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from press.problems import Finding
from press.sources.prose import (
    MORE,
    prose,
    sections,
    without_code,
    without_quotes,
    words,
    words_before_fold,
)

ARTICLE_WORDS = range(1200, 2501)
OPENING_WORDS = 90
TAKE_AWAYS = 3

_ITEM = re.compile(r"^ {0,3}(?:[-*+]|\d+[.)])[ \t]", re.MULTILINE)
_ADDRESS = re.compile(r"\]\(|\]\[|<https?:")

SECTIONS = ("Where this stops being true", "Take-aways", "Sources")


class Wording(NamedTuple):
    """Words that the standard refuses in prose; a space in a pattern stands for any white space."""

    pattern: re.Pattern[str]
    why: str
    remedy: str


def _wording(pattern: str, why: str, remedy: str) -> Wording:
    spread = pattern.replace("'", "['\u2019]").replace(" ", r"\s+")
    return Wording(re.compile(spread, re.IGNORECASE), why, remedy)


WORDINGS = (
    _wording(
        r"\b(?:blazing(?:ly)?|robust(?:ly)?|seamless(?:ly)?|powerful(?:ly)?|crucial(?:ly)?"
        r"|simply|just)\b",
        "was not measured",
        "Delete it, or give the number.",
    ),
    _wording(
        r"\bin this (?:post|article|section),? (?:we|you|i)\b|\blet's (?:dive|get started)\b"
        r"|\bdive in(?:to)?\b|\bit(?: is|'s) (?:important|worth) (?:to note|noting)\b",
        "delays the sentence",
        "Begin with what follows it.",
    ),
    _wording(r"!(?<=[\w)\]\"”*_]!)(?!\S*\w)", "is an exclamation", "End with a period."),
    _wording("[\U0001f300-\U0001faff]", "is an emoji", "Delete it."),
)


@lru_cache(maxsize=4096)
def check_wording(path: str, body: str, first: int) -> tuple[Finding, ...]:
    """The words, phrases and marks that the standard refuses, each at its line.

    Args:
        path: the page as an author names it.
        body: its Markdown, without the front matter.
        first: the line of the file on which the body begins.
    """
    text = without_quotes(prose(body))
    return tuple(
        Finding(
            path,
            first + text.count("\n", 0, match.start()),
            f"'{' '.join(match[0].split())}' {why}",
            remedy,
        )
        for pattern, why, remedy in WORDINGS
        for match in pattern.finditer(text)
    )


@lru_cache(maxsize=4096)
def check_shape(path: str, body: str, first: int) -> tuple[Finding, ...]:
    """What an article that is not a draft lacks, or has too much of; arguments as above."""
    return tuple(_shape(path, body, first))


def _shape(path: str, body: str, first: int) -> Iterator[Finding]:
    if (count := words(body)) not in ARTICLE_WORDS:
        least, most = ARTICLE_WORDS[0], ARTICLE_WORDS[-1]
        remedy = f"An article has {least:,} to {most:,}, code not counted; a draft may have fewer."
        yield Finding(path, first, f"the article has {count:,} words", remedy)

    opening = words_before_fold(body)
    if opening is None:
        remedy = f"Put {MORE} on a line of its own below the opening."
        yield Finding(path, first, "the opening has no end", remedy)
    elif opening > OPENING_WORDS:
        remedy = f"Give the symptom and the answer in at most {OPENING_WORDS}."
        yield Finding(path, first, f"the opening has {opening} words", remedy)

    found = {section.title.casefold(): section for section in sections(body)}
    for title in SECTIONS:
        if title.casefold() not in found:
            what, remedy = f"the section '{title}' is missing", f"Begin it with ## {title}"
            yield Finding(path, first, what, remedy)
    if section := found.get("take-aways"):
        count = len(_ITEM.findall(section.text))
        if not 1 <= count <= TAKE_AWAYS:
            remedy = f"List one to {TAKE_AWAYS} that a reader could put into a code review."
            yield Finding(path, first + section.line - 1, f"{count} take-aways are listed", remedy)
    if (section := found.get("sources")) and not _ADDRESS.search(without_code(section.text)):
        remedy = "Link at least one primary source, and say what it supports."
        yield Finding(path, first + section.line - 1, "the section 'Sources' links nothing", remedy)
