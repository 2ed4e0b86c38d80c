"""Requests that nobody would think of, made from the schema.

The values at and beyond each limit of the schema first, then values at
random, then sequences of requests that belong together: what
`schemathesis run` does, with a seed.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from lab.experiment import Conditions
from snippets.backend.experiments._systems import Running

TESTED = re.compile(r"Tested: +(\d+)")


class NotFuzzedError(Exception):
    """No operation was tried; the message has what was printed last."""


async def failing_operations(
    backend: Running, conditions: Conditions
) -> float:
    """How many operations gave any answer of 500 or above."""
    system, account = backend.system, backend.account
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            backend.url + system.schema,
            *("--checks", "not_a_server_error", "--no-color"),
            *("--phases", conditions["phases"]),
            *("--max-examples", str(conditions["examples"])),
            *("--seed", str(conditions["seed"])),
            *("--continue-on-failure", "--report", "junit"),
            *("--report-junit-path", str(report)),
            *("--exclude-path-regex", system.unfuzzed),
        ]
        for name, value in account.headers:
            command += ["--header", f"{name}: {value}"]
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return failed(said.decode(errors="replace"), report)


def failed(said: str, report: Path) -> float:
    """How many operations the report has with a failure."""
    tested = TESTED.search(said)
    if tested is None or not int(tested[1]) or not report.exists():
        raise NotFuzzedError(" ".join(said.split())[-300:])
    cases = ElementTree.parse(report).iter("testcase")
    return float(sum(one.find("failure") is not None for one in cases))
