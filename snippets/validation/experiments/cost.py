"""What validation costs a request, in processor time of the server.

The application runs under uvicorn in a process of its own and answers a
lone client over one connection. Its processor time, user and system, is
divided by the requests, so it contains HTTP, routing and the answer:
what a service would notice. A machine's speed drifts by more than a
model costs. So each run asks for a model of plain types as well, in
turns and of the same process, and ratios are taken within a run. The
variant that is plain types itself shows what is left of the drift.

In theory a request to FastAPI takes 100 microseconds at least. Types
that fit run eleven calls of Python for this body, each of a microsecond
or two: they add 0.1 to 0.2, so at most a fifth. A model of plain types
is a few microseconds of Rust and FastAPI's way to a body, and a refusal
builds one error instead of an object and encodes one small document:
both below half of a request.
"""

from functools import partial

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Values,
    Variant,
)
from lab.load import Closed, Plan, Request, generate, serve
from snippets.validation.intake import BODY, WRONG

INTAKE = "snippets.validation.intake:create_app"
JSON = (("Content-Type", "application/json"),)


async def run(setting: Setting, path: str, body: str) -> Values:
    asked = {"it": (path, body), "plain": ("/plain", BODY)}
    used_s, sent = dict.fromkeys(asked, 0.0), dict.fromkeys(asked, 0)
    seconds = setting.conditions["seconds"]
    with serve(INTAKE) as app:
        for turn in range(int(setting.conditions["turns"]) + 1):
            for name in sorted(asked, reverse=bool(turn % 2)):
                where, what = asked[name]
                request = Request(
                    where, method="POST", headers=JSON, body=what
                )
                before_s = app.processor_s()
                load = await generate(
                    Plan(app.url, Closed(1), seconds, (request,))
                )
                if turn == 0:  # warms up
                    continue
                setting.disturbed(load.void)
                used_s[name] += app.processor_s() - before_s
                sent[name] += len(load.sent)
    processor = {name: used_s[name] / sent[name] for name in asked}
    return {
        "processor": processor["it"],
        "ratio": processor["it"] / processor["plain"],
    }


EXPERIMENT = Experiment(
    question="What does validation cost a request?",
    conditions={"seconds": 1.0, "turns": 2},
    rehearsal={"seconds": 0.1, "turns": 1},
    rounds=4,
    metrics={
        "processor": Metric(
            label="processor time of the server a request", unit="s"
        ),
        "ratio": Metric(
            label="processor time against a model of plain types,"
            " asked in turns",
            unit="×",
        ),
    },
    variants={
        "unchecked": Variant(
            label="json(), nothing checked",
            run=partial(run, path="/unchecked", body=BODY),
            baseline=True,
        ),
        "plain": Variant(
            label="a model of plain types",
            run=partial(run, path="/plain", body=BODY),
        ),
        "fitting": Variant(
            label="a model of types that fit the columns",
            run=partial(run, path="/fitting", body=BODY),
        ),
        "refused": Variant(
            label="the same, refused",
            run=partial(run, path="/fitting", body=WRONG),
        ),
    },
    quantities={
        "model": Quantity(
            label="processor time, a model against none",
            unit="×",
            digits=3,
            of=lambda r: 1 / r["unchecked"]["ratio"],
        ),
        "fitting": Quantity(
            label="processor time, types that fit against plain ones",
            unit="×",
            digits=3,
            of=lambda r: r["fitting"]["ratio"],
        ),
        "refused": Quantity(
            label="processor time, refused against accepted",
            unit="×",
            digits=3,
            of=lambda r: r["refused"]["ratio"] / r["fitting"]["ratio"],
        ),
        "drift": Quantity(
            label="processor time, plain types against themselves",
            unit="×",
            digits=3,
            of=lambda r: r["plain"]["ratio"],
        ),
    },
    claims=(
        Claim(
            "A model of seven fields adds at most half to a request"
            " that checks nothing",
            quantity="model",
            at_most=1.5,
        ),
        Claim(
            "Types that fit the columns add at most a fifth to plain"
            " ones",
            quantity="fitting",
            at_most=1.2,
        ),
        Claim(
            "A refusal costs at most half more than what it refuses",
            quantity="refused",
            at_most=1.5,
        ),
    ),
)
