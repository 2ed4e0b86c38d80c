"""The table of medians that stands alone or below a drawing as its data."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from lab.pooling import Pooled
from press.evidence.quantities import marked_up, plain
from press.evidence.records import digits
from press.evidence.units import common_scale, format_number


@dataclass(frozen=True)
class Column:
    """The numbers of a column, all in one unit.

    Attributes:
        label: what they are.
        unit: as recorded.
        cells: for each row what the median is of; None where nothing was measured.
    """

    label: str
    unit: str
    cells: tuple[Pooled | None, ...]


@dataclass(frozen=True)
class Table:
    """A table of medians.

    Attributes:
        title: its caption; it may hold `[[…]]`.
        stubs: the headings of the columns that name a row: its name, then its numbers.
        rows: for each row its names, one for each stub.
        columns: its numbers.
        baseline: the rows with which the others are compared.
    """

    title: str
    stubs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    baseline: frozenset[int] = frozenset()

    @property
    def shown(self) -> list[Pooled]:
        """What is behind every number of the table."""
        return [cell for column in self.columns for cell in column.cells if cell is not None]


def rendered(data: Table) -> str:
    """A table as HTML; it scrolls by itself where the screen is too narrow for it."""
    scales = [
        common_scale((cell.median for cell in column.cells if cell), column.unit)
        for column in data.columns
    ]
    first, *others = data.stubs
    head = f'<th scope="col">{escape(first)}</th>' if first else "<td></td>"
    head += "".join(f'<th scope="col" class="number">{escape(stub)}</th>' for stub in others)
    for column, scale in zip(data.columns, scales, strict=True):
        unit = f' <span class="unit">({escape(scale.unit)})</span>' if scale.unit else ""
        head += f'<th scope="col" class="number">{escape(column.label)}{unit}</th>'
    body = ""
    for at, names in enumerate(data.rows):
        kind = ' class="baseline"' if at in data.baseline else ""
        body += f'<tr{kind}><th scope="row">{escape(names[0])}</th>'
        body += "".join(f'<td class="number">{escape(name)}</td>' for name in names[1:])
        for column, scale in zip(data.columns, scales, strict=True):
            body += _cell(column.cells[at], scale.factor)
        body += "</tr>"
    return (
        '<div class="figure__scroll" role="region" tabindex="0" '
        f'aria-label="{escape(plain(data.title))}">'
        f'<table class="measurements"><caption>{marked_up(data.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(measured: Pooled | None, factor: float) -> str:
    if measured is None:
        return '<td class="number">—</td>'
    shown = measured.scaled(factor)
    median, low, high = (
        format_number(value, digits(shown, value)) for value in (shown.median, *shown.interval)
    )
    beside = f' <span class="spread">{low}–{high}</span>' if low != high else ""
    return f'<td class="number">{median}{beside}</td>'
