"""What is wrong with what the ledger lists: evidence that is not there, a verdict without words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from press.evidence.quantities import number
from press.evidence.records import MeasurementError
from press.problems import Finding, close_and_existing
from press.sources.front_matter import Document
from press.sources.judging import claims, judge
from press.sources.pages import posts
from press.sources.sayings import Evidence, LedgerMeta, Saying

_WORDS = {
    "holds when": ("when", "the condition under which it does"),
    "does not hold": ("instead", "what is so instead"),
}


def check_sayings(pages: list[Document], root: Path) -> Iterator[Finding]:
    """Find what is wrong with the sayings of the ledger.

    Args:
        pages: all pages; articles are what sayings name.
        root: the repository.
    """
    slugs = [meta.slug for _, meta in posts(pages)]
    for page in pages:
        if not isinstance(page.meta, LedgerMeta):
            continue
        taken: dict[str, int] = {}
        for at, saying in enumerate(page.meta.sayings):
            line = page.line("sayings", at, "id")
            if saying.id in taken:
                what = f"the id '{saying.id}' is that of line {taken[saying.id]} too"
                yield Finding(page.path, line, what, "Give one of the two another.")
            taken.setdefault(saying.id, line)
            if saying.article not in slugs:
                what = f"no article has the slug '{saying.article}'"
                remedy = close_and_existing(saying.article, slugs)
                yield Finding(page.path, page.line("sayings", at, "article"), what, remedy)
            yield from _check(page, at, saying, root)


def _check(page: Document, at: int, saying: Saying, root: Path) -> Iterator[Finding]:
    found = [*_form(page, at, saying), *_evidence(page, at, saying, root)]
    yield from found
    if found:
        return
    verdict = judge(saying, root).verdict
    if verdict in _WORDS and not getattr(saying, _WORDS[verdict][0]):
        key, means = _WORDS[verdict]
        what = f"the verdict on '{saying.id}' is '{verdict}', and '{key}' is missing"
        remedy = f"Add {key}: {means}. The verdict is computed from the runs."
        yield Finding(page.path, page.line("sayings", at, "id"), what, remedy)


def _form(page: Document, at: int, saying: Saying) -> Iterator[Finding]:
    here = page.line("sayings", at, "id")
    has_evidence = bool(saying.supported_by or saying.contradicted_by)
    if has_evidence == bool(saying.missing):
        what = f"'{saying.id}' has " + ("both evidence and" if has_evidence else "no evidence, nor")
        remedy = "Give supported_by or contradicted_by, or else missing: what it does not say."
        yield Finding(page.path, here, f"{what} something that is missing from it", remedy)
    if bool(saying.figure) != bool(saying.counts):
        what = f"'{saying.id}' has only one of figure and counts"
        yield Finding(page.path, here, what, "Give both: a number, and text that says of what.")
    for key, place, part in _parts(saying):
        bounded = part.at_least is not None or part.at_most is not None
        if bool(part.quantity) == bool(part.test) or (part.test and bounded):
            line = page.line("sayings", at, key, place)
            remedy = "Give a quantity, with at_least or at_most or without, or else a test."
            yield Finding(page.path, line, f"'{key}' is not one piece of evidence", remedy)


def _evidence(page: Document, at: int, saying: Saying, root: Path) -> Iterator[Finding]:
    for key, place, part in _parts(saying):
        try:
            claims(part, root)
        except MeasurementError as error:
            line = page.line("sayings", at, key, place)
            yield Finding(page.path, line, error.what, error.remedy)
    if saying.figure:
        try:
            number(saying.figure, root)
        except MeasurementError as error:
            line = page.line("sayings", at, "figure")
            yield Finding(page.path, line, error.what, error.remedy)


def _parts(saying: Saying) -> Iterator[tuple[str, int, Evidence]]:
    """Each piece of evidence, with its key and its place in the list below it."""
    for key in ("supported_by", "contradicted_by"):
        for place, part in enumerate(getattr(saying, key)):
            yield key, place, part
