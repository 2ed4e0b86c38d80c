"""Whether the machine has nothing else to do, asked before a run and never after it."""

import sys
import time
from collections.abc import Callable

BUSY_PERCENT = 20.0
PROBE_S = 2.0
PATIENCE_S = 60.0


def disturbance(
    probe: Callable[[], float] | None = None, patience_s: float = PATIENCE_S
) -> str | None:
    """Why a run that begins now is disturbed; None on a quiet machine.

    It waits a while for a machine that is busy. The load average is of no use here: it remembers
    the measurement before for a minute.

    Args:
        probe: how busy the processors are, in percent of all of them; by default what others use
            during two seconds.
        patience_s: for how many seconds it asks again.
    """
    busy = probe or _busy
    deadline = time.monotonic() + patience_s
    told = False
    while (percent := busy()) >= BUSY_PERCENT:
        if not told:
            print("the machine is busy; waiting for it to be quiet", file=sys.stderr)
            told = True
        if time.monotonic() >= deadline:
            return (
                f"the machine was busy before the run: {percent:.0f} % of its processors were in "
                f"use, the bound was {BUSY_PERCENT:.0f} %"
            )
    return None


def _busy() -> float:
    import psutil

    return float(psutil.cpu_percent(PROBE_S))
