"""The claims of a measurement with their verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from press import figures
from press.evidence.records import MeasurementError
from tests.press.figures.examples import soup, texts
from tests.press.records import record, write


def test_claims_show_their_verdict_their_bound_and_what_was_observed() -> None:
    holding, failing = soup(figures.claims("pool-sizing")), soup(figures.claims("shed-load"))

    assert texts(holding, ".claim--holds") == [
        "holds A pool serves at least 4× the requests "
        "claimed at least 4×, observed 4.2×, 4.1× to 4.4× over 3 runs"
    ]
    assert texts(failing, ".claim--fails .claim__verdict") == ["does not hold"]
    assert not failing.select(".claim--holds")


def test_a_measurement_that_claims_nothing_says_where_to_claim(root: Path) -> None:
    write(root, record(root, claims=[]))

    with pytest.raises(MeasurementError, match="Declare one in its experiment"):
        figures.claims("pool-sizing")
