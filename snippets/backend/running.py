"""The whole backend on this machine: two web workers, a job worker, and what to try.

A child that is killed is started anew, since a worker that dies is what the service is made for. A
child that ends by itself would do so again: then the whole ends, with its exit status, or with 1
if it says 0, as uvicorn does when its workers fail to start. It is for your machine only: it
listens on 127.0.0.1, and everybody knows the passwords of the demo.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser

from sqlalchemy.exc import SQLAlchemyError

from .guide import GUIDE
from .migrations import upgrade
from .port import HOST, ready, unusable
from .processes import POLL_S, Processes
from .seed import CUSTOMER, PASSWORD, seed
from .settings import load
from .signals import until_told_to_end

GRACE_S = 10  # longer than a request may take: see shedding
PACKAGE = __package__ or ""


def parser() -> ArgumentParser:
    """What the command line may say."""
    made = ArgumentParser(prog=f"python -m {PACKAGE}", description="Run the shop on this machine.")
    made.add_argument("--port", type=int, default=8000, help="where it listens [%(default)s]")
    return made


def main() -> int:
    """Run it until told to end, with the servers that the environment names."""
    given = parser().parse_args()
    with until_told_to_end():
        return serve(given.port)
    return 0


def serve(port: int) -> int:
    """Migrate, fill, serve; return the exit status.

    Secrets that the environment lacks are made up, for this run.
    """
    if reason := unusable(port):
        return fail(f"Port {port} of {HOST} cannot be used: {reason}. Choose another: --port 8001")
    with tempfile.TemporaryDirectory() as metrics, Processes(GRACE_S + 2) as processes:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics
        for name in ("SECRET_KEY", "METRICS_TOKEN"):
            os.environ.setdefault(name, secrets.token_urlsafe(32))
        settings = load()
        try:
            upgrade(settings)
            seed(settings)
        except (SQLAlchemyError, OSError) as error:
            return fail(f"DATABASE_URL: {getattr(error, 'orig', None) or error}")
        return supervise(processes, port)


def supervise(processes: Processes, port: int) -> int:
    """Start the children, and start anew who is killed, until one fails; return its status."""
    python, address = [sys.executable, "-m"], ["--host", HOST, "--port", str(port)]
    web = ["uvicorn", "--factory", f"{PACKAGE}.app:create_app", *address, "--workers", "2"]
    grace = ["--timeout-graceful-shutdown", str(GRACE_S)]
    commands = {
        "the web server": [*python, *web, *grace, "--no-access-log"],
        "the job worker": [*python, f"{PACKAGE}.worker"],
    }
    for name, command in commands.items():
        processes.start(name, command)
    announced = False
    while True:
        for name, status in processes.ended():
            if status >= 0:
                return fail(f"{name} has ended with status {status}.", status or 1)
            pid = processes.start(name, commands[name])
            say(f"{name} was killed by {signal.Signals(-status).name}; process {pid} replaces it.")
        if not announced and ready(port):
            announced = True
            token = os.environ["METRICS_TOKEN"]
            say(GUIDE.format(port=port, token=token, email=CUSTOMER, password=PASSWORD))
        time.sleep(POLL_S)


def say(text: str) -> None:
    """Print it at once, wherever the output goes."""
    print(text, flush=True)


def fail(text: str, status: int = 1) -> int:
    """Say what is wrong in a line; return the exit status."""
    print(text, file=sys.stderr, flush=True)
    return status
