"""What an experiment declares: variants, conditions, metrics, quantities and claims.

Only declarations live here, and this module imports nothing of ours.
"""

import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SERVERS = frozenset({"postgres", "redis"})
FEWEST_ROUNDS = 3

Values = dict[str, float]
Round = Mapping[str, Mapping[str, float]]  # variant -> metric -> value, all from one round
Conditions = Mapping[str, Any]  # JSON values: numbers, text, truth values, lists of them

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True)
class Setting:
    """What one run of a variant is given: the conditions, and the servers that it needs."""

    conditions: Conditions
    postgres: str | None = None
    redis: tuple[str, str] | None = None
    _disturbances: list[str] = field(default_factory=list, repr=False, compare=False)

    def disturbed(self, reason: str | None) -> None:
        """Say why the round means nothing, such as `load.void`; None says nothing.

        The round is kept and does not count. The reason must not depend on the result: a load
        generator that fell behind is one, a value that looks wrong is not.
        """
        if reason is not None:
            self._disturbances.append(reason)

    def taken(self) -> list[str]:
        """What was disturbed since the last call."""
        found = list(self._disturbances)
        self._disturbances.clear()
        return found

    @property
    def dsn(self) -> str:
        """The address of a fresh, empty PostgreSQL database.

        Raises:
            LookupError: The experiment does not declare that it needs one.
        """
        if self.postgres is None:
            raise LookupError('setting.dsn needs a server: declare needs=frozenset({"postgres"})')
        return self.postgres

    @property
    def redis_url(self) -> str:
        """The address of a Redis server.

        Raises:
            LookupError: The experiment does not declare that it needs one.
        """
        return self._redis("redis_url")[0]

    @property
    def redis_prefix(self) -> str:
        """What every key begins with.

        Raises:
            LookupError: The experiment does not declare that it needs a Redis server.
        """
        return self._redis("redis_prefix")[1]

    def _redis(self, name: str) -> tuple[str, str]:
        if self.redis is None:
            raise LookupError(
                f'setting.{name} needs a server: declare needs=frozenset({{"redis"}})'
            )
        return self.redis


@dataclass(frozen=True)
class Metric:
    """One thing that every run of every variant measures, with its unit."""

    label: str
    unit: str


@dataclass(frozen=True)
class Variant:
    """One of the ways that are compared.

    Attributes:
        label: What figures call it.
        run: One run: from the setting to a value for each metric.
        x: Where it stands on a numeric axis.
        baseline: Whether the others are compared with it; at most one is.
        lacks: The metrics that it has none of, such as the stock of what sells nothing; a table
            shows a dash.
    """

    label: str
    run: Callable[[Setting], Awaitable[Values]]
    x: float | None = None
    baseline: bool = False
    lacks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Quantity:
    """A number that follows from the samples of one round, such as a ratio.

    It is computed for each round; what is published is the median over all rounds of all runs,
    with its interval.

    Attributes:
        label: What figures call it.
        unit: Its unit, such as "×", "ms" or "".
        of: From the values of one round to the number.
        digits: How many significant digits are shown.
    """

    label: str
    unit: str
    of: Callable[[Round], float]
    digits: int = 2

    def __post_init__(self) -> None:
        _require(self.digits >= 1, f"quantity {self.label!r}: digits is {self.digits}, below 1")


@dataclass(frozen=True)
class Claim:
    """A sentence of the article as bounds on a quantity's median, stated before the first run.

    The bounds come from the theory; `lab.verdict` judges them by the median's interval.
    """

    text: str
    quantity: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        claim = f"claim {self.text!r}"
        _require(bool(self.text.strip()), f"a claim on {self.quantity!r} has no text")
        _require(bool(bounds), f"{claim} has no bound: give at_least, at_most or both")
        _require(all(map(math.isfinite, bounds)), f"{claim} has a bound that is not finite")
        _require(bounds == sorted(bounds), f"{claim} cannot hold: at_least is above at_most")


@dataclass(frozen=True)
class Experiment:
    """A question, the ways compared to answer it, and what the article claims of the answer.

    Attributes:
        question: What the experiment decides.
        needs: The servers it runs on: "postgres", "redis", both or none.
        environments: Those of `lab.environments` whose interpreters its variants start.
        conditions: Sizes, durations and concurrency, recorded with the result.
        rehearsal: Smaller conditions, for the test that runs every experiment once.
        rounds: How many times a run runs each variant, after one round that is discarded.
        metrics: What every run returns, but for those that its variant lacks.
        variants: What is compared, in the order of figures; each round runs them in random order.
        quantities: What is computed from each round.
        claims: What the article says of the quantities.
        prepare: Runs once, before the first round: tables, rows, keys.
        postgres_settings: Lines of postgresql.conf for a server of its own, such as
            `lab.inside.statements.SETTINGS`; a server of DATABASE_URL is taken as it is.
        redis_settings: Lines of redis.conf, alike.

    Raises:
        ValueError: The declaration contradicts itself.
    """

    question: str
    conditions: Conditions
    rounds: int
    metrics: Mapping[str, Metric]
    variants: Mapping[str, Variant]
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    rehearsal: Conditions = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()
    prepare: Callable[[Setting], Awaitable[None]] | None = None
    postgres_settings: Mapping[str, str] = field(default_factory=dict)
    redis_settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require(self.question.endswith("?"), f"question {self.question!r} does not end with '?'")
        _require(bool(self.metrics), "an experiment without metrics measures nothing")
        _require(bool(self.variants), "an experiment without variants runs nothing")
        _require(
            self.rounds >= FEWEST_ROUNDS,
            f"rounds is {self.rounds}: a spread needs at least {FEWEST_ROUNDS}",
        )
        _known("needs", self.needs, SERVERS)
        _known("rehearsal", self.rehearsal, self.conditions)
        for variant in self.variants.values():
            _known("a metric that a variant lacks", variant.lacks, self.metrics)
        _known("a claim's quantity", (claim.quantity for claim in self.claims), self.quantities)
        for name in (*self.metrics, *self.variants, *self.quantities):
            _require(
                _NAME.fullmatch(name) is not None,
                f"name {name!r}: use lower-case letters and digits, joined by - or _",
            )
        for server, settings in (
            ("postgres", self.postgres_settings),
            ("redis", self.redis_settings),
        ):
            _require(
                not settings or server in self.needs,
                f'{server}_settings needs a server: declare needs=frozenset({{"{server}"}})',
            )
        baselines = [name for name, variant in self.variants.items() if variant.baseline]
        _require(len(baselines) <= 1, f"{len(baselines)} baselines: {', '.join(baselines)}")
        for name, value in (*self.conditions.items(), *self.rehearsal.items()):
            _require(_is_json(value), f"condition {name!r} is {value!r}: JSON cannot store that")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _known(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    choices = sorted(known)
    for name in names:
        listed = ", ".join(choices) or "none"
        _require(name in choices, f"{what}: {name!r} is unknown; there are: {listed}")


def _is_json(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_json, value))
    return isinstance(value, bool | int | str) or (
        isinstance(value, float) and math.isfinite(value)
    )
