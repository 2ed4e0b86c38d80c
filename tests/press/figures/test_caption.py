"""What stands below a figure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from press import figures
from tests.press.figures.examples import bars, soup, texts
from tests.press.records import record, samples, write


def test_the_provenance_says_how_often_on_what_and_how_to_do_it_again(html: str) -> None:
    (provenance,) = texts(soup(html), ".provenance")

    assert re.match(r"Median of [23] runs, each within [\d.]+% of it; ", provenance)
    assert (
        "; 2 cores, 23.4 GiB; Python 3.11.7, PostgreSQL 18.1, asyncpg 0.32.0; "
        "seconds 3, clients 20; 2026-11-20; data; make measure NAME=" in provenance
    )


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([10.0], "One run;"),
        ([10.0, 10.0], "Median of 2 runs, the same in all;"),
        ([9.0, 10.0, 10.5], "Median of 3 runs, each within 10% of it;"),
        ([1.0, 10.0, 420.0], "Median of 3 runs, which lie from 0.10× to 42× of it;"),
        ([-1.0, 0.0, 1.0], "Median of 3 runs;"),
    ],
    ids=["one", "same", "close", "far", "around zero"],
)
def test_the_provenance_says_how_far_the_runs_lie_from_their_median(
    root: Path, runs: list[float], said: str
) -> None:
    same = {variant: {"throughput": runs} for variant in ("per-request", "pool")}
    write(root, record(root, samples=samples(same)))

    (provenance,) = texts(soup(bars()), ".provenance")

    assert provenance.startswith(said)


def test_conditions_carry_the_units_of_their_names(root: Path) -> None:
    conditions = {"mean_hold_s": 0.01, "pool_sizes": [1, 4], "tls": True, "mode": "open", "s": 2}
    write(root, record(root, conditions=conditions))

    (provenance,) = texts(soup(bars()), ".provenance")

    assert "; mean hold 10 ms, pool sizes 1, 4, tls yes, mode open, s 2; " in provenance


def test_the_data_are_one_link_away(html: str) -> None:
    (link,) = soup(html).select(".provenance a")

    assert re.fullmatch(r"site-root:measurements/[\w-]+\.json", str(link["href"]))


def test_the_title_may_hold_a_measured_number() -> None:
    found = soup(bars(title="[[pool-sizing.speedup]] the requests"))

    assert texts(found, ".figure__title data.measured") == ["4.2×"]
    assert texts(found, "svg title") == ["4.2× the requests"] * 2


def test_a_claim_that_fails_is_said_below_the_figure() -> None:
    found = soup(
        figures.line("shed-load", metric="p99", x_label="clients", title="T", description="D")
    )

    assert texts(found, ".figure__failing") == [
        "Does not hold: Shedding keeps the tail below a tenth "
        "(claimed at least 10×, observed 4.2×, 4.1× to 4.4× over 3 runs)."
    ]
