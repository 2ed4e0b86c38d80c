"""pytest on the tests of one module, and what became of each."""

import os
from pathlib import Path

import pytest

# Nothing but what a run asks for: no settings, no plugins, no output.
ALONE = (
    *("-c", os.devnull, "--disable-plugin-autoload"),
    *("-p", "no:terminal", "-p", "no:cacheprovider"),
    "--import-mode=importlib",
)


# --8<-- [start:outcomes]
class Reports:
    def __init__(self) -> None:
        self.said: list[str] = []

    def pytest_runtest_logreport(
        self, report: pytest.TestReport
    ) -> None:
        if report.failed:
            text = report.longreprtext.strip()
            self.said.append(text.partition("\n")[0])
        elif report.when == "call":
            self.said.append(report.outcome)


def outcomes(target: str, *options: str) -> list[str]:
    """`passed`, or the first line of what it says.

    Args:
        target: a file, or FILE::TEST.
        options: such as `-p asyncio`, for a plugin.
    """
    reports = Reports()
    directory = f"--rootdir={Path(target.partition('::')[0]).parent}"
    given = [*ALONE, directory, *options, target]
    pytest.main(given, plugins=[reports])
    return reports.said


# --8<-- [end:outcomes]
