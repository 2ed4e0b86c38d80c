"""The producer of an engine, or with `run` a worker of it."""

import asyncio
import importlib
import sys

name, *worker = sys.argv[1:]
engine = importlib.import_module(f"{__package__}.{name}")
with asyncio.Runner() as runner:  # clients keep to one event loop
    if worker:
        runner.run(engine.run())
    for line in sys.stdin:
        command, *numbers = line.split()
        asked = getattr(engine, command)(*map(int, numbers))
        print(runner.run(asked) or 0, flush=True)
