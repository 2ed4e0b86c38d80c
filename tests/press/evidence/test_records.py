"""Records: read, checked, and compared with the source and the lock."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.pooling import Pooled
from lab.source import source_hash
from press.evidence import records as measurements
from press.evidence.records import MeasurementError, RecordError
from tests.press.records import MODULE, record, run, samples, write

Change = Callable[[dict[str, Any]], object]

RENEW = "Run `make measure NAME=pool-sizing`"


def test_a_record_gives_its_values_in_the_order_of_the_rounds(tmp_path: Path) -> None:
    made = record(tmp_path)
    made["runs"][0]["samples"].reverse()
    write(tmp_path, made)

    read = measurements.current("pool-sizing", tmp_path)

    assert read.values("throughput", "pool").values == (2198.0, 2100.0, 2210.0)
    assert read.quantity("speedup").median == 4.25
    assert read.command == "make measure NAME=pool-sizing"


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (lambda made: made["runs"][0].pop("machine"), "runs.0.machine", "Field required"),
        (lambda made: made.update(extra=1), "extra", "Extra inputs are not permitted"),
        (
            lambda made: made["runs"][0]["samples"][1]["values"].update(throughput="fast"),
            "runs.0.samples.1.values.throughput",
            "Input should be a valid number, unable to parse string as a number",
        ),
        (
            lambda made: made["runs"][0]["samples"][2].update(variant="pol"),
            "runs.0.samples.2.variant",
            "no variant is named 'pol'",
        ),
        (
            lambda made: made["runs"][0]["samples"][2]["values"].update(troughput=1.0),
            "runs.0.samples.2.values",
            "no metric is named 'troughput'",
        ),
        (
            lambda made: made["claims"][0].update(quantity="speed"),
            "claims.0.quantity",
            "no quantity is named 'speed'",
        ),
        (
            lambda made: made["quantities"]["speedup"].update(median=float("nan")),
            "quantities.speedup.median",
            "Input should be a finite number",
        ),
        (lambda made: made.update(runs=[]), "runs", "there is none"),
        (
            lambda made: made["runs"][0]["quantities"]["speedup"].pop(),
            "runs.0.quantities.speedup",
            "2 values for 3 rounds",
        ),
        (
            lambda made: made["runs"][0]["quantities"].clear(),
            "runs.0.quantities",
            "speedup is missing",
        ),
        (
            lambda made: made["claims"][0].update(verdict="so so"),
            "claims.0.verdict",
            "Input should",
        ),
    ],
    ids=[
        "missing",
        "unknown",
        "not a number",
        "variant",
        "metric",
        "claim",
        "nan",
        "no run",
        "values of some rounds",
        "no values",
        "verdict",
    ],
)
def test_a_file_that_is_no_record_is_named_with_its_field_in_one_line(
    tmp_path: Path, change: Change, field: str, said: str
) -> None:
    made = record(tmp_path)
    change(made)
    write(tmp_path, made)

    with pytest.raises(RecordError) as caught:
        measurements.load("pool-sizing", tmp_path)

    assert str(caught.value).startswith(f"docs/measurements/pool-sizing.json: {field}: {said}")
    assert "\n" not in str(caught.value)
    assert RENEW in caught.value.remedy


def test_text_that_is_not_json_is_no_record(tmp_path: Path) -> None:
    write(tmp_path, record(tmp_path)).write_text("{", encoding="utf-8")

    with pytest.raises(RecordError, match=r"pool-sizing\.json: Invalid JSON"):
        measurements.load("pool-sizing", tmp_path)


def test_a_record_under_another_name_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, record(tmp_path))
    path.rename(path.with_name("pool-other.json"))

    with pytest.raises(RecordError, match="name: it says 'pool-sizing'"):
        measurements.load("pool-other", tmp_path)


def test_a_misspelt_measurement_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    for name in ("pool-sizing", "batch-insert"):
        write(tmp_path, record(tmp_path, name))

    with pytest.raises(MeasurementError) as caught:
        measurements.load("pool-sizin", tmp_path)

    assert str(caught.value) == (
        "no measurement is named 'pool-sizin'. "
        "Did you mean pool-sizing? There is: batch-insert, pool-sizing. "
        "If it is new, run `make measure NAME=pool-sizin`."
    )


def test_where_nothing_was_measured_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="There is none yet"):
        measurements.load("pool-sizing", tmp_path)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda read: read.quantity("spedup"), "no quantity is named 'spedup'"),
        (lambda read: read.metric("latency"), "no metric is named 'latency'"),
        (lambda read: read.variant("pol"), "no variant is named 'pol'"),
        (lambda read: read.values("throughput", "pol"), "no variant is named 'pol'"),
    ],
)
def test_a_misspelt_part_of_a_record_is_answered_with_those_that_exist(
    tmp_path: Path, ask: Callable[[measurements.Record], object], said: str
) -> None:
    write(tmp_path, record(tmp_path))
    read = measurements.load("pool-sizing", tmp_path)

    with pytest.raises(MeasurementError) as caught:
        ask(read)

    assert caught.value.what == f"{said} in measurement 'pool-sizing'"
    assert "There is: " in caught.value.remedy


def test_a_variant_that_did_not_measure_a_metric_says_what_it_measured(tmp_path: Path) -> None:
    made = record(tmp_path)
    made["metrics"]["hits"] = {"label": "hits", "unit": "%"}
    write(tmp_path, made)
    read = measurements.load("pool-sizing", tmp_path)

    assert read.measured("hits", "pool") is None
    with pytest.raises(MeasurementError) as caught:
        read.values("hits", "pool")

    assert str(caught.value) == (
        "variant 'pool' of 'pool-sizing' did not measure 'hits'. It measured: throughput."
    )


def test_a_record_is_read_again_once_it_changed(tmp_path: Path) -> None:
    made = record(tmp_path)
    path = write(tmp_path, made)
    first = measurements.load("pool-sizing", tmp_path)
    assert measurements.load("pool-sizing", tmp_path) is first

    path.write_text(json.dumps(made | {"question": "Why?"}), encoding="utf-8")
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))

    assert measurements.load("pool-sizing", tmp_path).question == "Why?"


def test_a_record_without_a_run_that_counts_is_not_published(tmp_path: Path) -> None:
    write(tmp_path, record(tmp_path, void="the machine was busy"))

    with pytest.raises(RecordError) as caught:
        measurements.current("pool-sizing", tmp_path)

    assert caught.value.what == ("no run of measurement 'pool-sizing' counts: the machine was busy")
    assert caught.value.remedy == f"{RENEW}."


def test_a_record_whose_source_changed_is_stale(tmp_path: Path) -> None:
    write(tmp_path, record(tmp_path))
    module = tmp_path / Path(*MODULE.split(".")).with_suffix(".py")
    module.write_text("EXPERIMENT = 2\n", encoding="utf-8")

    with pytest.raises(RecordError) as caught:
        measurements.current("pool-sizing", tmp_path)

    assert str(caught.value) == (
        "measurement 'pool-sizing' is stale: snippets/pool/experiments/sizing.py or a module it "
        "imports changed after 2026-11-20. Run `make measure NAME=pool-sizing`."
    )


@pytest.mark.parametrize("missing", [False, True], ids=["changed", "gone"])
def test_a_record_becomes_stale_while_a_preview_runs(tmp_path: Path, missing: bool) -> None:
    """What is remembered of a source does not outlive a change of any module behind it."""
    made = record(tmp_path)
    module = tmp_path / Path(*MODULE.split(".")).with_suffix(".py")
    rows = module.with_name("_rows.py")
    rows.write_text("ROWS = 4\n", encoding="utf-8")
    module.write_text("from snippets.pool.experiments._rows import ROWS\n", encoding="utf-8")
    write(tmp_path, made | {"source": source_hash(module, tmp_path)})
    measurements.current("pool-sizing", tmp_path)

    rows.unlink() if missing else rows.write_text("ROWS = 5\n", encoding="utf-8")

    with pytest.raises(RecordError, match="is stale"):
        measurements.current("pool-sizing", tmp_path)


def test_a_comment_in_the_source_does_not_make_a_record_stale(tmp_path: Path) -> None:
    write(tmp_path, record(tmp_path))
    module = tmp_path / Path(*MODULE.split(".")).with_suffix(".py")
    module.write_text("EXPERIMENT = 1  # as before\n", encoding="utf-8")

    assert measurements.current("pool-sizing", tmp_path).name == "pool-sizing"


@pytest.mark.parametrize(
    ("source", "said"), [(None, "which does not exist"), ("EXPERIMENT = (", "which is not Python")]
)
def test_a_record_without_a_usable_source_is_not_published(
    tmp_path: Path, source: str | None, said: str
) -> None:
    write(tmp_path, record(tmp_path))
    module = tmp_path / Path(*MODULE.split(".")).with_suffix(".py")
    module.unlink() if source is None else module.write_text(source, encoding="utf-8")

    with pytest.raises(RecordError, match=said):
        measurements.current("pool-sizing", tmp_path)


def test_a_record_names_the_libraries_that_are_locked_at_another_version(tmp_path: Path) -> None:
    lock = "asyncpg==0.33.0 \\\n    --hash=sha256:0\nSQLAlchemy[asyncio]==2.1.9\nredis==8.1.0\n"
    (tmp_path / "requirements.txt").write_text(lock, encoding="utf-8")
    versions = {
        "python": "3.11.7",
        "postgresql": "18.1",
        "redis": "8.2.1",
        "redis-py": "8.0.0",
        "asyncpg": "0.32.0",
        "sqlalchemy": "2.1.9",
        "gone": "1.0",
    }
    write(tmp_path, record(tmp_path, versions=versions))

    assert measurements.drift(measurements.load("pool-sizing", tmp_path), tmp_path) == [
        "measured with redis-py 8.0, locked is 8.1.0",
        "measured with asyncpg 0.32, locked is 0.33.0",
    ]


def test_a_library_that_is_locked_twice_may_be_at_either_version(tmp_path: Path) -> None:
    lock = (
        "asyncpg==0.32.0 ; python_full_version < '3.12'\nasyncpg==0.33.0 ; python_version > '3'\n"
    )
    (tmp_path / "requirements.txt").write_text(lock, encoding="utf-8")
    write(tmp_path, record(tmp_path))

    assert measurements.drift(measurements.load("pool-sizing", tmp_path), tmp_path) == []


def test_without_a_lock_there_is_nothing_to_differ_from(tmp_path: Path) -> None:
    write(tmp_path, record(tmp_path))

    assert measurements.drift(measurements.load("pool-sizing", tmp_path), tmp_path) == []


def test_what_the_newest_run_was_measured_with_decides(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("asyncpg==0.33.1\n", encoding="utf-8")
    runs = [
        run("2026-11-20T10:00:00Z", versions={"asyncpg": "0.32.0"}),
        run("2026-11-21T10:00:00Z", versions={"asyncpg": "0.33.0"}),
    ]
    write(tmp_path, record(tmp_path, runs=runs))

    assert measurements.drift(measurements.load("pool-sizing", tmp_path), tmp_path) == []


@pytest.mark.parametrize(
    ("days", "wanting"),
    [(["20T10:00"], 1), (["20T10:00", "20T10:09", "20T10:12"], 2), (["01", "02", "03"], 0)],
)
def test_a_record_tells_how_many_runs_it_has_while_they_are_too_few(
    tmp_path: Path, days: list[str], wanting: int
) -> None:
    runs = [run(f"2026-11-{day}:00Z" if "T" in day else f"2026-11-{day}T00:00:00Z") for day in days]
    write(tmp_path, record(tmp_path, runs=runs))

    assert measurements.load("pool-sizing", tmp_path).wanting == wanting


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([12345.0, 12345.0], None),
        ([26.0, 31.0], None),
        ([0.9, 1.1], 3),
        ([2198.0, 2210.0], 4),
        ([32134.0, 33000.0], 3),
    ],
    ids=["the same", "counts", "small", "thousands", "large"],
)
def test_a_value_that_varies_has_few_digits_and_a_count_has_all(
    values: list[float], shown: int | None
) -> None:
    assert measurements.digits(Pooled((tuple(values),)), values[0]) == shown


def test_samples_of_several_metrics_are_kept_apart(tmp_path: Path) -> None:
    metrics = {name: {"label": name, "unit": "s"} for name in ("p50", "p99")}
    runs = {"pool": {"p50": [1.0, 2.0], "p99": [3.0, 4.0]}}
    write(tmp_path, record(tmp_path, metrics=metrics, samples=samples(runs)))

    assert measurements.load("pool-sizing", tmp_path).values("p99", "pool").values == (3.0, 4.0)
