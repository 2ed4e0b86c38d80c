"""An article says how often it was wrong, and folds away what was."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader

from lab.repository import ROOT
from press.sources.front_matter import Correction

SOME = [
    Correction(date=date(2026, 11, 9), text="The second."),
    Correction(date=date(2026, 11, 5), text="The first."),
    Correction(date=date(2026, 11, 9), text="The third."),
]


def shown(corrections: list[Correction]) -> BeautifulSoup:
    """The part of an article's page about what was corrected."""
    templates = Environment(loader=FileSystemLoader(ROOT / "overrides"), autoescape=True)
    templates.filters["date"] = str
    page = SimpleNamespace(meta=SimpleNamespace(corrections=corrections))
    html = templates.get_template("partials/corrections.html").render(page=page)
    return BeautifulSoup(html, "html.parser")


def test_the_fold_says_how_many_there_are_and_of_when_the_last_is() -> None:
    assert shown(SOME).select("details > summary")[0].get_text() == (
        "3 corrections, the last of 2026-11-09"
    )
    assert shown(SOME[1:2]).select("details > summary")[0].get_text() == (
        "1 correction, the last of 2026-11-05"
    )


def test_the_newest_day_stands_first_and_once() -> None:
    lines = shown(SOME).select("dl > *")

    assert [(line.name, line.get_text()) for line in lines] == [
        ("dt", "2026-11-09"),
        ("dd", "The second."),
        ("dd", "The third."),
        ("dt", "2026-11-05"),
        ("dd", "The first."),
    ]


def test_an_article_without_corrections_has_no_such_part() -> None:
    assert not shown([]).contents
