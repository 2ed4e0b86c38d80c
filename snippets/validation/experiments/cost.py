"""What validation costs a request, in processor time of the server.

The application runs under uvicorn in a process of its own and answers a
lone client, again and again, over one connection. Its processor time,
user and system, is divided by the requests. So a ratio contains HTTP,
routing and the answer on both sides: what a service would notice. In
theory a model of seven fields costs microseconds and HTTP with FastAPI
hundreds of them, so that checks in Python are a small part.
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
    request = Request(path, method="POST", headers=JSON, body=body)
    with serve(INTAKE) as app:
        plan = partial(Plan, app.url, Closed(1), requests=(request,))
        await generate(plan(seconds=setting.conditions["settle_s"]))
        before_s = app.processor_s()
        seconds = setting.conditions["seconds"]
        load = await generate(plan(seconds=seconds))
        used_s = app.processor_s() - before_s
    setting.disturbed(load.void)
    return {"processor": used_s / len(load.sent)}


EXPERIMENT = Experiment(
    question="What does validation cost a request?",
    conditions={"seconds": 2.0, "settle_s": 0.3},
    rehearsal={"seconds": 0.2, "settle_s": 0.1},
    rounds=3,
    metrics={
        "processor": Metric(
            label="processor time of the server a request", unit="s"
        )
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
            of=lambda r: (
                r["plain"]["processor"] / r["unchecked"]["processor"]
            ),
        ),
        "fitting": Quantity(
            label="processor time, types that fit against plain ones",
            unit="×",
            digits=3,
            of=lambda r: (
                r["fitting"]["processor"] / r["plain"]["processor"]
            ),
        ),
        "refused": Quantity(
            label="processor time, refused against accepted",
            unit="×",
            digits=3,
            of=lambda r: (
                r["refused"]["processor"] / r["fitting"]["processor"]
            ),
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
