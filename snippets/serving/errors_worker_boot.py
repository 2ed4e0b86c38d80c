"""A worker of gunicorn fails to boot, and the reason stands further up.

Running it starts gunicorn without a variable that the application
needs, checks that beforehand, and starts it with the variable.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from itertools import dropwhile

from fastapi import FastAPI

ORDERS_URL = "postgresql://localhost/orders"


# --8<-- [start:raises]
def create_app() -> FastAPI:
    url = os.environ["ORDERS_URL"]  # in each worker  # [!]
    app = FastAPI()

    @app.get("/")
    async def read() -> str:
        return url

    return app


# --8<-- [end:raises]

GUNICORN = (
    *(sys.executable, "-m", "gunicorn", "--worker-class=asgi"),
    *("--bind=127.0.0.1:0", "--no-control-socket"),
)
APP = f"{__spec__.name}:create_app()" if __spec__ else ""


# --8<-- [start:fix]
def reason(log: str) -> str:
    """The error below the last traceback, with all of its lines."""
    frames = log.rpartition("(most recent call last):\n")[2]
    lines = frames.splitlines()
    return "\n".join(dropwhile(lambda line: line[:1] == " ", lines))


def check(environment: Mapping[str, str], app: str = APP) -> str:
    """Import the application and end: before a rollout."""
    done = subprocess.run(
        [*GUNICORN, "--check-config", app],  # [!]
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    error = reason(done.stderr) if done.returncode else ""
    return f"exit {done.returncode} {error}".rstrip()


# --8<-- [end:fix]


def start(environment: Mapping[str, str], *options: str) -> list[str]:
    """What it logs until it listens, and then ends, or has ended."""
    lines = []
    with subprocess.Popen(
        [*GUNICORN, *options, APP],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr or ():
            lines.append(line.rstrip().rpartition("] ")[2])
            if "ASGI server listening" in line:
                process.send_signal(signal.SIGTERM)
    return [*lines, f"exit {process.returncode}"]


def main() -> None:
    without = {**os.environ}
    without.pop("ORDERS_URL", None)
    given = without | {"ORDERS_URL": ORDERS_URL}
    log = start(without)
    error = next(line for line in log if line.startswith("KeyErr"))
    print("\n".join(["started:", f"  {error}", "  …"]))
    print("\n".join(f"  {line}" for line in log[-3:]))
    print("checked:", check(without))
    print("with the variable:", check(given))
    print(" ", start(given)[-1])


if __name__ == "__main__":
    main()
