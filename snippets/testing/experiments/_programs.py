"""Load generators that people use: how they run, what they report.

hey and wrk are found on PATH. Locust has an environment of its own.
"""

import asyncio
import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab import environments
from snippets.testing.experiments import engines

PROGRAMS = ("hey", "wrk")
USERS = Path(engines.__path__[0], "users.py")
# What wrk prints are four percentiles; a script gets all latencies.
DONE = """
function done(summary, latency)
    local failed, found = 0, {}
    for _, count in pairs(summary.errors) do
        failed = failed + count
    end
    for i = 1, #latency do
        found[i] = string.format("[%d, %d]", latency(i))
    end
    local form = '\\n{"sent": %d, "failed": %d, "found_us": [%s]}'
    local all = table.concat(found, ", ")
    print(string.format(form, summary.requests, failed, all))
end
"""


class NoProgramError(Exception):
    """A program is not installed; the message has the command."""


class FailedError(Exception):
    """A program did not report what it should."""


@dataclass(frozen=True)
class Load:
    """What a program is to send, and where to.

    Attributes:
        rate: requests a second, of all users together.
    """

    url: str
    users: int
    rate: float
    seconds: int


@dataclass(frozen=True)
class Report:
    """What it says of that.

    Attributes:
        lags_s: how late its loop was, where it tells.
    """

    latencies_s: list[float]
    sent: int
    lags_s: list[float] = field(default_factory=list)


def require(programs: Sequence[str] = PROGRAMS) -> None:
    """Do nothing if they are there.

    Raises:
        NoProgramError: one of them is not.
    """
    if gone := [name for name in programs if not shutil.which(name)]:
        verb = "is" if len(gone) == 1 else "are"
        raise NoProgramError(
            f"{' and '.join(gone)} {verb} not installed; on Debian:"
            f" apt-get install {' '.join(gone)}"
        )


async def hey(load: Load) -> Report:
    """Users with a clock each, which drops ticks while they wait."""
    said = await run(
        *("hey", "-c", load.users, "-q", load.rate / load.users),
        *("-z", f"{load.seconds}s", "-o", "csv", f"{load.url}/"),
    )
    return read_hey(said)


def read_hey(said: str) -> Report:
    rows = list(csv.DictReader(io.StringIO(said)))
    statuses = {row.get("status-code") for row in rows}
    if statuses != {"200"}:
        found = statuses or "no answers"
        raise FailedError(f"hey: {found}, and not 200 alone")
    latencies = [float(row["response-time"]) for row in rows]
    return Report(latencies, len(latencies))


async def wrk(load: Load) -> Report:
    """Users who never pause, in one thread."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "done.lua")
        script.write_text(DONE, encoding="utf-8")
        said = await run(
            *("wrk", "--threads", 1, "--connections", load.users),
            *("--duration", f"{load.seconds}s", "--script", script),
            f"{load.url}/",
        )
    return read_wrk(said)


def read_wrk(said: str) -> Report:
    found = json.loads(said.splitlines()[-1])
    if found["failed"] or not found["sent"]:
        counts = f"{found['failed']} of {found['sent']}"
        raise FailedError(f"wrk: {counts} requests failed")
    latencies = [
        microseconds / 1e6
        for microseconds, count in found["found_us"]
        for _ in range(count)
    ]
    return Report(latencies, found["sent"])


async def locust(load: Load, users: str) -> Report:
    """A class of `engines.users`."""
    python = environments.interpreter("locust")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        await run(
            *(python, "-m", "locust", "--locustfile", USERS),
            *("--headless", "--only-summary", "--host", load.url),
            *("--exit-code-on-error", 0),  # a failure is in the report
            *("--users", load.users, "--spawn-rate", load.users),
            users,
            place=folder,  # where Locust finds no settings
            variables={
                "RATE": str(load.rate),
                "SECONDS": str(load.seconds),
                "USERS": str(load.users),
                "REPORT": str(report),
            },
        )
        return read_locust(report.read_text(encoding="utf-8"))


def read_locust(said: str) -> Report:
    found = json.loads(said)
    latencies, failures = found["latencies_s"], found["failures"]
    if failures or not latencies:
        why = failures[:1] or "no request was answered"
        raise FailedError(f"Locust: {why}")
    return Report(latencies, len(latencies), found["lags_s"])


async def run(
    *command: object,
    place: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> str:
    """What a program prints; it ends with whoever waits for it.

    Raises:
        FailedError: it failed, or printed nothing.
    """
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=place,
        env={**os.environ, **(variables or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = printed.decode(errors="replace").strip()
    if process.returncode or not said:
        last = said.splitlines()[-1:] or ["it printed nothing"]
        raise FailedError(f"{command[0]}: {last[0]}")
    return said
