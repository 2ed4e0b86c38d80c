"""Figures, tables and claims of recorded measurements."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from press import figures
from press.evidence.records import MeasurementError, RecordError
from press.figures import cache
from press.figures.drawing import axes, shapes
from tests.press.records import record, samples, write

Figure = Callable[[], str]

SIZES = (1, 4, 16, 64)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a record of each kind, which is the current directory."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, record(tmp_path))
    write(tmp_path, sweep(tmp_path))
    write(tmp_path, shedding(tmp_path))
    return tmp_path


def sweep(root: Path) -> dict[str, Any]:
    """Two latencies and a throughput over the size of a pool, and a baseline without a size."""
    runs = {
        f"pool-{size}": {
            "p50": [0.004 * size, 0.005 * size, 0.0045 * size],
            "p99": [0.005 * size, 0.01 * size, 0.015 * size],
            "throughput": [100.0 * size, 101.0 * size, 102.0 * size],
        }
        for size in SIZES
    }
    runs["per-request"] = {"p50": [0.01] * 3, "p99": [0.02] * 3, "throughput": [90.0] * 3}
    return record(
        root,
        "pool-sweep",
        metrics={
            "p50": {"label": "median", "unit": "s"},
            "p99": {"label": "99th percentile", "unit": "s"},
            "throughput": {"label": "requests served", "unit": "req/s"},
        },
        variants={
            **{
                f"pool-{size}": {"label": f"pool of {size}", "x": size, "baseline": False}
                for size in SIZES
            },
            "per-request": {"label": "connection per request", "x": None, "baseline": True},
        },
        samples=samples(runs),
    )


def shedding(root: Path) -> dict[str, Any]:
    """One latency over the number of clients, without and with a limit."""
    clients = (100, 200)
    return record(
        root,
        "shed-load",
        metrics={"p99": {"label": "99th percentile", "unit": "s"}},
        variants={
            f"{kind}-{count}": {"label": kind, "x": count, "baseline": kind == "naive"}
            for kind in ("naive", "shed")
            for count in clients
        },
        samples=samples(
            {
                f"{kind}-{count}": {"p99": [0.1 * count, 0.12 * count]}
                for kind in ("naive", "shed")
                for count in clients
            }
        ),
        claims=[
            {
                "text": "Shedding keeps the tail below a tenth",
                "quantity": "speedup",
                "at_least": 10.0,
                "at_most": None,
                "observed": 4.25,
                "holds": False,
            }
        ],
    )


def line(**arguments: Any) -> str:
    given = {"metric": "throughput", "x_label": "connections", "title": "T", "description": "D"}
    return figures.line("pool-sweep", **{**given, **arguments})


def latencies(**arguments: Any) -> str:
    return line(**{"metric": ["p50", "p99"], "y_label": "response time", **arguments})


def bars(**arguments: Any) -> str:
    given = {"metric": "throughput", "title": "T", "description": "D"}
    return figures.bars("pool-sizing", **{**given, **arguments})


def points(**arguments: Any) -> str:
    given = {"metric": "throughput", "title": "T", "description": "D"}
    return figures.points("pool-sizing", **{**given, **arguments})


EACH: Mapping[str, Figure] = {
    "line": line,
    "lines": latencies,
    "bars": bars,
    "points": points,
    "table": lambda: figures.table("pool-sweep", title="T"),
    "claims": lambda: figures.claims("shed-load"),
}
DRAWN = ("line", "lines", "bars", "points")


@pytest.fixture(params=EACH)
def html(request: pytest.FixtureRequest) -> str:
    """Each kind of figure in turn."""
    return EACH[request.param]()


@pytest.fixture(params=DRAWN)
def drawing(request: pytest.FixtureRequest) -> Tag:
    """Each kind of figure that is drawn, in turn."""
    return soup(EACH[request.param]())


def soup(html: str) -> Tag:
    found = BeautifulSoup(html, "html.parser").find(["figure", "aside"])
    assert isinstance(found, Tag)
    return found


def texts(found: Tag, css: str) -> list[str]:
    return [re.sub(r"\s", " ", element.get_text()) for element in found.select(css)]


def paths(found: Tag, css: str, shape: str = "wide") -> list[str]:
    return [str(path["d"]) for path in found.select(f".figure__{shape} path{css}")]


def points_of(data: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", data)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


# What every figure keeps


def test_nothing_needs_a_content_security_policy_to_be_relaxed(html: str) -> None:
    found = soup(html)

    assert not found.select("[style], style, script")
    assert not [name for tag in found.find_all(True) for name in tag.attrs if name[:2] == "on"]


def test_ids_are_unique_and_what_is_referred_to_exists(html: str) -> None:
    found = soup(html)
    ids = [str(tag["id"]) for tag in [found, *found.select("[id]")] if tag.get("id")]

    assert len(ids) == len(set(ids))
    for tag in [found, *found.select("[aria-labelledby]")]:
        assert set(str(tag.get("aria-labelledby", "")).split()) <= set(ids)


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


def test_libraries_that_differ_from_the_lock_are_said_in_the_provenance(root: Path) -> None:
    (root / "requirements.txt").write_text("asyncpg==0.33.0\n", encoding="utf-8")

    for make in EACH.values():
        drift = texts(soup(make()), ".provenance .provenance__drift")
        assert drift == ["recorded on asyncpg 0.32.0, locked is 0.33.0"]


@pytest.mark.parametrize("kind", EACH)
def test_a_record_that_may_not_be_published_is_not_drawn(root: Path, kind: str) -> None:
    for made in (record(root), sweep(root), shedding(root)):
        write(root, {**made, "source": "000000000000"})

    with pytest.raises(RecordError, match=r"is stale: .* Run `make measure NAME="):
        EACH[kind]()


# What every drawing keeps


def test_a_drawing_is_named_and_described_for_who_does_not_see_it(drawing: Tag) -> None:
    images = drawing.select("svg[role=img]")

    assert [image["class"] for image in images] == [["figure__wide"], ["figure__narrow"]]
    for image in images:
        assert texts(image, "title, desc") == ["T", "D"]


def test_a_drawing_has_no_size_of_its_own_and_no_color(drawing: Tag) -> None:
    for image in drawing.select("svg"):
        assert not {"width", "height"} & image.attrs.keys()
    painted = {tag.get(key) for tag in drawing.select("svg *") for key in ("fill", "stroke")}
    assert painted == {None, "none", "currentColor"}


def test_a_drawing_holds_nothing_outside_its_frame(drawing: Tag) -> None:
    for image in drawing.select("svg"):
        _, _, width, height = map(float, str(image["viewbox"]).split())
        for path in image.select("path"):
            for x, y in points_of(str(path["d"]).replace("h0", "")):
                assert -0.1 <= x <= width + 0.1
                assert -0.1 <= y <= height + 0.1


def test_a_drawing_shows_the_same_bytes_for_the_same_data(root: Path) -> None:
    drawn = {kind: EACH[kind]() for kind in DRAWN}
    for stored in (root / cache.DIRECTORY).glob("*.svg"):
        stored.unlink()

    assert {kind: EACH[kind]() for kind in DRAWN} == drawn


def test_its_data_stand_below_it_as_a_table(drawing: Tag) -> None:
    (table,) = drawing.select("details.figure__data table.measurements")

    assert table.select("caption")
    assert len(table.select("tbody th[scope=row]")) == len(table.select("tbody tr")) > 1


def test_the_caption_is_the_last_part_of_a_figure(drawing: Tag) -> None:
    assert [child.name for child in drawing.find_all(recursive=False)][-1] == "figcaption"


def test_the_title_may_hold_a_measured_number() -> None:
    found = soup(bars(title="[[pool-sizing.speedup]] the requests"))

    assert texts(found, ".figure__title data.measured") == ["4.2×"]
    assert texts(found, "svg title") == ["4.2× the requests"] * 2


def test_all_text_of_a_drawing_fits_its_width() -> None:
    label = "connections that the pool keeps open, counted over all workers of the service"

    for image in soup(latencies(x_label=label, y_label=label)).select("svg"):
        width = float(str(image["viewbox"]).split()[2])
        for text in image.select("text"):
            x, wide = float(str(text["x"])), shapes.extent(text.get_text())[0]
            before = {"middle": wide / 2, "end": wide}.get(str(text.get("text-anchor")), 0.0)
            assert x - before >= -0.1
            assert x - before + wide <= width + 0.1


# Lines


def test_a_line_goes_through_the_medians_and_shows_every_run_and_their_range() -> None:
    found = soup(line(variants="pool-*"))

    assert len(paths(found, ".median.series--ours")) == 1
    assert len(points_of(paths(found, ".median")[0])) == len(SIZES)
    assert paths(found, ".samples")[0].count("M") == 3 * len(SIZES)
    assert len(paths(found, ".band")) == 1


def test_a_line_that_never_varies_has_no_range() -> None:
    found = soup(line(metric="p50", variants=["per-request", "pool-*"]))

    assert not paths(found, ".band.series--baseline")
    assert paths(found, ".band.series--ours")


def test_a_baseline_without_an_x_is_a_level() -> None:
    found = soup(line())

    (level,) = paths(found, ".median.series--baseline")
    (_, first), (_, last) = points_of(level)
    assert first == last
    assert texts(found, ".figure__wide .label.series--baseline") == ["connection per request"]


def test_in_the_data_the_points_come_in_order_and_the_level_last() -> None:
    found = soup(line())

    rows = [texts(row, "th, td")[:2] for row in found.select("tbody tr")]
    assert rows == [
        *(["requests served", str(size)] for size in SIZES),
        ["connection per request", ""],
    ]


def test_axes_begin_at_zero_and_carry_their_units() -> None:
    found = soup(latencies())

    assert texts(found, ".figure__wide .title") == ["response time (ms)", "connections"]
    assert "0" in texts(found, ".figure__wide .tick")


def test_a_logarithmic_axis_says_so() -> None:
    found = soup(latencies(log_x=True, log_y=True))

    assert texts(found, ".figure__wide .title") == [
        "response time (ms, log scale)",
        "connections (log scale)",
    ]
    assert "0" not in texts(found, ".figure__wide .tick")


def test_several_metrics_are_several_lines_with_their_names_at_their_ends() -> None:
    found = soup(latencies())

    assert texts(found, ".figure__wide .label") == ["median", "99th percentile"]
    assert len(paths(found, ".median.series--ours")) == 1
    assert len(paths(found, ".median.series--second")) == 1


def test_a_metric_may_be_what_the_others_are_compared_with() -> None:
    found = soup(latencies(baseline="p50"))

    assert texts(found, ".figure__wide .label.series--baseline") == ["median"]
    assert texts(found, ".figure__wide .label.series--ours") == ["99th percentile"]


def test_variants_are_divided_into_series_and_the_flagged_ones_are_the_baseline() -> None:
    found = soup(
        figures.line(
            "shed-load",
            metric="p99",
            series={"without a limit": "naive-*", "with one": ["shed-100", "shed-200"]},
            x_label="clients",
            title="T",
            description="D",
        )
    )

    assert texts(found, ".figure__wide .label.series--baseline") == ["without a limit"]
    assert texts(found, ".figure__wide .label.series--ours") == ["with one"]


def test_the_numbers_of_an_axis_carry_a_unit_where_they_need_one() -> None:
    assert "16%" in texts(soup(line(x_unit="%")), ".figure__wide .tick")


def test_a_claim_that_fails_is_said_below_the_figure() -> None:
    found = soup(
        figures.line("shed-load", metric="p99", x_label="clients", title="T", description="D")
    )

    assert texts(found, ".figure__failing") == [
        "Does not hold: Shedding keeps the tail below a tenth "
        "(claimed at least 10×, observed 4.2×, 4.1× to 4.4× over 3 runs)."
    ]


@pytest.mark.parametrize(
    ("draw", "what", "remedy"),
    [
        (lambda: line(metric="thruput"), "no metric is named 'thruput'", "throughput"),
        (lambda: line(metric=["p50", "throughput"]), "have different units: req/s, s", "each"),
        (lambda: line(metric=[]), "there is no metric", "Draw"),
        (lambda: line(variants=["pol-1"]), "no variant is named 'pol-1'", "pool-1"),
        (lambda: line(variants="per-request"), "without an x cannot stand on a line", "bars"),
        (lambda: latencies(baseline="p90"), "no metric of this figure is named 'p90'", "p99"),
        (lambda: line(series={"a": "pool-*"}, baseline="b"), "no series of this figure", "a"),
        (lambda: latencies(series={"a": "pool-*"}), "series divides the variants of one", "one"),
        (
            lambda: line(series=dict.fromkeys("abcd", "pool-*")),
            "4 lines in one figure",
            "two figures",
        ),
        (lambda: bars(metric="p99"), "no metric is named 'p99'", "throughput"),
        (lambda: bars(variants="pol*"), "no variant is named 'pol*'", "pool"),
        (lambda: figures.table("pool-sweep", title="T", columns=["p9"]), "'p9'", "p99"),
        (lambda: figures.table("pool", title="T"), "no measurement is named 'pool'", "pool-"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line_with_what_exists(
    draw: Figure, what: str, remedy: str
) -> None:
    with pytest.raises(MeasurementError) as caught:
        draw()

    assert what in caught.value.what
    assert remedy in caught.value.remedy
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_logarithmic_axis_refuses_zero(root: Path, axis: str) -> None:
    made = sweep(root)
    made["variants"]["pool-1"]["x"] = 0
    made["samples"][0]["values"]["throughput"] = 0.0
    write(root, made)

    with pytest.raises(MeasurementError, match=f"a value on the {axis} axis is zero or below"):
        line(**{f"log_{axis}": True})


# Bars and points


def test_bars_are_measured_from_zero() -> None:
    found = soup(bars())

    ends = [
        (min(x for x, _ in points_of(bar)), max(x for x, _ in points_of(bar)))
        for bar in paths(found, ".bar")
    ]
    (zero, baseline), (start, ours) = ends
    assert zero == start
    assert (ours - zero) / (baseline - zero) == pytest.approx(2198 / 512, rel=0.01)


def test_bars_carry_their_values_and_their_spread() -> None:
    found = soup(bars())

    assert texts(found, ".figure__wide .value") == ["512 req/s", "2,198 req/s"]
    assert len(paths(found, ".whisker")) == len(paths(found, ".samples")) == 2


def test_the_baseline_is_told_apart_and_all_else_is_ours() -> None:
    found = soup(bars())

    assert texts(found, ".figure__wide .value.series--baseline") == ["512 req/s"]
    assert texts(found, ".figure__wide .value.series--ours") == ["2,198 req/s"]


def test_rows_come_in_the_order_asked_for() -> None:
    found = soup(bars(variants=["pool", "per-request"]))

    assert texts(found, ".figure__wide .name") == ["pool of 10", "connection per request"]


def test_points_may_stand_on_a_logarithmic_axis_that_says_so() -> None:
    found = soup(points(log=True, label="served"))

    assert texts(found, ".figure__wide .title") == ["served (req/s, log scale)"]
    assert "0" not in texts(found, ".figure__wide .tick")
    assert not paths(found, ".bar")
    assert len(paths(found, ".markers")) == 2


# Tables and claims


def test_a_table_shows_medians_with_their_range_in_one_unit_a_column() -> None:
    found = soup(figures.table("pool-sweep", title="T", rows="pool-*", columns=["p99"]))

    assert texts(found, "thead th") == ["99th percentile (ms)"]
    assert texts(found, "tbody th") == ["pool of 1", "pool of 4", "pool of 16", "pool of 64"]
    assert texts(found, "tbody td")[0] == "10.0 5.00–15.0"
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
    for sample in made["samples"]:
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


# The cache


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The drawings that were made, one entry for each size."""
    made: list[str] = []
    svg = axes.Drawing.svg

    def counting(self: axes.Drawing, ident: str, *rest: Any) -> str:
        made.append(ident)
        return svg(self, ident, *rest)

    monkeypatch.setattr(axes.Drawing, "svg", counting)
    return made


