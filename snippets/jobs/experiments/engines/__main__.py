"""The producer of an engine: `prepare`, `enqueue`, `left`, `rescue`."""

import asyncio
import importlib
import sys


def main() -> None:
    engine = importlib.import_module(f"{__package__}.{sys.argv[1]}")
    with asyncio.Runner() as runner:  # clients keep to one event loop
        for line in sys.stdin:
            command, *numbers = line.split()
            asked = getattr(engine, command)(*map(int, numbers))
            print(runner.run(asked) or 0, flush=True)


if __name__ == "__main__":
    main()
