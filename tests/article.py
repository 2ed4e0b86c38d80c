"""A pytest plugin: `--article=pool` runs what one article needs (`make test NAME=pool`).

That is the tests of its listings, its transcripts, the rehearsals and the records of its
experiments, and the checks of its pages that need no site. An article is named as its package in
snippets. The recorder then renews the captions of its files alone.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.manifest import SNIPPETS

OPTION = "article"
TESTS = "tests/snippets"
PAGES = "tests/article_pages.py"  # is collected only when it is named


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        f"--{OPTION}",
        metavar="NAME",
        help="run only what the article with its listings in snippets/NAME needs",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    name = config.getoption(OPTION)
    if not name:
        return
    if config.args_source is config.ArgsSource.ARGS and not hasattr(config, "workerinput"):
        raise pytest.UsageError(f"--{OPTION} chooses the tests itself: give it no paths.")
    selection = Selection(config.rootpath, name)
    config.args[:] = [str(config.rootpath / place) for place in selection.places()]
    config.pluginmanager.register(selection, "under-load-article")


def articles(root: Path) -> list[str]:
    """The packages of listings."""
    return sorted(path.parent.name for path in (root / SNIPPETS).glob("*/__init__.py"))


class Selection:
    """What one article needs.

    Raises:
        UsageError: no article has this name.
    """

    def __init__(self, root: Path, name: str) -> None:
        from lab.catalog import find  # late: it knows records, and most runs are of no article

        self.root, self.name = root, name
        known = articles(root)
        if name not in known:
            from press.problems import close_and_existing

            raise pytest.UsageError(
                f"No article has its listings in {SNIPPETS}/{name}. "
                f"{close_and_existing(name, known)}"
            )
        self.others = [article for article in known if article != name]
        below = root / SNIPPETS / name
        self.experiments = {key for key, path in find(root).items() if path.is_relative_to(below)}

    def places(self) -> Iterator[str]:
        """Where its tests are, those of all articles included that have a case for each."""
        if (self.root / TESTS / self.name).is_dir():
            yield f"{TESTS}/{self.name}"
        for path in sorted((self.root / TESTS).glob("test_*.py")):
            yield path.relative_to(self.root).as_posix()
        if (self.root / PAGES).is_file():
            yield PAGES

    def concerns(self, item: pytest.Item) -> bool:
        """Whether the article needs this test of those that are there."""
        place = item.path.relative_to(self.root)
        if place.is_relative_to(f"{TESTS}/{self.name}") or place == Path(PAGES):
            return True
        cases = getattr(item, "callspec", None)
        return any(self.names(value) for value in cases.params.values()) if cases else False

    def names(self, value: object) -> bool:
        """Whether a case is a file of its listings, one of its experiments, or defined in one."""
        if isinstance(value, str):
            return value.startswith(f"{SNIPPETS}/{self.name}/") or value in self.experiments
        defined_in = str(getattr(value, "__module__", ""))
        return defined_in.startswith(f"{SNIPPETS}.{self.name}.")

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out the cases of other articles."""
        left_out = [item for item in items if not self.concerns(item)]
        items[:] = [item for item in items if self.concerns(item)]
        config.hook.pytest_deselected(items=left_out)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was not run."""
        modules = len(list((self.root / "tests").rglob("test_*.py")))
        ours = len(list((self.root / TESTS / self.name).rglob("test_*.py")))
        terminalreporter.write_line(
            f"This was what {self.name} needs. The whole suite, `make test`, adds "
            f"{', '.join(self.others) or 'no other article'}; the tests of lab and press; and the "
            "built site: its links, its search, its pages in a browser. "
            f"These are {modules - ours} more modules of tests."
        )
