"""The ledger: every recorded claim, what was measured, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from press.evidence.records import Claim, Record, current, names
from press.evidence.units import NO_BREAK_SPACE, format_value
from press.figures.caption import SITE_ROOT, bounds
from press.sources.front_matter import Document, PostMeta
from press.sources.pages import address, documents, is_post
from press.sources.settings import load_settings


def ledger(root: Path = Path()) -> str:
    """All claims as a list, the newest record first; a sentence while there is none.

    What the press claims of itself comes last: readers come for backends.

    Raises:
        RecordError: if a record is incomplete or stale.
        SettingsError: if mkdocs.yml cannot be read.
    """
    records = sorted(
        (current(name, root) for name in names(root)),
        key=lambda record: (not record.module.startswith("press."), record.recorded),
        reverse=True,
    )
    pages = sorted(documents(load_settings(root)), key=lambda page: not is_post(page.path))
    entries = [entry for record in records for entry in _entries(record, pages)]
    return "".join(entries) or "<p>No claim has been recorded yet.</p>"


def _entries(record: Record, pages: list[Document]) -> Iterator[str]:
    page = _page(record, pages)
    day = f"{record.recorded:%Y-%m-%d}"
    data = f"{SITE_ROOT}measurements/{record.name}.json"
    for at, claim in enumerate(record.claims, start=1):
        kind, verdict = ("holds", "Holds") if claim.holds else ("fails", "Does not hold")
        yield (
            f'<article class="entry" id="{record.name}-{at}">{_observed(record, claim)}'
            f'<div class="entry__text"><p class="verdict verdict--{kind}">{verdict}</p>'
            f'<h2 class="entry__title">{escape(claim.text)}</h2>'
            f'<p class="entry__deck">{escape(_sentence(bounds(record, claim)))}</p>'
            f'<ul class="facts"><li>{page}</li><li><a href="{data}">'
            f'<time datetime="{day}">{day}</time></a></li></ul></div></article>'
        )


def _observed(record: Record, claim: Claim) -> str:
    """What was observed, set as the number that leads an article is."""
    quantity = record.quantity(claim.quantity)
    number, _, unit = format_value(claim.observed, quantity.unit, quantity.digits).partition(
        NO_BREAK_SPACE
    )
    long = " headline--long" if len(number) > 5 else ""
    shown = f' <span class="headline__unit">{escape(unit)}</span>' if unit else ""
    return (
        f'<p class="headline{long}"><data class="headline__value" value="{claim.observed:.10g}">'
        f"{escape(number)}{shown}</data></p>"
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


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
