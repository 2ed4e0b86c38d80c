"""What stands below a figure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from press import figures
from tests.press.figures.examples import bars, soup, texts
from tests.press.records import record, run, samples, write


def test_the_provenance_says_how_often_on_what_and_how_to_do_it_again(html: str) -> None:
    (line,) = texts(soup(html), ".provenance summary")
    (folded,) = texts(soup(html), ".provenance p")

    assert re.fullmatch(
        r"(Median|Worst) of only 1 run × [23] rounds(, the same in all)?; 2026-11-20; how", line
    )
    assert folded.startswith(
        "2 cores, 23.4 GiB; Python 3.11.7, PostgreSQL 18.1, asyncpg 0.32.0; "
        "seconds 3, clients 20. Data; make measure NAME="
    )


def test_the_line_below_a_figure_fits_two_lines_of_a_phone(root: Path) -> None:
    """At 390 px a line has some 52 characters of this size."""
    write(root, record(root, runs=[run(day) for day in DAYS[:2]]))
    (line,) = texts(soup(bars()), ".provenance summary")

    assert len(line) <= 2 * 52


DAYS = ["2026-11-20T10:00:00Z", "2026-11-20T10:10:00Z", "2026-11-21T10:00:00Z"]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([[10.0]], "Median of only 1 run × 1 round;"),
        ([[10.0, 10.0]], "Median of only 1 run × 2 rounds, the same in all;"),
        ([[9.0, 10.0]] * 2, "Median of only 2 runs × 2 rounds, runs within 0.0% of it;"),
        ([[10.0]] * 3, "Median of 3 runs × 1 round, the same in all;"),
        ([[9.0], [10.0, 10.0], [10.5]], "Median of 3 runs × 1 to 2 rounds, runs within 10% of it;"),
        ([[1.0], [10.0], [420.0]], "Median of 3 runs × 1 round, runs from 0.10× to 42× of it;"),
        ([[-1.0], [0.0], [1.0]], "Median of 3 runs × 1 round;"),
    ],
    ids=["one", "same", "two", "three", "close", "far", "around zero"],
)
def test_the_provenance_says_how_far_the_runs_lie_from_their_median(
    root: Path, runs: list[list[float]], said: str
) -> None:
    made = [
        run(
            day, samples=samples({name: {"throughput": values} for name in ("per-request", "pool")})
        )
        for day, values in zip(DAYS, runs, strict=False)
    ]
    write(root, record(root, runs=made))

    (line,) = texts(soup(bars()), ".provenance summary")

    assert line.startswith(said)


def test_runs_in_the_same_minutes_count_once(root: Path) -> None:
    made = [run(f"2026-11-20T10:0{minute}:00Z") for minute in (0, 4, 9)]
    write(root, record(root, runs=made))

    (line,) = texts(soup(bars()), ".provenance summary")

    assert line.startswith(
        "Median of only 3 runs × 3 rounds, 1 of them begun 10 minutes apart, runs within 0.0% of it"
    )


def test_every_version_and_machine_that_a_run_had_is_named(root: Path) -> None:
    other = {"cpu": "x", "cores": 8, "memory_gib": 64.0, "os": "Linux 6.1"}
    made = [run(DAYS[0]), run(DAYS[1], versions={"python": "3.12.1"}, machine=other)]
    write(root, record(root, runs=made))

    (folded,) = texts(soup(bars()), ".provenance p")

    assert folded.startswith("2 cores, 23.4 GiB or 8 cores, 64 GiB; Python 3.11.7 and 3.12.1, Post")


def test_conditions_carry_the_units_of_their_names(root: Path) -> None:
    conditions = {"mean_hold_s": 0.01, "pool_sizes": [1, 4], "tls": True, "mode": "open", "s": 2}
    write(root, record(root, conditions=conditions))

    (folded,) = texts(soup(bars()), ".provenance p")

    assert "; mean hold 10 ms, pool sizes 1, 4, tls yes, mode open, s 2. " in folded


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
        "(claimed at least 10×, measured 4.2×, lowest to highest 4.1× to 4.4×, a 50% interval; "
        "only 1 run × 2 rounds)."
    ]


def test_a_claim_that_is_not_settled_is_said_below_the_figure(root: Path) -> None:
    claim = record(root)["claims"][0] | {"at_least": 4.2, "verdict": "not settled"}
    write(root, record(root, claims=[claim]))

    (said,) = texts(soup(bars()), ".figure__failing")

    assert said.startswith("Not settled: A pool serves at least 4× the requests (claimed at least")
