"""What watching costs a request, in processor time of the server.

The application runs under uvicorn in a process of its own and answers
a lone client, again and again, over one connection. Its processor
time, user and system, is divided by the requests: so a ratio has HTTP,
routing and the answer on both sides, what a service would notice.

In theory: a duration and a gauge are two look-ups of a dictionary of
attributes, microseconds each, where a request of FastAPI takes
hundreds. A trace is four spans, each an object with attributes, ids
and two clocks. A layer of BaseHTTPMiddleware starts a task and pipes
the response through a stream of memory; a layer of pure ASGI is one
call more.
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
from snippets.seeing.instrumented import Watch

APP = "snippets.seeing.instrumented:create_app"
ORDERS = (Request("/orders/42"),)


async def run(setting: Setting, watch: Watch) -> Values:
    with serve(APP, {"watch": watch}) as app:
        plan = partial(Plan, app.url, Closed(1), requests=ORDERS)
        await generate(plan(seconds=setting.conditions["settle_s"]))
        before_s = app.processor_s()
        load = await generate(
            plan(seconds=setting.conditions["seconds"])
        )
        used_s = app.processor_s() - before_s
    setting.disturbed(load.void)
    return {"processor": used_s / len(load.sent)}


def against_nothing(watch: Watch, label: str) -> Quantity:
    return Quantity(
        label=f"processor time, {label} against nothing",
        unit="×",
        digits=3,
        of=lambda r: r[watch]["processor"] / r["nothing"]["processor"],
    )


EXPERIMENT = Experiment(
    question="What does watching cost a request?",
    conditions={"seconds": 1.5, "settle_s": 0.3},
    rehearsal={"seconds": 0.2, "settle_s": 0.1},
    rounds=3,
    metrics={
        "processor": Metric(
            label="processor time of the server a request", unit="s"
        )
    },
    variants={
        "nothing": Variant(
            label="nothing",
            run=partial(run, watch="nothing"),
            baseline=True,
        ),
        "metrics": Variant(
            label="FastAPI's metrics", run=partial(run, watch="metrics")
        ),
        "traces": Variant(
            label="FastAPI's traces, each kept",
            run=partial(run, watch="traces"),
        ),
        "sampled": Variant(
            label="FastAPI's traces, one in a hundred kept",
            run=partial(run, watch="sampled"),
        ),
        "instrumentator": Variant(
            label="the instrumentator's metrics",
            run=partial(run, watch="instrumentator"),
        ),
        "base": Variant(
            label="five layers of BaseHTTPMiddleware",
            run=partial(run, watch="base"),
        ),
        "pure": Variant(
            label="five layers of pure ASGI",
            run=partial(run, watch="pure"),
        ),
    },
    quantities={
        "metrics": against_nothing("metrics", "metrics"),
        "traces": against_nothing("traces", "traces"),
        "sampled": against_nothing("sampled", "one trace in a hundred"),
        "instrumentator": against_nothing(
            "instrumentator", "the instrumentator"
        ),
        "base": against_nothing("base", "five BaseHTTPMiddleware"),
        "pure": against_nothing("pure", "five layers of pure ASGI"),
    },
    claims=(
        Claim(
            "FastAPI's metrics add at most a quarter to a request that"
            " does nothing",
            quantity="metrics",
            at_most=1.25,
        ),
        Claim(
            "Traces of which each is kept at most double it",
            quantity="traces",
            at_most=2.0,
        ),
        Claim(
            "One trace in a hundred adds at most a half",
            quantity="sampled",
            at_most=1.5,
        ),
        Claim(
            "Five layers of BaseHTTPMiddleware at least double it",
            quantity="base",
            at_least=2.0,
        ),
        Claim(
            "Five layers of pure ASGI add at most a tenth",
            quantity="pure",
            at_most=1.1,
        ),
    ),
)
