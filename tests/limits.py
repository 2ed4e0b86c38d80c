"""A pytest plugin: fixtures end whatever their test did, and so does the run.

pytest-timeout rings once a test. A test that it aborts leaves its tasks behind, and a fixture that
waits for one of them at its end would wait for ever: so there is another alarm for the fixtures,
and it rings again and again, because each of them may hang.

No alarm reaches a call into C that never returns, or what is between the tests. So the run has a
limit: each process of it ends itself, and says what it was doing. A call that does not even let
other threads run is left to pytest's `faulthandler_timeout`, which ends the process from outside
the interpreter.
"""

import faulthandler
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest
from pytest_timeout import is_debugging

FIXTURES = "fixture_timeout"
RUN = "run_limit"
# So much later than its workers, which know better what hangs, the controller ends the run.
LATER_S = 5.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(FIXTURES, "seconds within which the fixtures of a test must end", default="30")
    parser.addini(RUN, "seconds after which the run is ended, whatever it does", default="900")


def pytest_configure(config: pytest.Config) -> None:
    limit = RunLimit(config)
    config.pluginmanager.register(limit, "under-load-run-limit")
    config.add_cleanup(limit.cancel)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    seconds = float(item.config.getini(FIXTURES))

    def ring(number: int, frame: FrameType | None) -> None:
        if not is_debugging():
            pytest.fail(f"A fixture of {item.nodeid} did not end within {seconds:g} s.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class RunLimit:
    """Ends this process when the run takes too long."""

    def __init__(self, config: pytest.Config) -> None:
        self._seconds = float(config.getini(RUN))
        self._running: dict[str, None] = {}
        self._failed: list[str] = []
        # Pytest takes what is written to standard error from now on.
        self._terminal = os.dup(2)
        worker = os.environ.get("PYTEST_XDIST_WORKER") if hasattr(config, "workerinput") else None
        self._who = worker or "pytest"
        self._timer = threading.Timer(self._seconds + (0 if worker else LATER_S), self._end)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """The run has ended by itself."""
        self._timer.cancel()
        os.close(self._terminal)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Remember what runs; xdist's controller hears of the tests of all workers."""
        self._running[nodeid] = None

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Forget it."""
        self._running.pop(nodeid, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed: a run that is ended has no summary."""
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            why = f" - {crash.message.splitlines()[0]}" if crash and crash.message else ""
            self._failed.append(f"\n  {report.nodeid}{why}")

    def _end(self) -> None:
        running = "".join(f"\n  {nodeid}" for nodeid in self._running) or " no test"
        failed = "".join(self._failed) or " no test"
        message = (
            f"\n{self._who}: the run has not ended within {self._seconds:g} s "
            f"({RUN} in pyproject.toml). It is ended. What ran:{running}\n"
            f"What had failed:{failed}\n"
        )
        os.write(self._terminal, message.encode())
        faulthandler.dump_traceback(self._terminal)
        os._exit(pytest.ExitCode.INTERRUPTED)
