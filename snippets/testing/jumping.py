"""An event loop in which no wait takes time: its clock jumps.

A selector that would wait for the next timer answers at once, and moves
the clock to it instead.
"""

import asyncio
import selectors


# --8<-- [start:loop]
class Jumping(selectors.DefaultSelector):
    """Not for code that waits for a socket, a thread or a process.

    It jumps while they are at work: their time-outs end at once.
    """

    now = 0.0  # seconds

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:  # it would wait for ever
            raise RuntimeError("nothing is due, and nothing can come")
        if not ready and timeout:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = Jumping()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


# --8<-- [end:loop]
