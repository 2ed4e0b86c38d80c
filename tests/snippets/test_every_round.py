"""Where a claim is about losing nothing, it holds in each round of its record.

A claim is judged by medians, and a job that was lost once in nine rounds would move none.
"""

import math

import pytest

from lab.record import read, record_path
from lab.repository import ROOT


@pytest.mark.parametrize("name", ["jobs-kill"])
def test_no_round_contradicts_a_claim(name: str) -> None:
    record = read(record_path(name, ROOT))
    assert record.claims
    for claim in record.claims:
        least, most = claim.at_least, claim.at_most
        values = record.pooled_quantity(claim.quantity).values
        least = -math.inf if least is None else least
        most = math.inf if most is None else most
        assert all(least <= value <= most for value in values), claim.text
