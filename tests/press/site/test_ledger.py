"""The ledger lists every recorded claim with what was observed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from lab.source import source_hash
from press.evidence.records import RecordError
from press.site.ledger import ledger
from tests.press import records
from tests.press.miniature import BODY, front_matter, repository, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository without a measurement."""
    return repository(tmp_path)


def entries(root: Path) -> list[Tag]:
    return list(BeautifulSoup(ledger(root), "html.parser").select("article.entry"))


def text(entry: Tag, selector: str) -> str:
    (found,) = entry.select(selector)
    return found.get_text()


def failing(record: dict[str, Any]) -> dict[str, Any]:
    claim = record["claims"][0] | {"at_least": 9.0, "verdict": "does not hold"}
    return record | {"claims": [claim]}


def test_a_claim_stands_with_what_was_observed_and_whether_it_holds(root: Path) -> None:
    records.write(root, records.record(root))
    (entry,) = entries(root)
    assert text(entry, "h2") == "A pool serves at least 4× the requests"
    assert text(entry, ".headline__value") == "4.2×"
    assert text(entry, ".verdict--holds") == "Holds"
    assert text(entry, ".entry__deck").startswith("Claimed at least 4×, measured 4.2×")


def test_a_claim_that_does_not_hold_says_so(root: Path) -> None:
    records.write(root, failing(records.record(root)))
    (entry,) = entries(root)
    assert text(entry, ".verdict--fails") == "Does not hold"


def test_a_claim_leads_to_the_article_that_shows_it_and_to_its_data(root: Path) -> None:
    records.write(root, records.record(root))
    write(root, "docs/posts/pool.md", front_matter() + BODY + "\n[[pool-sizing.speedup]]\n")
    (entry,) = entries(root)
    links = {link["href"]: link.get_text() for link in entry.select("a")}
    assert links == {
        "site-root:pool/": "A pool is a queue",
        "site-root:measurements/pool-sizing.json": "2026-11-20",
    }


def test_a_claim_that_no_article_shows_names_its_command(root: Path) -> None:
    records.write(root, records.record(root))
    (entry,) = entries(root)
    assert text(entry, ".facts code") == "make measure NAME=pool-sizing"


def test_the_newest_record_comes_first(root: Path) -> None:
    records.write(root, records.record(root, "older", started="2026-10-01T00:00:00Z"))
    records.write(root, records.record(root, "newer", started="2026-11-01T00:00:00Z"))
    assert [entry["id"] for entry in entries(root)] == ["newer-1", "older-1"]


def test_a_record_without_a_run_that_counts_is_not_listed_in_silence(root: Path) -> None:
    records.write(root, records.record(root, void="the machine was busy"))
    with pytest.raises(RecordError, match="counts: the machine was busy"):
        ledger(root)


def test_a_claim_that_is_not_settled_says_so(root: Path) -> None:
    made = records.record(root)
    claim = made["claims"][0] | {"verdict": "not settled"}
    records.write(root, made | {"claims": [claim]})
    (entry,) = entries(root)
    assert text(entry, ".verdict--open") == "Not settled"


def test_a_claim_of_an_earlier_source_does_not_disappear(root: Path) -> None:
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
    now, withdrawn = entries(root)
    assert text(now, ".verdict--holds") == "Holds"
    assert withdrawn["id"] == "pool-sizing-earlier-1"
    assert text(withdrawn, "h2") == "A pool cures all"
    assert text(withdrawn, ".verdict--fails") == "Does not hold; no longer claimed"
    assert text(withdrawn, ".entry__deck") == (
        "Claimed at least 4×, measured 4.2× with an earlier form of the experiment."
    )
    assert text(withdrawn, "time") == "2026-10-01"


def test_an_empty_ledger_says_so(root: Path) -> None:
    assert ledger(root) == "<p>No claim has been recorded yet.</p>"


def test_a_claim_that_no_article_shows_leads_to_the_page_that_does(root: Path) -> None:
    records.write(root, records.record(root))
    page = "---\ntitle: The guarantee\ndescription: How.\n---\n\n[[pool-sizing.speedup]]\n"
    write(root, "docs/guarantee.md", page)
    (entry,) = entries(root)
    assert next(link["href"] for link in entry.select("a")) == "site-root:guarantee/"


def test_what_the_press_claims_of_itself_comes_last(root: Path) -> None:
    records.write(root, records.record(root))
    later = records.record(root, "press-speed", started="2026-11-21T10:12:13Z")
    write(root, "press/experiments/speed.py", "EXPERIMENT = 1\n")
    later |= {
        "module": "press.experiments.speed",
        "source": source_hash(root / "press/experiments/speed.py", root),
    }
    records.write(root, later)
    assert [entry["id"] for entry in entries(root)] == ["pool-sizing-1", "press-speed-1"]
