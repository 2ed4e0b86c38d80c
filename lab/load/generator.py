"""The load generator, in a process of its own.

Tried first, at 100 requests a second for 10 s against a server that stalls once for a second, so
that the 95th percentile is 510 ms: hey says 16 ms, Locust 14 ms, wrk has closed loops only. k6 is
right, 500 ms, but has no Poisson arrivals, drops arrivals, and does not tell how late it was.
"""

import asyncio
import json
import sys

from lab.load.load import Load, Sent
from lab.load.plan import Plan, to_json
from lab.repository import ROOT


class GeneratorError(RuntimeError):
    """The generator's process did not come to its end; the message is its last line."""


async def generate(plan: Plan) -> Load:
    """Send the load and wait for its end: some 0.2 s longer than the plan, and its time-out.

    A cancellation ends the generator at once.

    Raises:
        GeneratorError: the process failed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "lab.load",
        "send",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 30,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        # Its input stays open: the end of it would be the end of the process.
        process.stdin.write(json.dumps(to_json(plan)).encode() + b"\n")
        answer, said = await asyncio.gather(process.stdout.read(), process.stderr.read())
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process.stdin.close()
    if status:
        lines = said.decode(errors="replace").strip().splitlines() or [f"status {status}"]
        raise GeneratorError(f"the load generator failed: {lines[-1]}")
    found = json.loads(answer)
    return Load(
        plan,
        tuple(Sent(*one) for one in found["sent"]),
        found["processor"],
        tuple(found["loop_lag_s"]),
    )
