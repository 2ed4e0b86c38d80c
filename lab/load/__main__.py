"""The processes of a load: `python -m lab.load send` and `python -m lab.load host`.

Each reads one line of JSON from its input, and ends when that input does: its parent holds the
other end, so that no way in which the parent may go leaves it behind.
"""

import json
import os
import sys
import threading
from typing import Any

GONE = 1


def main() -> None:
    """Do what the line says."""
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    if sys.argv[1] == "send":
        _send(order)
    else:
        from lab.load.host import host

        host(order)


def _send(order: dict[str, Any]) -> None:
    import gc

    from lab.load.plan import from_json
    from lab.load.sending import send

    gc.freeze()
    gc.disable()  # a collection would be lag; the process ends with the load, which is bounded
    load = send(from_json(order))
    json.dump(
        {
            "sent": [[*vars(one).values()] for one in load.sent],
            "processor": load.processor,
            "loop_lag_s": load.loop_lag_s,
        },
        sys.stdout,
    )


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(GONE)


if __name__ == "__main__":
    main()
