"""What an experiment claimed, and whether its runs bear it out."""

from __future__ import annotations

from html import escape

from press.evidence.records import MeasurementError, current
from press.figures.caption import bounds, provenance


def claims(name: str, *, title: str = "What the runs say") -> str:
    """The claims of a measurement with their verdicts, holding or not.

    Args:
        name: the measurement.
        title: the line above them.

    Raises:
        MeasurementError: for an unknown measurement, or one that claims nothing.
        RecordError: if the record is incomplete or stale.
    """
    record = current(name)
    if not record.claims:
        raise MeasurementError(
            f"measurement {name!r} makes no claim", "Declare one in its experiment."
        )
    items = ""
    for claim in record.claims:
        kind, verdict = ("holds", "holds") if claim.holds else ("fails", "does not hold")
        items += (
            f'<li class="claim claim--{kind}"><strong class="claim__verdict">{verdict}</strong> '
            f'<span class="claim__text">{escape(claim.text)}</span> '
            f'<span class="claim__bound">{escape(bounds(record, claim))}</span></li>'
        )
    samples = [record.quantity(claim.quantity).values for claim in record.claims]
    ident = f"claims-{name}"
    return (
        f'<aside class="claims" id="{escape(ident)}" aria-label="{escape(f"{title}: {name}")}">'
        f'<p class="claims__title">{escape(title)}</p>'
        f'<ul class="claims__list">{items}</ul>{provenance(record, samples)}</aside>'
    )
