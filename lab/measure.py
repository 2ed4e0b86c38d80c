"""The runner: one round to warm up, then every variant once a round, in random order.

A run is added to those that are there: nothing is replaced because another looks better. When the
source has changed since, a new record begins, and the claims of the old one go into its history.

While a run lasts, its complete rounds are in build/measurements; there they stay when it is
interrupted or fails, so that half a run can neither be lost nor be taken for a whole one.
"""

import fcntl
import os
import platform
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from lab import catalog, distributions, environments, quiet, record, storage
from lab.binaries import NoServer
from lab.experiment import Experiment, Round
from lab.pooling import APART, FEWEST_RUNS, begun_apart
from lab.repository import ROOT
from lab.rounds import ExperimentError, evaluate, judge, prepare, run_round
from lab.source import module_name, modules, source_hash
from lab.stale import stale
from lab.suggestion import did_you_mean
from lab.testbed import Testbed, measurement_testbed

FAILED = 1
UNKNOWN = 2
INTERRUPTED = 130

LOCK = storage.temporary_parent() / "under-load-measure.lock"


def main(
    names: list[str],
    root: Path = ROOT,
    lock: Path = LOCK,
    *,
    only_stale: bool = False,
    disturbance: Callable[[], str | None] = quiet.disturbance,
) -> int:
    """Add a run to the named measurements, or to all of them, and print what they say now.

    A claim that does not hold is a finding: it is recorded and printed, and the status stays 0.

    Args:
        names: the measurements; all of them if empty.
        root: the repository.
        lock: keeps two measurements apart.
        only_stale: of these, only the ones whose record is missing, stale, or of other minor
            versions than the lock has; they are listed first.
        disturbance: why a run that begins now is void.

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
        chosen = names or list(known)
        if only_stale:
            reasons = {name: why for name in chosen if (why := stale(name, known[name], root))}
            for name, why in reasons.items():
                print(f"{name}: {why}")
            chosen = list(reasons)
            print(f"{len(chosen)} to measure" if chosen else "nothing is stale")
        with exclusively(lock):
            for name in chosen:
                try:
                    print(_report(measure(name, known[name], root, disturbance)))
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


def measure(
    name: str,
    path: Path,
    root: Path,
    disturbance: Callable[[], str | None] = quiet.disturbance,
) -> record.Record:
    """Run the experiment in full and add the run to its record.

    Raises:
        ExperimentError: It could not be run or evaluated to the end, or the record that is there
            cannot be read; complete rounds are kept.
    """
    partial = record.partial_path(name, root)
    partial.unlink(missing_ok=True)
    experiment = catalog.load(path, root)
    if reason := environments.missing(experiment.environments, root):
        raise ExperimentError(f"{name}: {reason}")
    source = source_hash(path, root)  # of what was loaded: it may change while the rounds run
    before = _before(name, root)
    run = _run(name, path, root, experiment, disturbance())
    runs, history = [run], []
    if before and before.source == source:
        runs, history = [*before.runs, run], before.history
    elif before:
        history = [*before.history, earlier(before)]
    quantities, claims = judge(experiment, runs)
    measured = record.Record(
        name=name,
        module=module_name(path, root),
        question=experiment.question,
        source=source,
        conditions=dict(experiment.conditions),
        metrics={
            key: record.Metric(label=metric.label, unit=metric.unit)
            for key, metric in experiment.metrics.items()
        },
        variants={
            key: record.Variant(label=variant.label, x=variant.x, baseline=variant.baseline)
            for key, variant in experiment.variants.items()
        },
        runs=runs,
        quantities=quantities,
        claims=claims,
        history=history,
    )
    record.write(record.record_path(name, root), measured)
    partial.unlink()
    return measured


def earlier(before: record.Record) -> record.Earlier:
    """What is kept of a record when its source has changed."""
    claimed = {claim.quantity for claim in before.claims}
    return record.Earlier(
        source=before.source,
        last=before.last.started,
        runs=len(before.valid_runs),
        rounds=sum(len(run.valid_rounds) for run in before.runs),
        quantities={name: found for name, found in before.quantities.items() if name in claimed},
        claims=before.claims,
    )


def _before(name: str, root: Path) -> record.Record | None:
    """The record that is there.

    Raises:
        ExperimentError: It cannot be read, so that a run cannot be added to it.
    """
    path = record.record_path(name, root)
    try:
        return record.read(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        shown = path.relative_to(root)
        reason = str(error).splitlines()[0]
        raise ExperimentError(
            f"{shown} is not a record ({reason}). Restore it from the history: its runs count."
        ) from None


def _run(
    name: str, path: Path, root: Path, experiment: Experiment, disturbed: str | None
) -> record.Run:
    """One run of all rounds; after each, the complete ones are kept."""
    partial = record.partial_path(name, root)
    imports = modules(path, root).values()
    used = distributions.versions(imports)
    used |= environments.versions(experiment.environments, imports, root)
    seed = secrets.randbelow(2**32)
    chance = random.Random(seed)
    with measurement_testbed(experiment) as testbed:
        prepare(name, experiment, testbed.setting)
        began, started = testbed.began(), datetime.now(UTC).replace(microsecond=0)
        clock = time.monotonic()
        rounds: list[Round] = []
        void: dict[int, str] = {}

        def kept(why: str | None) -> record.Run:
            return record.Run(
                started=started,
                duration_s=round(time.monotonic() - clock, 1),
                harness=record.HARNESS,
                seed=seed,
                machine=record.machine(),
                versions={"python": platform.python_version(), **testbed.versions, **used},
                server_settings=dict(testbed.server_settings),
                samples=[
                    record.Sample(round=number, variant=key, values=dict(values))
                    for number, samples in enumerate(rounds)
                    for key, values in samples.items()
                ],
                quantities=evaluate(name, experiment, rounds),
                void=why,
                void_rounds=void,
            )

        runs = (experiment.rounds + 1) * len(experiment.variants)
        with tqdm(total=runs, desc=name, unit="run", disable=None) as bar:
            # The first round warms up and is not kept.
            for number in range(-1, experiment.rounds):
                order = list(experiment.variants)
                chance.shuffle(order)
                found = run_round(name, experiment, testbed.setting, order, bar.update)
                reasons = testbed.setting.taken()
                if number < 0:
                    continue
                rounds.append(found)
                if reasons:
                    void[number] = "; ".join(dict.fromkeys(reasons))
                record.write(partial, kept(disturbed))
        return kept(disturbed or _disturbance(testbed, began, void, len(rounds)))


def _disturbance(testbed: Testbed, began: str, void: dict[int, str], rounds: int) -> str | None:
    """Why the whole run is void, seen from how it went and not from what it measured."""
    if testbed.began() != began:
        return "a server was restarted during the run"
    if 2 * len(void) > rounds:
        return f"{len(void)} of {rounds} rounds are void: {next(iter(void.values()))}"
    return None


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


def _report(measured: record.Record) -> str:
    last = measured.runs[-1]
    valid = measured.valid_runs
    apart = begun_apart([run.started for run in valid])
    lines = [
        f"{measured.name}: {last.rounds} rounds in {last.duration_s:.0f} s; "
        f"{len(valid)} of {len(measured.runs)} runs count"
    ]
    if last.void:
        lines.append(f"  this run is VOID: {last.void}")
    lines += [f"  round {number} is VOID: {why}" for number, why in last.void_rounds.items()]
    if apart < FEWEST_RUNS:
        following = max((run.started for run in valid), default=last.started) + APART
        lines.append(
            f"  {FEWEST_RUNS - apart} more wanted, begun ten minutes apart: the next from "
            f"{following.astimezone():%H:%M}"
        )
    for key, quantity in measured.quantities.items():
        median, low, high = (
            _shown(value, quantity) for value in (quantity.median, quantity.low, quantity.high)
        )
        chance = f"{100 * quantity.coverage:.3g} %"
        lines.append(f"  {key}: {median} ({low} to {high}, {chance}), {quantity.label}")
    lines += [
        f"  {claim.verdict if claim.verdict == 'holds' else claim.verdict.upper()}: {claim.text}"
        for claim in measured.claims
    ]
    return "\n".join(lines)


def _shown(value: float, quantity: record.Quantity) -> str:
    if value == int(value) and not quantity.unit:
        return f"{value:,.0f}"  # a count
    rounded, exponent = f"{value:.{quantity.digits - 1}e}".split("e")
    decimals = max(0, quantity.digits - 1 - int(exponent))
    unit = quantity.unit
    space = "" if unit in ("", "×", "%") else " "
    return f"{float(f'{rounded}e{exponent}'):,.{decimals}f}{space}{unit}"


def _no_such(name: str, known: Iterable[str]) -> str:
    names = list(known)
    there = f"There are: {', '.join(names)}." if names else "There are none yet."
    return f"no measurement is named {name}. {did_you_mean(name, names, most=1)}{there}"


def _kept(name: str, root: Path) -> str:
    partial = record.partial_path(name, root)
    if not partial.exists():
        return "Complete rounds: none; nothing was written."
    rounds = record.read_run(partial).rounds
    kept = f"Complete rounds: {rounds}, in {partial.relative_to(root)}"
    published = record.record_path(name, root)
    older = f"; {published.relative_to(root)} is as it was" if published.exists() else ""
    return f"{kept}{older}."
