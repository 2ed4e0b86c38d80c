"""What an experiment claimed, and whether its runs bear it out."""

from __future__ import annotations

from html import escape

from lab.verdict import Verdict
from press.evidence.records import MeasurementError, current
from press.figures.caption import bounds, provenance

CSS_CLASSES: dict[Verdict, str] = {
    "holds": "holds",
    "does not hold": "fails",
    "not settled": "open",
}


def claims(name: str, *, title: str = "What the runs say") -> str:
    """The claims of a measurement with their verdicts.

    Args:
        name: the measurement.
        title: the line above them.

    Raises:
        MeasurementError: for an unknown measurement, or one that claims nothing.
        RecordError: if no run of the record counts, or it is stale.
    """
    record = current(name)
    if not record.claims:
        raise MeasurementError(
            f"measurement {name!r} makes no claim", "Declare one in its experiment."
        )
    items = ""
    for claim in record.claims:
        kind = CSS_CLASSES[claim.verdict]
        items += (
            f'<li class="claim claim--{kind}">'
            f'<strong class="claim__verdict">{claim.verdict}</strong> '
            f'<span class="claim__text">{escape(claim.text)}</span> '
            f'<span class="claim__bound">{escape(bounds(record, claim))}</span></li>'
        )
    shown = [record.pooled_quantity(claim.quantity) for claim in record.claims]
    ident = f"claims-{name}"
    return (
        f'<aside class="claims" id="{escape(ident)}" aria-label="{escape(f"{title}: {name}")}">'
        f'<p class="claims__title">{escape(title)}</p>'
        f'<ul class="claims__list">{items}</ul>{provenance(record, shown)}</aside>'
    )