def test_a_figure_is_drawn_once_for_a_page_and_once_for_a_phone(counted: list[str]) -> None:
    assert bars() == bars()

    assert counted == ["figure-pool-sizing-throughput"] * 2


def test_a_figure_is_drawn_again_when_its_record_or_its_arguments_change(
    root: Path, counted: list[str]
) -> None:
    bars()
    bars(description="Another.")
    write(root, record(root, duration_s=1.0))
    bars()

    assert len(counted) == 6


def test_a_figure_that_was_drawn_before_needs_no_matplotlib(root: Path) -> None:
    bars()

    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from press.figures import bars;"
            "bars('pool-sizing', metric='throughput', title='T', description='D');"
            "print('matplotlib' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={"PYTHONPATH": str(Path(figures.__file__).parents[2])},
    )

    assert loaded.stdout == "False\n"


def test_a_drawing_that_fails_leaves_nothing_behind(root: Path) -> None:
    def broken_drawing() -> str:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cache.drawn(b"record", {}, broken_drawing)

    assert not list(root.glob(".cache/**/*.*"))


# Where marks and labels go


def test_labels_that_would_touch_are_moved_apart_around_where_they_belong() -> None:
    assert axes.apart([100.0, 104.0, 300.0], [20.0, 20.0, 20.0]) == [92.0, 112.0, 300.0]


