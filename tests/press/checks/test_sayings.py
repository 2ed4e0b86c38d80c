"""What is wrong in the ledger's list is told by file and line, and before anything is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from press.checks.sources import check_sources
from tests.press import records
from tests.press.miniature import BODY, NOW, front_matter, repository, write

LEDGER = """\
---
title: Ledger
sayings:
  - id: never-without-a-pool
    article: pool
    claim: Never open a connection for each request
    said_by: [{name: A tutorial, url: "https://tutorial.example/"}]
    supported_by:
      - quantity: pool-sizing.speedup
    figure: pool-sizing.speedup
    counts: the requests with a pool
---

It is computed.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with an article, a measurement and a ledger without fault."""
    repository(tmp_path)
    records.write(tmp_path, records.record(tmp_path))
    write(tmp_path, "docs/posts/pool.md", front_matter() + BODY + "\n[[pool-sizing.speedup]]\n")
    return tmp_path


def found(root: Path, ledger: str) -> list[str]:
    """What is wrong with the ledger."""
    write(root, "docs/ledger.md", ledger)
    findings = check_sources(root, NOW)
    return [str(finding) for finding in findings if finding.path == "docs/ledger.md"]


def test_nothing(root: Path) -> None:
    assert found(root, LEDGER) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("article: pool\n", "article: pol\n", ":5: no article has the slug 'pol'. Did you mean"),
        ("g.speedup\n    f", "g.sped\n    f", ":9: no quantity is named 'sped'"),
        ("figure: pool-sizing.speedup", "figure: pools.up", ":10: no measurement is named 'pools'"),
        ("    counts: the requests with a pool\n", "", ":4: 'never-without-a-pool' has only one"),
        (
            "- quantity: p",
            "- at_most: 2\n        test: t\n        quantity: p",
            ":9: 'supported_by",
        ),
        ("- quantity: pool-sizing.speedup", "- at_most: 2", ":9: 'supported_by' is not one piece"),
        ("    figure:", "    missing: a rate\n    figure:", ":4: 'never-without-a-pool' has both"),
        ("supported_by:", "missing: a rate\n    contradicted:", ": unknown key"),
        ("supported_by:", "contradicted_by:", ":4: the verdict on 'never-without-a-pool' is 'does"),
        ("https://tutorial", "tutorial", ":7: 'sayings.said_by.url' is"),
        ("id: never-without-a-pool", "id: Never", ":4: 'sayings.id' is 'Never'"),
        (
            "    supported_by:\n      - quantity: pool-sizing.speedup\n",
            "",
            ":4: 'never-without-a-pool' has no evidence, nor",
        ),
    ],
)
def test_each_fault_is_told_with_its_line(root: Path, old: str, new: str, finding: str) -> None:
    assert LEDGER.count(old) == 1
    messages = found(root, LEDGER.replace(old, new))
    assert any(f"docs/ledger.md{finding}" in message or finding in message for message in messages)
    assert all(message.startswith("docs/ledger.md:") for message in messages)


def test_an_id_that_is_taken(root: Path) -> None:
    again = LEDGER.split("sayings:\n")[1].split("---")[0]
    ledger = LEDGER.replace("---\n\nIt", f"{again}---\n\nIt")
    assert found(root, ledger) == [
        "docs/ledger.md:12: the id 'never-without-a-pool' is that of line 4 too. "
        "Give one of the two another."
    ]


def test_a_verdict_that_changes_with_a_run_asks_for_its_words(root: Path) -> None:
    records.write(root, records.record(root, claims=[], quantities=_at(3.0)))
    ledger = LEDGER.replace("speedup\n    f", "speedup\n        at_least: 5\n    f")
    assert found(root, ledger) == [
        "docs/ledger.md:4: the verdict on 'never-without-a-pool' is 'does not hold', and 'instead' "
        "is missing. Add instead: what is so instead. The verdict is computed from the runs."
    ]


def _at(value: float) -> dict[str, object]:
    return {
        "speedup": {
            "label": "pool against connection per request",
            "unit": "×",
            "digits": 2,
            "median": value,
            "low": value,
            "high": value,
            "coverage": 0.75,
            "lowest_run": value,
            "highest_run": value,
        }
    }
