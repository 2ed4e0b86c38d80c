"""What Ctrl-C, SIGTERM and a closed terminal do to the runner: they end a block, not the process.

Whoever has had one of them ignored, as `nohup` and the shell's `&` do, has it ignored here, too.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def until_told_to_end() -> Iterator[None]:
    """Each of the signals ends the block; twice, and it does not take leave."""
    before = {number: signal.getsignal(number) for number in ENDING}
    heard = [number for number in ENDING if before[number] is not signal.SIG_IGN]
    try:
        with suppress(KeyboardInterrupt):
            for number in heard:
                signal.signal(number, signal.default_int_handler)
            yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


@contextmanager
def undisturbed() -> Iterator[None]:
    """A signal that comes meanwhile is handled at the end of the block.

    Without it, one that comes between the birth of a child and its entry leaves an orphan.
    """
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    heard = [number for number in ENDING if callable(before[number])]
    try:
        for number in heard:
            signal.signal(number, lambda got, _: came.append(got))
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
        for got in came:
            signal.raise_signal(got)
