"""A pytest plugin: which tests ran which line of which listing, in build/verification.json.

It writes only after a green run of the whole suite with coverage (`make test`), because captions
are made of it. Statements outside functions run when a module is imported, by whichever
test happens to import it first; such lines count as executed, but by no test in particular. A
module of nothing else (tables, constants) is run by the tests that run the modules that import it.

Markers reach the controller of xdist as `user_properties` of the reports.

What runs is counted by `lab.executed`, in the coverage that pytest-cov has started; nothing is
traced. Only the tests of listings count: what others run is in no caption.
"""

import ast
import hashlib
import os
import platform
import re
import sys
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import coverage
import pytest

from lab import counting, distributions, manifest
from lab.executed import Marks, marked
from lab.manifest import FileRecord, Manifest
from lab.source import modules, syntax_tree
from lab.transcript import SUFFIX

COUNTED = Path("tests", "snippets")
MARKERS = ("naive", "verifies")
REWROTE = "rewrote"  # the property of a test that rewrote a transcript
CACHE = re.compile(r"__pycache__|\..+_cache")
PARTIAL_RUNS = (
    "keyword",
    "markexpr",
    "deselect",
    "ignore",
    "ignore_glob",
    "lf",
    "stepwise",
    "collectonly",
    "setuponly",
    "setupplan",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that renews transcripts."""
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="rewrite the transcripts that differ from what their listings print",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the run, in the process that hears of all tests."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Verification(config), "under-load-verification")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that names no file."""
    for name in MARKERS:
        for marker in item.iter_markers(name):
            if len(marker.args) != 1 or not (item.config.rootpath / marker.args[0]).is_file():
                arguments = ", ".join(map(repr, marker.args))
                pytest.fail(
                    f"@pytest.mark.{name}({arguments}) names no file. Give one path from the root.",
                    pytrace=False,
                )


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Count what runs of the listings, where coverage would trace whatever runs."""
    config, measuring = session.config, coverage.Coverage.current()
    if measuring is None or config.pluginmanager.hasplugin("dsession"):
        return
    sys.settrace(None)
    threading.settrace(None)
    ended = ExitStack()
    config.add_cleanup(ended.close)
    directories = sources(measuring, config.rootpath)
    marks = ended.enter_context(marked(directories))
    execution = Execution(measuring, config.rootpath, directories, marks)
    config.pluginmanager.register(execution, "under-load-execution")


def sources(measuring: coverage.Coverage, root: Path) -> list[Path]:
    """The directories whose modules count; coverage takes names of packages, too."""
    named = cast("list[str]", measuring.get_option("run:source") or [])
    return [root / (name if (root / name).is_dir() else name.replace(".", "/")) for name in named]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report say which listings its test is about."""
    report = yield
    if call.when == "call":
        for name in MARKERS:
            marked = {marker.args[0] for marker in item.iter_markers(name)}
            report.user_properties += [(name, path) for path in sorted(marked)]
    return report


class Execution:
    """Which statements of listings each test runs, for the coverage of this process."""

    def __init__(
        self, measuring: coverage.Coverage, root: Path, directories: Iterable[Path], marks: Marks
    ) -> None:
        self._measuring = measuring
        self._root = root
        self._directories = directories
        self._marks = marks
        self._ran: dict[str, set[int]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Count what the tests of listings import, for no test in particular."""
        try:
            return (yield)
        finally:
            self._count(collector, "")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Count what a test of listings runs."""
        try:
            return (yield)
        finally:
            self._count(item, item.nodeid)

    # Innermost, because pytest-cov saves what there is when the tests have run.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Hand over what was counted."""
        try:
            return (yield)
        finally:
            data = self._measuring.get_data()
            for test, numbers in self._ran.items():
                counting.add(data, test, self._marks.lines(numbers), self._root)
            # A module of which nothing ran counts as well.
            modules = [path for place in self._directories for path in place.rglob("*.py")]
            data.touch_files([counting.name(path, self._root) for path in modules])

    def _count(self, node: pytest.Item | pytest.Collector, context: str) -> None:
        ran = self._marks.taken()
        if node.path.is_relative_to(self._root / COUNTED):
            self._ran.setdefault(context, set()).update(ran)


class Verification:
    """What the controller hears of the run, and what it makes of it at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.root = config.rootpath
        self.article: str | None = config.getoption("article", None)
        # Hashed before the tests import them: a file that changes meanwhile was not verified.
        self.hashes = {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in listings(self.root)
            if not self.article
            or manifest.article_of(path.relative_to(self.root).as_posix()) == self.article
        }
        self.marked: dict[str, dict[str, set[str]]] = {name: {} for name in MARKERS}
        self.rewritten: set[str] = set()
        self.outcome = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what a test that passed says of itself."""
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            if name in MARKERS:
                self.marked[name].setdefault(str(value), set()).add(report.nodeid)
            elif name == REWROTE:
                self.rewritten.add(str(value))

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the manifest, or say why not."""
        if not self.config.pluginmanager.hasplugin("_cov") or self.config.getoption("no_cov"):
            return
        reason = why_not(self.config, exitstatus)
        if reason:
            self.outcome = f"{manifest.PATH} is not renewed: {reason}"
            return
        found = self._manifest()
        self.outcome = f"{manifest.PATH} is renewed: {len(found['files'])} files"
        if self.article:
            found = manifest.merged(manifest.read(self.root), self.article, found)
            self.outcome += f" of {self.article}"
        manifest.write(self.root, found)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what became of the manifest, and which transcripts are new."""
        for path in sorted(self.rewritten):
            terminalreporter.write_line(f"rewrote {path}")
        if self.outcome:
            terminalreporter.write_line(self.outcome)

    def _manifest(self) -> Manifest:
        executed = coverage.Coverage(config_file=str(self.root / "pyproject.toml"))
        executed.load()
        measured = {Path(name).resolve(): name for name in executed.get_data().measured_files()}
        python = [self.root / path for path in self.hashes if path.endswith(".py")]
        files = {
            path: file_record(
                self.root / path,
                executed,
                measured.get((self.root / path).resolve()),
                digest,
                self.marked["verifies"].get(path),
            )
            for path, digest in self.hashes.items()
        }
        credit_importers(files, self.root)
        return Manifest(
            recorded=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            versions={
                "python": platform.python_version(),
                **_server_versions(),
                **distributions.versions(python),
            },
            files=files,
            naive={path: sorted(tests) for path, tests in sorted(self.marked["naive"].items())},
        )


def why_not(config: pytest.Config, exitstatus: int) -> str | None:
    """Why captions cannot be made of this run, if they cannot."""
    if exitstatus != pytest.ExitCode.OK:
        return "not everything passed"
    chosen = {Path(argument).resolve() for argument in config.args}
    whole = {(config.rootpath / path).resolve() for path in config.getini("testpaths")}
    if config.getoption("article", None):
        whole = chosen  # the records of the others stay as they are
    if chosen != whole or any(config.getoption(name, None) for name in PARTIAL_RUNS):
        return "only a part of the suite ran"
    return None


def listings(root: Path) -> list[Path]:
    """Every file under snippets/ but transcripts and what tools cache."""
    return sorted(
        path
        for path in (root / "snippets").rglob("*")
        if path.is_file()
        and path.suffix != SUFFIX
        and not any(map(CACHE.fullmatch, path.relative_to(root).parts))
    )


def file_record(
    path: Path,
    executed: coverage.Coverage,
    measured: str | None,
    digest: str,
    verified: Iterable[str] | None,
) -> FileRecord:
    """What the coverage data, under the name that it has there, and the markers say of a file."""
    contexts = executed.get_data().contexts_by_lineno(measured) if measured else {}
    inside = function_lines(path) if contexts else set()
    tests_by_line = {
        line: {test for test in names if test and line in inside}
        for line, names in contexts.items()
    }
    tests = sorted(
        {*(verified or ()), *(test for found in tests_by_line.values() for test in found)}
    )
    index = {test: number for number, test in enumerate(tests)}
    return FileRecord(
        sha256=digest,
        tests=tests,
        lines={
            str(line): sorted(index[test] for test in found)
            for line, found in sorted(tests_by_line.items())
        },
        missing=executed.analysis2(str(path))[3] if path.suffix == ".py" else [],
    )


def credit_importers(files: Mapping[str, FileRecord], root: Path) -> None:
    """Give a module without functions the tests of the modules that import it."""
    declarative = {
        path: set(found["tests"])
        for path, found in files.items()
        if path.endswith(".py") and not function_lines(root / path)
    }
    for path, found in files.items():
        if path.endswith(".py") and found["tests"]:
            for module in modules(root / path, root).values():
                name = module.relative_to(root).as_posix()
                if name in declarative:
                    declarative[name].update(found["tests"])
    for path, tests in declarative.items():
        files[path]["tests"] = sorted(tests)


def function_lines(path: Path) -> set[int]:
    """The lines of function bodies, which no import executes."""
    return {
        line
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for line in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
        if line > node.lineno
    }


def _server_versions() -> dict[str, str]:
    # Imported late, with the drivers: of the processes of a run, one asks, and at its end.
    from lab.testbed import postgres_facts, redis_facts

    versions: dict[str, str] = {}
    if dsn := os.environ.get("DATABASE_URL"):
        versions["postgresql"] = postgres_facts(dsn)[0]
    if url := os.environ.get("REDIS_URL"):
        versions |= redis_facts(url)[0]
    return versions
