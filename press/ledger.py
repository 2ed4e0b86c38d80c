"""The ledger: every recorded claim, what was measured, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from press.corpus import documents, posts
from press.figures.caption import SITE_ROOT, bounds
from press.measurements import Claim, Record, current, names
from press.settings import load_settings

_HEAD = ("Claim", "Measured", "Verdict", "Article", "Recorded")


def ledger(root: Path = Path()) -> str:
    """All claims as one table, the newest record first; a sentence while there is none.

    Raises:
        RecordError: if a record is incomplete or stale.
        SettingsError: if mkdocs.yml cannot be read.
    """
    records = sorted(
        (current(name, root) for name in names(root)), key=lambda record: record.recorded
    )
    rows = [row for record in reversed(records) for row in _rows(record, root)]
    if not rows:
        return "<p>No claim has been recorded yet.</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
    return (
        '<div class="table" role="group" aria-label="Claims" tabindex="0">'
        f'<table class="claims-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _rows(record: Record, root: Path) -> Iterator[str]:
    article = _article(record, root)
    day = f"{record.recorded:%Y-%m-%d}"
    address = f"{SITE_ROOT}measurements/{record.name}.json"
    for claim in record.claims:
        yield (
            f'<tr id="{record.name}-{escape(claim.quantity)}">'
            f'<th scope="row">{escape(claim.text)}</th><td>{escape(bounds(record, claim))}</td>'
            f"<td>{_verdict(claim)}</td><td>{article}</td>"
            f'<td><a href="{address}"><time datetime="{day}">{day}</time></a></td></tr>'
        )


def _verdict(claim: Claim) -> str:
    return "holds" if claim.holds else '<strong class="fails">does not hold</strong>'


def _article(record: Record, root: Path) -> str:
    """A link to the first article that shows the measurement; its command if none does."""
    for page, meta in posts(documents(load_settings(root))):
        led = meta.headline is not None and meta.headline.measurement == record.name
        if led or record.name in page.body:
            return f'<a href="{SITE_ROOT}{meta.slug}/">{escape(meta.title)}</a>'
    return f"<code>{escape(record.command)}</code>"
