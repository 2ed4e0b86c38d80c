"""The claims of a measurement with their verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from press import figures
from press.evidence.records import MeasurementError
from tests.press.figures.examples import soup, texts
from tests.press.records import record, run, write


def test_claims_show_their_verdict_their_bound_and_what_was_observed() -> None:
    holding, failing = soup(figures.claims("pool-sizing")), soup(figures.claims("shed-load"))

    assert texts(holding, ".claim--holds") == [
        "holds A pool serves at least 4× the requests "
        "claimed at least 4×, measured 4.2×, lowest to highest 4.1× to 4.4×, a 75% interval; "
        "only 1 run × 3 rounds"
    ]
    assert texts(failing, ".claim--fails .claim__verdict") == ["does not hold"]
    assert not failing.select(".claim--holds")


def test_a_claim_that_is_not_settled_is_neither_kind(root: Path) -> None:
    claim = record(root)["claims"][0] | {"verdict": "not settled"}
    write(root, record(root, claims=[claim]))
    found = soup(figures.claims("pool-sizing"))

    assert texts(found, ".claim--open .claim__verdict") == ["not settled"]
    assert not found.select(".claim--holds, .claim--fails")


def test_enough_rounds_give_a_95_percent_interval(root: Path) -> None:
    days = ["2026-11-20T10:00:00Z", "2026-11-20T10:10:00Z", "2026-11-21T10:00:00Z"]
    write(root, record(root, runs=[run(day) for day in days]))
    found = soup(figures.claims("pool-sizing"))

    assert texts(found, ".claim__bound") == [
        "claimed at least 4×, measured 4.2×, 95% interval 4.1× to 4.4×; 3 runs × 3 rounds"
    ]


def test_a_measurement_that_claims_nothing_says_where_to_claim(root: Path) -> None:
    write(root, record(root, claims=[]))

    with pytest.raises(MeasurementError, match="Declare one in its experiment"):
        figures.claims("pool-sizing")
