"""What an experiment claimed, and whether its runs bear it out."""

from __future__ import annotations

from html import escape

from lab.record import Claim
from lab.verdict import Verdict
from press.evidence.records import MeasurementError, current
from press.figures.caption import bounds, provenance
from press.figures.identifiers import identifier

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
    items = "".join(
        list_item(claim, claim.verdict, escape(bounds(record, claim))) for claim in record.claims
    )
    shown = [record.pooled_quantity(claim.quantity) for claim in record.claims]
    ident = identifier("claims", name)
    return (
        f'<aside class="claims" id="{escape(ident)}" aria-label="{escape(f"{title}: {name}")}">'
        f'<p class="claims__title">{escape(title)}</p>'
        f'<ul class="claims__list">{items}</ul>{provenance(record, shown)}</aside>'
    )


def list_item(claim: Claim, verdict: str, bound: str) -> str:
    """A claim as an item of a list.

    Args:
        claim: whose mark it has.
        verdict: as it is said.
        bound: what was claimed and measured, as HTML.
    """
    return (
        f'<li class="claim claim--{CSS_CLASSES[claim.verdict]}">'
        f'<strong class="claim__verdict">{verdict}</strong> '
        f'<span class="claim__text">{escape(claim.text)}</span> '
        f'<span class="claim__bound">{bound}</span></li>'
    )
