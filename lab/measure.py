"""The runner: one round to warm up, then the variants in turn, A B A B, every sample kept.

Only complete records are published, in docs/measurements. While a measurement runs, its complete
rounds are in build/measurements, marked incomplete; there they stay when it is interrupted or
fails, so that half a run can neither be lost nor replace a whole one.
"""

import difflib
import fcntl
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from lab import catalog, distributions, record, storage
from lab.binaries import NoServer
from lab.experiment import Experiment, Round
from lab.repository import ROOT
from lab.rounds import ExperimentError, evaluate, prepare, run_round
from lab.source import module_name, modules, source_hash
from lab.testbed import measurement_testbed

FAILED = 1
UNKNOWN = 2
INTERRUPTED = 130

LOCK = storage.temporary_parent() / "under-load-measure.lock"


def main(names: list[str], root: Path = ROOT, lock: Path = LOCK) -> int:
    """Record the named measurements, or all of them, and print what came out.

    A claim that does not hold is a finding: it is recorded and printed, and the status stays 0.

    Returns:
        0; 1 when an experiment failed; 2 when a name is unknown; 130 after Ctrl-C.
    """
    status = 0
    try:
        known = catalog.find(root)
        for name in names:
            if name not in known:
                print(_no_such(name, known), file=sys.stderr)
                return UNKNOWN
        with exclusively(lock):
            for name in names or known:
                try:
                    print(_report(measure(name, known[name], root)))
                except (ExperimentError, NoServer) as error:
                    print(error, _kept(name, root), sep="\n", file=sys.stderr)
                    status = FAILED
                except KeyboardInterrupt:
                    print(f"\n{name}: interrupted", _kept(name, root), sep="\n", file=sys.stderr)
                    raise
    except ExperimentError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def measure(name: str, path: Path, root: Path) -> record.Record:
    """Run the experiment in full and record it.

    Raises:
        ExperimentError: It could not be run or evaluated to the end; complete rounds are kept.
    """
    started = time.monotonic()
    partial = record.partial_path(name, root)
    partial.unlink(missing_ok=True)
    experiment = catalog.load(path, root)
    used = distributions.versions(modules(path, root).values())
    source = source_hash(path, root)  # of what was loaded: it may change while the rounds run
    with measurement_testbed(experiment) as testbed:
        declared = record.Declared(
            name=name,
            module=module_name(path, root),
            question=experiment.question,
            source=source,
            machine=record.machine(),
            versions={"python": platform.python_version(), **testbed.versions, **used},
            server_settings=dict(testbed.server_settings),
            conditions=dict(experiment.conditions),
            metrics={
                key: record.MetricRecord(label=metric.label, unit=metric.unit)
                for key, metric in experiment.metrics.items()
            },
            variants={
                key: record.VariantRecord(
                    label=variant.label, x=variant.x, baseline=variant.baseline
                )
                for key, variant in experiment.variants.items()
            },
        )
        prepare(name, experiment, testbed.setting)
        runs = (experiment.rounds + 1) * len(experiment.variants)
        rounds: list[Round] = []
        with tqdm(total=runs, desc=name, unit="run", disable=None) as bar:
            run_round(name, experiment, testbed.setting, bar.update)  # warms up, is not kept
            while len(rounds) < experiment.rounds:
                rounds.append(run_round(name, experiment, testbed.setting, bar.update))
                measured = _measured(declared, experiment, rounds, started)
                record.write(partial, measured)
    record.write(record.record_path(name, root), measured)
    partial.unlink()
    return measured


@contextmanager
def exclusively(lock: Path) -> Iterator[None]:
    """Wait until no other measurement runs on this machine, and keep others waiting.

    The system ends the lock with the process, however that ends.
    """
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another measurement runs on this machine; waiting for it", file=sys.stderr)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _measured(
    declared: record.Declared, experiment: Experiment, rounds: list[Round], started: float
) -> record.Record:
    quantities, claims = evaluate(declared["name"], experiment, rounds)
    return {
        **declared,
        "recorded": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration_s": round(time.monotonic() - started, 1),
        "complete": len(rounds) == experiment.rounds,
        "rounds": len(rounds),
        "samples": [
            record.Sample(round=number, variant=key, values=dict(values))
            for number, samples in enumerate(rounds)
            for key, values in samples.items()
        ],
        "quantities": quantities,
        "claims": claims,
    }


def _report(measured: record.Record) -> str:
    quantities = measured["quantities"]
    rounds, seconds = measured["rounds"], measured["duration_s"]
    lines = [f"{measured['name']}: {rounds} rounds in {seconds:.0f} s"]
    for key, quantity in quantities.items():
        median, low, high = (
            _shown(quantity[which], quantity) for which in ("median", "low", "high")
        )
        lines.append(f"  {key}: {median} ({low} to {high}), {quantity['label']}")
    for claim in measured["claims"]:
        verdict = "holds" if claim["holds"] else "DOES NOT HOLD"
        observed = _shown(claim["observed"], quantities[claim["quantity"]])
        lines.append(f"  {verdict}: {claim['text']} (observed {observed})")
    return "\n".join(lines)


def _shown(value: float, quantity: record.QuantityRecord) -> str:
    rounded, exponent = f"{value:.{quantity['digits'] - 1}e}".split("e")
    decimals = max(0, quantity["digits"] - 1 - int(exponent))
    unit = quantity["unit"]
    space = "" if unit in ("", "×", "%") else " "
    return f"{float(f'{rounded}e{exponent}'):,.{decimals}f}{space}{unit}"


def _no_such(name: str, known: Iterable[str]) -> str:
    problem = f"no measurement is named {name}"
    names = list(known)
    if not names:
        return f"{problem}; there are none yet"
    close = difflib.get_close_matches(name, names, n=1)
    suggestion = f"; did you mean {close[0]}? There are" if close else "; there are"
    return f"{problem}{suggestion}: {', '.join(names)}"


def _kept(name: str, root: Path) -> str:
    partial = record.partial_path(name, root)
    if not partial.exists():
        return "Complete rounds: none; nothing was written."
    kept = f"Complete rounds: {record.read(partial)['rounds']}, in {partial.relative_to(root)}"
    published = record.record_path(name, root)
    older = f"; {published.relative_to(root)} is as it was" if published.exists() else ""
    return f"{kept}{older}."
