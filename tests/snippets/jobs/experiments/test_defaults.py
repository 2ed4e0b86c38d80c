"""What engines do unless told otherwise, as the article says it and as they say it themselves.

The numbers stand here with the versions in which they were read. So a machine that lacks these
environments, which `make queues` makes, still compares the article with the numbers, and the
versions with what `environments/` pins by hash. Where they are, the last test asks the libraries.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from lab import environments
from lab.repository import ROOT

ARTICLE = ROOT / "docs" / "posts" / "a-202-outlives-its-job.md"
WORDS: Mapping[object, str] = {4: "four", 1_000: "a thousand", 3_600: "an hour"}


@dataclass(frozen=True)
class Defaults:
    """What one engine does by itself.

    Attributes:
        environment: where it is installed.
        pinned: the versions in which `found` was read.
        code: gives the variable `found` its value.
        found: the numbers.
        said: of the article, with the numbers in their places.
    """

    environment: str
    pinned: tuple[str, ...]
    code: str
    found: Mapping[str, float | str | None]
    said: tuple[str, ...]


DEFAULTS = {
    "pgqueuer": Defaults(
        environment="queues",
        pinned=("pgqueuer==1.6.0",),
        code="""
from inspect import signature
from pgqueuer import PgQueuer
run, entry = (signature(one).parameters for one in (PgQueuer.run, PgQueuer.entrypoint))
found = {
    "heartbeat_s": run["heartbeat_timeout"].default.total_seconds(),
    "look_s": run["dequeue_timeout"].default.total_seconds(),
    "failed": entry["on_failure"].default,
}
""",
        found={"heartbeat_s": 30, "look_s": 30, "failed": "delete"},
        said=(
            "| the heartbeat of a job is old | {heartbeat_s} s, and the next look, {look_s} s |",
            "[pgqueuer][pgqueuer-failures] and [procrastinate][procrastinate-retry] run a job that "
            "raises once, unless told how often.",
        ),
    ),
    "procrastinate": Defaults(
        environment="queues",
        pinned=("procrastinate==3.10.0",),
        code="""
from procrastinate import App, PsycopgConnector
app = App(connector=PsycopgConnector(), import_paths=[])
task = app.task(name="work")(print)
found = {"periodic": len(app.periodic_registry.periodic_tasks), "retry": task.retry_strategy}
""",
        found={"periodic": 0, "retry": None},
        said=("| your periodic task retries stalled jobs | never without it |",),
    ),
    "arq": Defaults(
        environment="arq",
        pinned=("arq==0.28.0",),
        code="""
import asyncio
from arq.worker import Worker
async def task(ctx): ...
async def worker():
    return Worker([task], handle_signals=False)
made = asyncio.run(worker())
timeout_s = made.job_timeout_s
found = {"timeout_s": timeout_s, "more_s": made.in_progress_timeout_s - timeout_s}
""",
        found={"timeout_s": 300, "more_s": 10},
        said=("| the timeout of a job, {timeout_s} s, and {more_s} s |",),
    ),
    "dramatiq": Defaults(
        environment="queues",
        pinned=("dramatiq==2.2.1",),
        code="""
from dramatiq.brokers.redis import MAINTENANCE_SCALE, RedisBroker
broker = RedisBroker()
found = {
    "heartbeat_s": broker.heartbeat_timeout / 1000,
    "commands": MAINTENANCE_SCALE / broker.maintenance_chance,
}
""",
        found={"heartbeat_s": 60, "commands": 1_000},
        said=("| {heartbeat_s} s, and one command of {commands} looks |",),
    ),
    "celery": Defaults(
        environment="queues",
        pinned=("celery==5.7.0", "kombu==5.7.0"),
        code="""
from celery import Celery
from kombu.transport.redis import Channel
app = Celery()
found = {
    "visible_s": Channel.visibility_timeout,
    "look_s": Channel.unacked_restore_interval * Channel.unacked_restore_throttle,
    "late": int(app.conf.task_acks_late),
    "taken": app.conf.worker_prefetch_multiplier,
}
""",
        found={"visible_s": 3_600, "look_s": 100, "late": 0, "taken": 4},
        said=(
            "| {visible_s}, and a look each {look_s} s |",
            "Celery takes {taken} for each process",
        ),
    ),
    "taskiq": Defaults(
        environment="queues",
        pinned=("taskiq-redis==1.2.4",),
        code="""
from taskiq_redis import RedisStreamBroker
broker = RedisStreamBroker("redis://nowhere")
found = {"idle_min": broker.idle_timeout / 60_000, "batch": broker.count}
""",
        found={"idle_min": 10, "batch": 100},
        said=(
            "| {idle_min} minutes, and the next job |",
            "taskiq's stream hands a worker up to {batch} jobs at once",
        ),
    ),
}
each = pytest.mark.parametrize("name", DEFAULTS)


@each
def test_the_article_says_the_defaults_as_they_were_read(name: str) -> None:
    article = " ".join(ARTICLE.read_text(encoding="utf-8").split())
    words = {key: WORDS.get(value, value) for key, value in DEFAULTS[name].found.items()}

    for said in DEFAULTS[name].said:
        assert said.format(**words) in article


@each
def test_they_were_read_in_the_versions_that_are_locked(name: str) -> None:
    """A new version may have others: ask it, by the test below."""
    lock = environments.lock(DEFAULTS[name].environment).read_text(encoding="utf-8")

    for pinned in DEFAULTS[name].pinned:
        assert f"\n{pinned} " in f"\n{lock}"


@each
def test_the_library_says_the_same(name: str) -> None:
    defaults = DEFAULTS[name]
    if missing := environments.missing([defaults.environment]):
        pytest.skip(missing)
    code = f"import json\n{defaults.code}\nprint(json.dumps(found))"
    said = subprocess.check_output(
        [environments.interpreter(defaults.environment), "-I", "-c", code], text=True, timeout=50
    )

    assert json.loads(said) == defaults.found