def test_labels_that_are_moved_apart_do_not_touch_their_neighbors() -> None:
    placed = axes.apart([10.0, 12.0, 30.0], [20.0, 20.0, 20.0])

    assert placed == sorted(placed)
    assert all(high - low == pytest.approx(20.0) for low, high in pairwise(placed))


def test_numbers_that_would_run_into_each_other_are_left_out_but_for_the_last() -> None:
    kept = axes.legible([1, 2, 4, 64], lambda tick: tick * 10.0, [14.0] * 4)

    assert kept == [1, 4, 64]


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([3.0, 700.0], 2.0, 1000.0), ([10.0, 10.0], 10.0, 20.0), ([0.004, 0.09], 0.002, 0.1)],
)
def test_a_logarithmic_axis_ends_at_one_two_or_five(
    values: list[float], low: float, high: float
) -> None:
    axis = axes.logarithmic(values)

    assert (axis.low, axis.high) == pytest.approx((low, high))


def test_a_linear_axis_begins_at_zero_or_below_the_lowest_value() -> None:
    assert axes.linear([30.0, 42.0], 5).low == 0.0
    assert axes.linear([-3.0, 42.0], 5).low <= -3.0
    assert axes.linear([0.0], 5).high > 0.0


def test_a_long_label_is_broken_between_words() -> None:
    assert shapes.broken("connection per request", 12) == "connection\nper request"
