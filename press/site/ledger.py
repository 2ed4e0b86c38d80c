"""The ledger: every recorded claim, what was measured, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from lab.record import Claim, Earlier, Quantity
from press.evidence.records import Record, current, digits, names
from press.evidence.units import NO_BREAK_SPACE, format_value
from press.figures.caption import SITE_ROOT, bounds, earlier_bounds
from press.figures.verdicts import CSS_CLASSES
from press.sources.front_matter import Document, PostMeta
from press.sources.pages import address, documents, is_post
from press.sources.settings import load_settings


def ledger(root: Path = Path()) -> str:
    """All claims as a list, the newest record first; a sentence while there is none.

    What the press claims of itself comes last: readers come for backends.

    Raises:
        RecordError: if no run of a record counts, or it is stale.
        SettingsError: if mkdocs.yml cannot be read.
    """
    records = sorted(
        (current(name, root) for name in names(root)),
        key=lambda record: (not record.module.startswith("press."), record.last.started),
        reverse=True,
    )
    pages = sorted(documents(load_settings(root)), key=lambda page: not is_post(page.path))
    entries = [entry for record in records for entry in _entries(record, pages)]
    return "".join(entries) or "<p>No claim has been recorded yet.</p>"


def _entries(record: Record, pages: list[Document]) -> Iterator[str]:
    page = _page(record, pages)
    for at, claim in enumerate(record.claims, start=1):
        day = f"{record.last.started:%Y-%m-%d}"
        yield _entry(
            f"{record.name}-{at}",
            claim,
            _observed(record.quantity(claim.quantity)),
            claim.verdict,
            bounds(record, claim),
            (page, _data(record, day)),
        )
    for at, (before, claim) in enumerate(_withdrawn(record), start=1):
        day = f"{before.last:%Y-%m-%d}"
        yield _entry(
            f"{record.name}-earlier-{at}",
            claim,
            _observed(before.quantities[claim.quantity]),
            f"{claim.verdict}; no longer claimed",
            earlier_bounds(before, claim),
            (page, _data(record, day)),
        )


def _withdrawn(record: Record) -> list[tuple[Earlier, Claim]]:
    """Claims of earlier sources that are not made any more: they do not disappear in silence."""
    latest = {claim.text: (before, claim) for before in record.history for claim in before.claims}
    made = {claim.text for claim in record.claims}
    return [found for text, found in latest.items() if text not in made]


def _entry(
    ident: str,
    claim: Claim,
    observed: str,
    verdict: str,
    deck: str,
    facts: Sequence[str],
) -> str:
    items = "".join(f"<li>{fact}</li>" for fact in facts)
    return (
        f'<article class="entry" id="{ident}">{observed}'
        f'<div class="entry__text"><p class="verdict verdict--{CSS_CLASSES[claim.verdict]}">'
        f"{_capital(verdict)}</p>"
        f'<h2 class="entry__title">{escape(claim.text)}</h2>'
        f'<p class="entry__deck">{escape(_capital(deck))}.</p>'
        f'<ul class="facts">{items}</ul></div></article>'
    )


def _data(record: Record, day: str) -> str:
    address = f"{SITE_ROOT}measurements/{record.name}.json"
    return f'<a href="{address}"><time datetime="{day}">{day}</time></a>'


def _observed(quantity: Quantity) -> str:
    """What was observed, set as the number that leads an article is."""
    values = quantity.median, quantity.low, quantity.high
    worth = digits(values, quantity.median, quantity.digits)
    number, _, unit = format_value(quantity.median, quantity.unit, worth).partition(NO_BREAK_SPACE)
    long = " headline--long" if len(number) > 5 else ""
    shown = f' <span class="headline__unit">{escape(unit)}</span>' if unit else ""
    return (
        f'<p class="headline{long}"><data class="headline__value" value="{quantity.median:.10g}">'
        f"{escape(number)}{shown}</data></p>"
    )


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _page(record: Record, pages: list[Document]) -> str:
    """A link to the first page that shows the measurement; its command if none does."""
    for page in pages:
        if page.meta is None:
            continue
        headline = page.meta.headline if isinstance(page.meta, PostMeta) else None
        if record.name in page.body or (headline and headline.measurement == record.name):
            return (
                f'<a href="{SITE_ROOT}{address(page)}/">{escape(page.meta.title or page.path)}</a>'
            )
    return f"<code>{escape(record.command)}</code>"
