"""Where a claim is about losing nothing, it holds in each round of its record.

A claim is judged by medians, and a job that was lost once in nine rounds would move none.
"""

import pytest

from lab.record import read, record_path
from lab.repository import ROOT
from lab.verdict import verdict


@pytest.mark.parametrize("name", ["jobs-kill", "backend-scoreboard"])
def test_no_round_contradicts_a_claim(name: str) -> None:
    record = read(record_path(name, ROOT))
    assert record.claims
    for claim in record.claims:
        values = record.pooled_quantity(claim.quantity).values
        ends = min(values), max(values)
        assert verdict(ends, claim.at_least, claim.at_most) == "holds", claim.text
