"""A wall clock that jumps, for the processes of a backend only.

Python imports `sitecustomize` before anything else. Ours has the time
of day from a file, each time, and ahead of the system's. What is
measured in seconds that pass (the monotonic clock) goes on, as it does
when a machine's clock is set. Libraries in C keep the system's; none of
the three backends asks them. libfaketime would change those too, but
its 0.9.10 breaks `time.sleep` of CPython 3.11, and every lock.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SITE = """
import datetime as library
import os
import time

file, told, real = os.environ["CLOCK"], time.time, library.datetime

def now_s():
    with open(file) as ahead_s:
        return told() + int(ahead_s.read())

class Kind(type):
    def __instancecheck__(cls, one):
        return isinstance(one, real)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, real)

class datetime(real, metaclass=Kind):
    __slots__ = ()  # as large as the real one: libraries in C look

    @classmethod
    def now(cls, tz=None):
        return real.fromtimestamp(now_s(), tz)

    @classmethod
    def utcnow(cls):
        return cls.now(library.UTC).replace(tzinfo=None)

time.time, library.datetime = now_s, datetime
"""


@dataclass(frozen=True)
class Clock:
    """Of the processes that were given its variables.

    Attributes:
        folder: for its files.
    """

    folder: Path

    def variables(self, modules: Path) -> Mapping[str, str]:
        """What to start them with, and where their modules are."""
        (self.folder / "sitecustomize.py").write_text(SITE)
        self.jump(0)
        places = os.pathsep.join([str(self.folder), str(modules)])
        return {"PYTHONPATH": places, "CLOCK": str(self._file)}

    def jump(self, ahead_s: int) -> None:
        """From now on it is ahead by so much."""
        made = self.folder / "new"
        made.write_text(str(ahead_s))
        made.replace(self._file)  # whole, or as it was

    @property
    def _file(self) -> Path:
        return self.folder / "ahead"
