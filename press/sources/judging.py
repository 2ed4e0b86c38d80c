"""The verdict on what others say, computed from recorded claims and tests. Nobody types one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lab.record import Claim
from lab.verdict import Verdict, verdict
from press.evidence.quantities import Number, number
from press.evidence.records import MeasurementError, Record, current
from press.sources.sayings import Evidence, Saying

Said = Verdict | Literal["holds when", "cannot be tested"]


@dataclass(frozen=True)
class Judged:
    """A saying with what the runs make of it.

    Attributes:
        saying: as it is listed.
        verdict: computed from its evidence.
        open: what is not settled among its evidence.
        figure: the number that stands beside it.
        records: the measurements that decide it, that of the figure first.
    """

    saying: Saying
    verdict: Said
    open: tuple[tuple[Record, Claim], ...]
    figure: Number | None
    records: tuple[Record, ...]


def judge(saying: Saying, root: Path = Path()) -> Judged:
    """Judge a saying by its evidence.

    It *holds* when all that speaks for it holds and nothing speaks against it, *does not hold* when
    it is the other way around, and *holds when …* if something speaks for it and something against.
    It is *not settled* as soon as one part of the evidence is not.

    Args:
        saying: as it is listed.
        root: the repository.

    Raises:
        MeasurementError: for evidence or a figure that does not exist.
        RecordError: if a record cannot be shown.
    """
    supported = [pair for part in saying.supported_by for pair in claims(part, root)]
    contradicted = [pair for part in saying.contradicted_by for pair in claims(part, root)]
    decided = supported + contradicted
    figure = number(saying.figure, root) if saying.figure else None
    behind = [current(figure.measurement, root)] if figure else []
    behind += [record for record, _ in decided]
    records = {record.name: record for record in behind}
    open_ones = tuple(pair for pair in decided if pair[1].verdict == "not settled")
    return Judged(
        saying, _verdict(saying, supported, contradicted), open_ones, figure, (*records.values(),)
    )


def _verdict(
    saying: Saying,
    supported: list[tuple[Record, Claim]],
    contradicted: list[tuple[Record, Claim]],
) -> Said:
    if saying.missing:
        return "cannot be tested"
    verdicts = [claim.verdict for _, claim in supported]
    against = [claim.verdict for _, claim in contradicted]
    if "not settled" in (*verdicts, *against):
        return "not settled"
    tests_for = any(evidence.test for evidence in saying.supported_by)
    tests_against = any(evidence.test for evidence in saying.contradicted_by)
    speaks_for = tests_for or "holds" in verdicts or "does not hold" in against
    speaks_against = tests_against or "holds" in against or "does not hold" in verdicts
    if speaks_for and speaks_against:
        return "holds when"
    return "holds" if speaks_for else "does not hold"


def claims(part: Evidence, root: Path = Path()) -> list[tuple[Record, Claim]]:
    """What a piece of evidence claims, with the record behind it; nothing for a test: it passes.

    Raises:
        MeasurementError: for a quantity, a claim or a test that does not exist.
        RecordError: if a record cannot be shown.
    """
    if part.test:
        _check_test(part.test, root)
    if not part.quantity:
        return []
    measurement, _, name = part.quantity.partition(".")
    record = current(measurement, root)
    quantity = record.quantity(name)
    if part.at_least is not None or part.at_most is not None:
        interval = record.pooled_quantity(name).interval
        own = Claim(
            text=quantity.label,
            quantity=name,
            at_least=part.at_least,
            at_most=part.at_most,
            verdict=verdict(interval, part.at_least, part.at_most),
        )
        return [(record, own)]
    made = [claim for claim in record.claims if claim.quantity == name]
    if not made:
        raise MeasurementError(
            f"the experiment {measurement!r} claims nothing of {name!r}",
            "Name one with a claim, or give the saying's own bound: at_least or at_most.",
        )
    return [(record, claim) for claim in made]


def _check_test(named: str, root: Path) -> None:
    path, _, name = named.partition("::")
    file = root / path
    if not path.startswith("tests/") or not file.is_file():
        raise MeasurementError(
            f"{path!r} is not a file of tests", "Write tests/…/test_….py::test_…"
        )
    if not re.search(rf"^(async )?def {re.escape(name)}\(", file.read_text("utf-8"), re.MULTILINE):
        raise MeasurementError(f"{path} has no test named {name!r}", "Name one that exists.")
