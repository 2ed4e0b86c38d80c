"""The scaffold of an article: a draft that builds, a listing that is tested, an experiment to fill.

What it writes is in `templates/`, where `$name` stands for what the title decides.
"""

from __future__ import annotations

import json
import keyword
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

from markdown.extensions.toc import slugify

from lab.source import source_hash
from press.repository import CONFIG
from press.sources.settings import Settings, load_settings

LISTING = "first"
LONGEST_PACKAGE = 24

_TEMPLATES = Path(__file__).parent / "templates"


class ScaffoldError(Exception):
    """Nothing was written; the text says why in one line."""


@dataclass(frozen=True)
class Scaffold:
    """What was written.

    Attributes:
        package: the package of the article below `snippets`.
        measurement: the name under which the experiment will be recorded.
        files: the files, relative to the repository, the article first.
    """

    package: str
    measurement: str
    files: tuple[Path, ...]

    def __str__(self) -> str:
        """Say what was written and what comes next."""
        post, experiment = self.files[0].as_posix(), self.files[-1].as_posix()
        return "\n".join(
            [
                "Wrote",
                *(f"  {path.as_posix()}" for path in self.files),
                "Next: CONTRIBUTING.md, step 2.",
                f"Write {post}; `make serve` shows it. `make test` is red until",
                f"{experiment} measures something. Then `make measure NAME={self.measurement}`,",
                "give the article its headline and delete `draft: true`.",
            ]
        )


def post(root: Path, title: str, package: str | None = None) -> Scaffold:
    """Begin an article.

    Args:
        root: the repository.
        title: the claim of the article.
        package: where below `snippets` its listings go; by default the first words of the title.

    Raises:
        ScaffoldError: if the title or the package cannot be used, or a file exists already; then
            nothing is written.
        SettingsError: if mkdocs.yml cannot be read.
    """
    title = " ".join(title.split())
    slug = slugify(title.replace("_", "-"), "-").strip("-")
    if not slug:
        raise ScaffoldError('An article needs a title: make post TITLE="Your claim"')
    package = _package(slug) if package is None else package
    if not (package.isascii() and package.isidentifier()) or keyword.iskeyword(package):
        raise ScaffoldError(f"'{package}' cannot be a Python package. Use letters, digits and _.")

    names = _names(load_settings(root), title, slug, package)
    plan = _plan(slug, package)
    for path in plan:
        if (root / path).exists():
            what = f"{path.as_posix()} exists already"
            raise ScaffoldError(f"{what}. Choose another title, or another package: PACKAGE=name.")
    for path, template in plan.items():
        if path.suffix == ".out":
            names["source"] = source_hash((root / path).with_suffix(".py"), root)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(_fill(template, names), encoding="utf-8")
    return Scaffold(package, names["measurement"], tuple(plan))


def _package(slug: str) -> str:
    """As many words of the slug as make a name of sensible length, and always the first."""
    package, *words = slug.split("-")
    for word in words:
        if len(package) + 1 + len(word) > LONGEST_PACKAGE:
            break
        package += f"_{word}"
    return package if package.isidentifier() and not keyword.iskeyword(package) else f"a_{package}"


def _names(settings: Settings, title: str, slug: str, package: str) -> dict[str, str]:
    lists = {
        "author": settings.authors,
        "category": settings.categories,
        "series": settings.series,
        "tag": settings.tags,
    }
    for name, known in lists.items():
        if not known:
            raise ScaffoldError(f"{CONFIG}:1: no {name} is listed under extra. List one.")
    return {
        **{name: known[0] for name, known in lists.items()},
        "title": json.dumps(title, ensure_ascii=False),  # quoted as YAML quotes too
        "slug": slug,
        "package": package,
        "listing": LISTING,
        "measurement": f"{package}-{LISTING}".replace("_", "-"),
        "today": date.today().isoformat(),
    }


def _plan(slug: str, package: str) -> dict[Path, str]:
    """The files to write, and the template of each; a transcript comes after its listing."""
    snippets, tests = Path("snippets", package), Path("tests/snippets", package)
    return {
        Path("docs/posts", f"{slug}.md"): "post.md",
        snippets / "__init__.py": "package.py.txt",
        snippets / f"{LISTING}.py": "listing.py.txt",
        snippets / f"{LISTING}.out": "listing.out",
        tests / f"test_{LISTING}.py": "test.py.txt",
        snippets / "experiments/__init__.py": "experiments.py.txt",
        snippets / f"experiments/{LISTING}.py": "experiment.py.txt",
    }


def _fill(template: str, names: dict[str, str]) -> str:
    return Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(names)
