"""Tables of recorded values."""

from __future__ import annotations

from pathlib import Path

import pytest

from press import figures
from press.evidence.records import MeasurementError
from tests.press.figures.examples import soup, sweep, texts
from tests.press.records import write


def test_a_table_shows_medians_with_their_range_in_one_unit_a_column() -> None:
    found = soup(figures.table("pool-sweep", title="T", rows="pool-*", columns=["p99"]))

    assert texts(found, "thead th") == ["99th percentile (ms)"]
    assert texts(found, "tbody th") == ["pool of 1", "pool of 4", "pool of 16", "pool of 64"]
    assert texts(found, "tbody td")[0] == "10 5–15"
    assert texts(found, "tbody td")[-1] == "640 320–960"


def test_a_table_has_a_caption_and_names_its_rows_and_columns() -> None:
    found = soup(figures.table("pool-sweep", title="Latency: [[pool-sizing.speedup]]"))

    assert texts(found, "caption") == ["Latency: 4.2×"]
    assert len(found.select("thead th[scope=col]")) == 3
    assert len(found.select("tbody th[scope=row]")) == 5
    assert found.select("[role=region][tabindex='0'][aria-label='Latency: 4.2×']")


def test_a_value_that_never_varies_stands_without_a_range() -> None:
    found = soup(figures.table("pool-sweep", title="T", rows="per-request", columns=["p50"]))

    assert texts(found, "tbody td") == ["10"]


def test_a_variant_that_did_not_measure_a_metric_shows_a_dash(root: Path) -> None:
    made = sweep(root)
    for sample in made["runs"][0]["samples"]:
        if sample["variant"] == "per-request":
            del sample["values"]["p50"]
    write(root, made)

    found = soup(figures.table("pool-sweep", title="T", columns=["p50", "p99"]))

    assert texts(found, "tr.baseline td") == ["—", "20"]


def test_a_table_without_any_value_is_refused(root: Path) -> None:
    made = sweep(root)
    made["metrics"]["hits"] = {"label": "hits", "unit": "%"}
    write(root, made)

    with pytest.raises(MeasurementError, match="did not measure 'hits'"):
        figures.table("pool-sweep", title="T", columns=["hits"])
