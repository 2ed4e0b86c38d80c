"""Sixty requests for a report, and then one for the health check."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import httpx
from fastapi import FastAPI

Render = Callable[[], str]
CreateApp = Callable[[Render], FastAPI]

PATIENCE_S = 2.0  # how long the first report waits for the check
REPORTS = 60


class Outcome(NamedTuple):
    """Statuses of reports, and whether the check was before them."""

    statuses: Counter[int]
    checked: bool


# --8<-- [start:reports]
async def ask(create_app: CreateApp) -> Outcome:
    checked, gave_up = threading.Event(), threading.Event()

    def render() -> str:
        # Whatever blocks: a PDF, a sync driver, a password hash.
        if not gave_up.is_set() and not checked.wait(PATIENCE_S):
            gave_up.set()
        return "report"

    transport = httpx.ASGITransport(create_app(render))
    async with (
        httpx.AsyncClient(transport=transport) as client,
        asyncio.TaskGroup() as group,
    ):
        requests = [
            group.create_task(client.get("http://app/report"))
            for _ in range(REPORTS)
        ]
        (await client.get("http://app/health")).raise_for_status()
        checked.set()
    statuses = Counter(task.result().status_code for task in requests)
    return Outcome(statuses, not gave_up.is_set())


# --8<-- [end:reports]


def demonstrate(create_app: CreateApp) -> None:
    statuses, checked = asyncio.run(ask(create_app))
    for status, count in sorted(statuses.items()):
        print(f"{count} reports: {status}")
    when = "at once" if checked else "after the first reports"
    print(f"health check: {when}")
