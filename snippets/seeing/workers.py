"""Four processes, one of which is killed, and what a scrape reads.

Running it prints what one process knows of itself, what all say
together, and what is left when the one that was killed is removed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import (
    MultiProcessCollector,
    mark_process_dead,
)

WORKERS = 4
WORK = "from snippets.seeing.worker import work; work()"
COMMAND = (sys.executable, "-c", WORK)


@contextmanager
def workers(directory: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that have counted and are still there."""
    places = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(directory)}
    running = [
        subprocess.Popen(
            COMMAND,
            env=places,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(WORKERS)
    ]
    for worker in running:
        assert worker.stdout
        assert worker.stdout.readline() == "counted\n"
    yield running
    for worker in running:
        worker.communicate()  # closes its input, and waits


# --8<-- [start:scrape]
def scrape(directory: Path) -> dict[str, float]:
    """What all processes have counted together."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, directory)
    return {
        sample.name: sample.value
        for metric in sorted(registry.collect(), key=lambda m: m.name)
        for sample in metric.samples
    }


# --8<-- [end:scrape]


# --8<-- [start:dead]
def forget(pid: int, directory: Path) -> None:
    """To be called by whoever notices that a worker has died."""
    mark_process_dead(pid, str(directory))


# --8<-- [end:dead]


def main() -> None:
    with TemporaryDirectory() as name:
        directory = Path(name)
        with workers(directory) as running:
            print("four workers:", scrape(directory))
            running[0].kill()
            running[0].wait()
            print("one killed:  ", scrape(directory))
            forget(running[0].pid, directory)
            print("and forgotten:", scrape(directory))


if __name__ == "__main__":
    main()
