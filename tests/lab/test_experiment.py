"""What an experiment may declare: contradictions are refused where they are written."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lab.experiment import Claim, Experiment, Metric, Quantity, Setting, Values, Variant


async def ten(setting: Setting) -> Values:
    return {"throughput": 10.0}


SPEEDUP = Quantity(label="speedup", unit="×", of=lambda r: r["pool"]["throughput"])

EXPERIMENT = Experiment(
    question="What does a connection per request cost?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 3.0, "sizes": [1, 2], "mode": "open", "warm": True},
    rehearsal={"seconds": 0.2},
    rounds=3,
    metrics={"throughput": Metric(label="requests served", unit="req/s")},
    variants={"pool": Variant(label="pool of 10", run=ten, x=10.0, baseline=True)},
    quantities={"speedup": SPEEDUP},
    claims=(Claim("A pool serves more", quantity="speedup", at_least=5.0),),
)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"question": "Pools"}, "question 'Pools' does not end with"),
        ({"rounds": 2}, "rounds is 2: a spread needs at least 3"),
        ({"metrics": {}}, "an experiment without metrics measures nothing"),
        ({"variants": {}}, "an experiment without variants runs nothing"),
        ({"needs": frozenset({"mysql"})}, "needs: 'mysql' is unknown; there are: postgres, redis"),
        ({"rehearsal": {"second": 1}}, "rehearsal: 'second' is unknown; there are: mode, seconds"),
        ({"quantities": {}}, "a claim's quantity: 'speedup' is unknown; there are: none"),
        ({"metrics": {"p99.ms": Metric("wait", "ms")}}, "name 'p99.ms': use lower-case letters"),
        ({"quantities": {"speedup": SPEEDUP, "": SPEEDUP}}, "name '': use lower-case"),
        (
            {"variants": {name: Variant("x", ten, baseline=True) for name in ("one", "two")}},
            "2 baselines: one, two",
        ),
        (
            {"variants": {"pool": Variant("pool", ten, lacks=frozenset({"stock"}))}},
            "a metric that a variant lacks: 'stock' is unknown; there are: throughput",
        ),
        ({"variants": {"Pool": Variant("pool", ten)}}, "name 'Pool': use lower-case"),
        ({"conditions": {"seconds": object()}}, "condition 'seconds' is <object"),
        ({"conditions": {"seconds": [float("nan")]}}, "condition 'seconds' is [nan]: JSON cannot"),
        ({"rehearsal": {"seconds": {1}}}, "condition 'seconds' is {1}: JSON cannot store that"),
    ],
)
def test_a_contradiction_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        replace(EXPERIMENT, **changes)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (lambda: Claim("x", quantity="speedup"), "claim 'x' has no bound"),
        (lambda: Claim(" ", quantity="speedup", at_least=1), "a claim on 'speedup' has no text"),
        (
            lambda: Claim("x", quantity="speedup", at_least=2, at_most=1),
            "cannot hold: at_least is above at_most",
        ),
        (lambda: Claim("x", quantity="speedup", at_most=float("inf")), "is not finite"),
        (lambda: Quantity("x", unit="", of=lambda r: 1, digits=0), "digits is 0, below 1"),
    ],
)
def test_a_bound_that_bounds_nothing_is_refused(claim: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        claim()


def test_a_disturbance_is_taken_once() -> None:
    setting = Setting({})
    setting.disturbed(None)
    assert setting.taken() == []
    setting.disturbed("the generator was late")
    assert setting.taken() == ["the generator was late"]
    assert setting.taken() == []


def test_a_setting_gives_the_servers_that_were_declared() -> None:
    setting = Setting({}, postgres="postgresql://here/db", redis=("redis://here", "mine:"))
    assert setting.dsn == "postgresql://here/db"
    assert (setting.redis_url, setting.redis_prefix) == ("redis://here", "mine:")


@pytest.mark.parametrize("name", ["dsn", "redis_url", "redis_prefix"])
def test_a_server_that_was_not_declared_is_refused_rather_than_guessed(name: str) -> None:
    with pytest.raises(LookupError, match=rf"setting\.{name} needs a server: declare needs="):
        getattr(Setting({}), name)
