"""The ledger lists what is said, with the verdict of the runs, and below it our own claims."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from press.evidence.records import RecordError
from press.site.ledger import ledger, write_ledger
from press.sources.settings import load_settings
from tests.press import records
from tests.press.miniature import BODY, front_matter, repository, write

SAYING: dict[str, Any] = {
    "id": "never-without-a-pool",
    "article": "pool",
    "claim": "Never open a connection for each request",
    "said_by": [{"name": "A tutorial", "url": "https://tutorial.example/pool"}],
    "supported_by": [{"quantity": "pool-sizing.speedup"}],
    "figure": "pool-sizing.speedup",
    "counts": "the requests with a pool",
}
UNTESTABLE = {
    "id": "millions-a-day",
    "article": "pool",
    "claim": "It serves millions of requests a day",
    "said_by": [{"name": "A talk", "url": "https://talk.example/"}],
    "missing": "the rate in the busiest second",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with an article and a measurement."""
    repository(tmp_path)
    records.write(tmp_path, records.record(tmp_path))
    write(tmp_path, "docs/posts/pool.md", front_matter() + BODY)
    return tmp_path


def page(root: Path, *sayings: dict[str, Any]) -> BeautifulSoup:
    """The ledger that lists these."""
    meta = yaml.safe_dump({"title": "Ledger", "sayings": list(sayings)})
    write(root, "docs/ledger.md", f"---\n{meta}---\n\nIt is computed.\n")
    return BeautifulSoup(ledger(root), "html.parser")


def text(element: Tag, selector: str) -> str:
    (found,) = element.select(selector)
    return found.get_text()


def test_a_saying_stands_with_its_verdict_and_what_was_measured(root: Path) -> None:
    html = page(root, SAYING)
    (row,) = html.select("li.saying--holds")
    assert row["id"] == "never-without-a-pool"
    assert text(row, "h3") == "Never open a connection for each request"
    assert text(row, ".saying__verdict") == "Holds"
    assert text(row, ".saying__figure data") == "4.2×"
    assert "the requests with a pool" in text(row, ".saying__figure")
    assert text(row, "time") == "2026-11-20"


def test_it_leads_to_itself_to_its_data_to_who_says_it_and_to_the_article(root: Path) -> None:
    html = page(root, SAYING)
    assert {link["href"] for link in html.select(".group a")} == {
        "#never-without-a-pool",
        "site-root:measurements/pool-sizing.json",
        "https://tutorial.example/pool",
        "site-root:pool/",
    }
    assert text(html, ".group h2") == "A pool is a queue"


def test_what_speaks_for_it_and_what_against_make_a_condition(root: Path) -> None:
    against = [{"quantity": "pool-sizing.speedup", "at_least": 2}]
    html = page(root, SAYING | {"contradicted_by": against, "when": "the connection is far"})
    (row,) = html.select("li.saying--when")
    assert text(row, ".saying__verdict") == "Holds when the connection is far"


def test_what_is_not_settled_says_what_was_claimed_and_measured(root: Path) -> None:
    html = page(
        root, SAYING | {"supported_by": [{"quantity": "pool-sizing.speedup", "at_least": 4.2}]}
    )
    (row,) = html.select("li.saying--open")
    assert text(row, ".saying__verdict").startswith(
        "Not settled: pool against connection per request: claimed at least 4.2×, measured 4.2×"
    )


def test_what_cannot_be_tested_says_what_is_missing(root: Path) -> None:
    (row,) = page(root, UNTESTABLE).select("li.saying--untestable")
    assert text(row, ".saying__verdict") == (
        "Cannot be tested: it does not say the rate in the busiest second"
    )
    assert text(row, ".saying__figure--none") == "no figure"


def test_a_filter_for_each_verdict_that_occurs_counts_its_sayings(root: Path) -> None:
    html = page(root, SAYING, SAYING | {"id": "again"}, UNTESTABLE)
    picks = [pick.get_text() for pick in html.select(".pick")]
    assert picks == ["All 3", "Holds 2", "Cannot be tested 1"]


def test_articles_follow_each_other_as_in_the_series(root: Path) -> None:
    for name, part in (("zebra", 1), ("aardvark", 2)):
        series = {"name": "Scalable backends", "part": part}
        post = front_matter(title=f"The {name}", slug=name, series=series) + BODY
        write(root, f"docs/posts/{name}.md", post)
    html = page(
        root, SAYING, *({**UNTESTABLE, "id": a, "article": a} for a in ("aardvark", "zebra"))
    )
    titles = [heading.get_text() for heading in html.select(".group h2")]
    assert titles == ["The zebra", "The aardvark", "A pool is a queue"]


def test_our_own_claims_are_kept_below_those_of_earlier_sources_too(root: Path) -> None:
    made = records.record(root)
    old = made["claims"][0] | {"text": "A pool cures all", "verdict": "does not hold"}
    before = {
        "source": "0" * 12,
        "last": "2026-10-01T00:00:00Z",
        "runs": 1,
        "rounds": 3,
        "quantities": made["quantities"],
        "claims": [old, made["claims"][0] | {"verdict": "does not hold"}],
    }
    records.write(root, made | {"history": [before]})
    html = page(root)
    assert "2 bounds, 1 of them not borne out" in text(html, ".own summary")
    now, withdrawn = html.select(".own .claim")
    assert text(now, ".claim__verdict") == "holds"
    assert text(withdrawn, ".claim__verdict") == "does not hold; no longer claimed"
    assert text(withdrawn, ".claim__text") == "A pool cures all"
    assert text(withdrawn, ".claim__bound") == (
        "claimed at least 4×, measured 4.2× with an earlier form of the experiment; pool-sizing"
    )


def test_a_record_without_a_run_that_counts_is_not_listed_in_silence(root: Path) -> None:
    records.write(root, records.record(root, void="the machine was busy"))
    with pytest.raises(RecordError, match="counts: the machine was busy"):
        page(root)


def test_programs_read_the_same(root: Path) -> None:
    page(root, SAYING, UNTESTABLE)
    (root / "site").mkdir()
    write_ledger(root / "site", load_settings(root))
    tested, untestable = json.loads((root / "site" / "ledger.json").read_text(encoding="utf-8"))
    assert tested == {
        "id": "never-without-a-pool",
        "claim": "Never open a connection for each request",
        "verdict": "holds",
        "remark": "",
        "figure": {"text": "4.2×", "value": 4.25},
        "counts": "the requests with a pool",
        "article": {"slug": "pool", "title": "A pool is a queue"},
        "measurements": ["pool-sizing"],
        "measured": "2026-11-20",
        "said_by": [{"name": "A tutorial", "url": "https://tutorial.example/pool"}],
    }
    assert untestable["verdict"] == "cannot be tested"
    assert untestable["figure"] is None
