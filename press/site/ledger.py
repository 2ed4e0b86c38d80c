"""The ledger: what is said about backends, what was measured, and whether it holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from lab.record import Claim
from press.evidence.records import Record, current, names
from press.figures.caption import SITE_ROOT, bounds, data_address, earlier_bounds
from press.figures.verdicts import CSS_CLASSES, list_item
from press.sources.front_matter import Document, PostMeta
from press.sources.judging import Judged, Said, judge
from press.sources.pages import documents, posts
from press.sources.sayings import LedgerMeta
from press.sources.settings import Settings, load_settings

DATA = "ledger.json"
"""Where a built site has the ledger for programs."""

# The classes that verdicts have in the style sheet, in the order in which the filters stand.
_CSS_CLASSES: dict[Said, str] = {
    "holds": CSS_CLASSES["holds"],
    "holds when": "when",
    "does not hold": CSS_CLASSES["does not hold"],
    "not settled": CSS_CLASSES["not settled"],
    "cannot be tested": "untestable",
}


def ledger(root: Path = Path()) -> str:
    """All sayings by the article that tries them, with filters, and below them our own claims.

    Raises:
        MeasurementError: for evidence that does not exist.
        RecordError: if no run of a record counts, or it is stale.
        SettingsError: if mkdocs.yml cannot be read.
    """
    pages = documents(load_settings(root))
    judged = _judged(pages, root)
    groups = "".join(
        _group(at, slug, title, [one for one in judged if one.saying.article == slug])
        for at, (slug, title) in enumerate(_articles(pages, judged))
    )
    data = f'<p class="sayings__data"><a href="{SITE_ROOT}{DATA}">The ledger as JSON</a></p>'
    return f'<div class="sayings">{_filters(judged)}{groups}</div>{_own(root)}{data}'


def write_ledger(site: Path, settings: Settings) -> None:
    """Write what the ledger holds into a built site, for programs."""
    sayings = _listed(documents(settings), settings.root)
    (site / DATA).write_text(json.dumps(sayings, ensure_ascii=False), encoding="utf-8")


def _listed(pages: list[Document], root: Path) -> list[dict[str, Any]]:
    titles = dict(_articles(pages, judged := _judged(pages, root)))
    return [
        {
            "id": one.saying.id,
            "claim": one.saying.claim,
            "verdict": one.verdict,
            "remark": _remark(one),
            "figure": one.figure and {"text": one.figure.text, "value": one.figure.value},
            "counts": one.saying.counts,
            "article": {"slug": one.saying.article, "title": titles.get(one.saying.article)},
            "measurements": [record.name for record in one.records],
            "measured": max(map(_day, one.records), default=None),
            "said_by": [place.model_dump() for place in one.saying.said_by],
        }
        for one in judged
    ]


def _judged(pages: list[Document], root: Path) -> list[Judged]:
    sayings = (page.meta.sayings for page in pages if isinstance(page.meta, LedgerMeta))
    return [judge(saying, root) for some in sayings for saying in some]


def _articles(pages: list[Document], judged: list[Judged]) -> list[tuple[str, str]]:
    """The articles that sayings name, in the order of the series."""
    named = {one.saying.article for one in judged}
    metas = [meta for _, meta in posts(pages) if meta.slug in named]
    metas.sort(key=_place)
    return [(meta.slug, meta.title) for meta in metas]


def _place(meta: PostMeta) -> tuple[int, str]:
    return (meta.series.part if meta.series else 1_000, meta.slug)


def _filters(judged: list[Judged]) -> str:
    """One radio for each verdict that occurs; the style sheet hides what is not picked."""
    counts = Counter(one.verdict for one in judged)
    picks = [_pick("all", "", "All", len(judged), " checked")]
    picks += [
        _pick(css, _mark(css), verdict.capitalize(), counts[verdict], "")
        for verdict, css in _CSS_CLASSES.items()
        if counts[verdict]
    ]
    return (
        '<div class="picks"><fieldset><legend class="unseen">Verdict</legend>'
        f"{''.join(picks)}</fieldset>"
        '<label class="seek" hidden><span class="unseen">Words in a claim</span>'
        '<input type="search" placeholder="Words in a claim"></label></div>'
        '<p class="sayings__none" role="status"></p>'
    )


def _pick(css: str, mark: str, word: str, count: int, checked: str) -> str:
    return (
        f'<label class="pick"><input type="radio" name="verdict" id="pick-{css}"{checked}>{mark}'
        f'<span class="pick__word">{word}</span> <span class="pick__count">{count}</span></label>'
    )


def _group(at: int, slug: str, title: str, judged: list[Judged]) -> str:
    rows = "".join(map(_row, judged))
    return (
        f'<section class="group" aria-labelledby="group-{at}"><h2 id="group-{at}">'
        f'<a href="{SITE_ROOT}{slug}/">{escape(title)}</a></h2><ol class="group__list">{rows}</ol>'
        "</section>"
    )


def _row(one: Judged) -> str:
    css, word = _CSS_CLASSES[one.verdict], one.verdict.capitalize()
    remark = _remark(one)
    colon = ":" if remark and one.verdict != "holds when" else ""
    said = f" <span>{escape(remark)}</span>" if remark else ""
    by = ", ".join(
        f'<a href="{escape(place.url)}">{escape(place.name)}</a>' for place in one.saying.said_by
    )
    ident = one.saying.id
    return (
        f'<li class="saying saying--{css}" id="{ident}">{_mark(css)}'
        f'<h3 class="saying__claim"><a href="#{ident}">{escape(one.saying.claim)}</a></h3>'
        f'<p class="saying__verdict"><strong>{word}{colon}</strong>{said}</p>{_figure(one)}'
        f'<p class="saying__by"><span class="unseen">Said by </span>{by}</p></li>'
    )


def _figure(one: Judged) -> str:
    data = "".join(
        f' <a class="saying__data" href="{data_address(record)}">'
        f'<time datetime="{_day(record)}">{_day(record)}</time></a>'
        for record in one.records[:1]
    )
    if one.figure is None:
        return f'<p class="saying__figure saying__figure--none">no figure{data}</p>'
    return (
        f'<p class="saying__figure"><data value="{one.figure.value:.10g}" '
        f'title="{escape(one.figure.title)}">{escape(one.figure.text)}</data> '
        f"<span>{escape(one.saying.counts or '')}</span>{data}</p>"
    )


def _mark(css: str) -> str:
    return f'<span class="mark mark--{css}" aria-hidden="true"></span>'


def _remark(one: Judged) -> str:
    """What follows the verdict."""
    match one.verdict:
        case "holds when":
            return one.saying.when or ""
        case "does not hold":
            return one.saying.instead or ""
        case "cannot be tested":
            return f"it does not say {one.saying.missing}"
        case "not settled":
            return "; ".join(f"{claim.text}: {bounds(record, claim)}" for record, claim in one.open)
        case "holds":
            return ""


def _day(record: Record) -> str:
    return f"{record.last.started:%Y-%m-%d}"


def _own(root: Path) -> str:
    """What our own experiments claimed, folded: each stands below its figure too.

    But for claims of earlier sources, which are kept here, so that none disappears in silence.
    """
    records = sorted(
        (current(name, root) for name in names(root)),
        key=lambda record: record.module.startswith("press."),
    )
    rows = [row for record in records for row in _claimed(record)]
    if not rows:
        return ""
    open_ones = sum("claim--holds" not in row for row in rows)
    return (
        f'<details class="own"><summary>What we claimed before we measured: {len(rows)} bounds, '
        f'{open_ones} of them not borne out</summary><ul class="claims__list">{"".join(rows)}</ul>'
        "</details>"
    )


def _claimed(record: Record) -> Iterator[str]:
    for claim in record.claims:
        yield _bound(record, claim, claim.verdict, bounds(record, claim))
    latest = {claim.text: (before, claim) for before in record.history for claim in before.claims}
    made = {claim.text for claim in record.claims}
    for text, (before, claim) in latest.items():
        if text not in made:
            verdict = f"{claim.verdict}; no longer claimed"
            yield _bound(record, claim, verdict, earlier_bounds(before, claim))


def _bound(record: Record, claim: Claim, verdict: str, deck: str) -> str:
    data = f'<a href="{data_address(record)}">{record.name}</a>'
    return list_item(claim, verdict, f"{escape(deck)}; {data}")
