"""What catches what: a table of things that may be caught, and of what may catch them.

A cell is a disc where something is caught in every round, a ring where it is in none, and otherwise
how many rounds it is caught in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from lab.pooling import Pooled
from press.evidence.quantities import marked_up, plain
from press.evidence.records import MeasurementError, Record, current
from press.figures.caption import failing, provenance
from press.figures.identifiers import identifier
from press.figures.selection import chosen, known

# For the eye alone, as the discs: each cell says it in a word.
_KEY = (
    '<p class="matrix__key" aria-hidden="true">'
    '<span><span class="dot dot--caught"></span> caught</span> '
    '<span><span class="dot dot--missed"></span> missed</span></p>'
)


def matrix(
    name: str,
    *,
    title: str,
    head: str,
    groups: Mapping[str, Sequence[str]],
    columns: str | Sequence[str] | None = None,
    controls: Sequence[str] = (),
) -> str:
    """A row for each thing that may be caught, a column for each variant that may catch it.

    The measurement has a metric for each row, which is 1 where it was caught and 0 where not. The
    last row counts what a variant caught in every round.

    Args:
        name: the measurement.
        title: the caption; it may hold `[[…]]`.
        head: what the rows are, above their names.
        groups: for each heading the metrics of the rows below it, in this order.
        columns: variants in the order wanted; all if not given.
        controls: rows that the last one does not count.

    Raises:
        MeasurementError: for an unknown measurement, variant or metric, a control that is no row,
            or a value that is neither 0 nor 1.
        RecordError: if no run of the record counts, or it is stale.
    """
    record = current(name)
    variants = chosen(record, columns)
    metrics = [metric for group in groups.values() for metric in group]
    for control in controls:
        known("row", control, metrics)
    cells = {
        (metric, variant): _either(record.values(metric, variant), metric, variant)
        for metric in metrics
        for variant in variants
    }
    body = "".join(
        f'<tbody><tr class="matrix__group"><th scope="rowgroup" colspan="{len(variants) + 1}">'
        f"{escape(heading)}</th></tr>"
        + "".join(
            f'<tr><th scope="row">{escape(record.metric(metric).label)}</th>'
            + "".join(_cell(cells[metric, variant]) for variant in variants)
            + "</tr>"
            for metric in group
        )
        + "</tbody>"
        for heading, group in groups.items()
    )
    counted = [metric for metric in metrics if metric not in controls]
    caught = "".join(
        f"<td>{sum(min(cells[metric, variant]) == 1 for metric in counted)}</td>"
        for variant in variants
    )
    return (
        f'<figure class="figure figure--matrix" id="{escape(identifier("matrix", name))}">'
        f'<table class="matrix" aria-label="{escape(plain(title))}">'
        f"<caption>{marked_up(title)}{_KEY}</caption>"
        f'<thead><tr><th scope="col">{escape(head)}</th>'
        f"{''.join(_heading(record, variant) for variant in variants)}</tr></thead>{body}"
        f'<tfoot><tr><th scope="row">Caught, of {len(counted)}</th>{caught}</tr></tfoot></table>'
        f"<figcaption>{failing(record)}{provenance(record, list(cells.values()), of='Worst')}"
        "</figcaption></figure>"
    )


def _heading(record: Record, variant: str) -> str:
    return f'<th scope="col"><span>{escape(record.variant(variant).label)}</span></th>'


def _either(pooled: Pooled, metric: str, variant: str) -> Pooled:
    if not set(pooled) <= {0.0, 1.0}:
        raise MeasurementError(
            f"metric {metric!r} of variant {variant!r} is neither 0 nor 1", "Choose another."
        )
    return pooled


def _cell(pooled: Pooled) -> str:
    times, rounds = round(sum(pooled)), len(pooled)
    if 0 < times < rounds:
        shown = f'<span aria-hidden="true">{times}/{rounds}</span>'
        return f'<td>{shown}<span class="unseen">caught in {times} of {rounds} rounds</span></td>'
    kind = "caught" if times else "missed"
    return f'<td><span class="dot dot--{kind}"></span><span class="unseen">{kind}</span></td>'
