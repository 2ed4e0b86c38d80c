"""The command line of the press: `python -m press build`, `check` and `post TITLE`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from press.authoring.scaffold import ScaffoldError, post
from press.checks.sources import check_sources
from press.problems import listed
from press.repository import SITE
from press.site.build import build
from press.site.engine import BuildError
from press.sources.settings import SettingsError


def main(arguments: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Run a command, and return the exit status: 0, or 1 if anything is wrong.

    Args:
        arguments: the command line without the program; by default that of this process.
        root: the repository; by default the current directory.
    """
    options = _parser().parse_args(arguments)
    root = root or Path.cwd()
    now = datetime.now(UTC)
    try:
        match options.command:
            case "build":
                build(root, now, options.site)
                print(f"The site is in {options.site}.")
            case "post":
                print(post(root, options.title, options.package))
            case "check":
                if findings := check_sources(root, now):
                    print(listed(findings), file=sys.stderr)
                    return 1
                print("Nothing is wrong with the sources.")
    except (BuildError, ScaffoldError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m press")
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build", help="prove the sources and build the site strictly")
    builder.add_argument(
        "--site", type=Path, default=Path(SITE), help="where the site goes: %(default)s"
    )
    commands.add_parser("check", help="list what is wrong with the sources, without building")
    scaffold = commands.add_parser("post", help="begin an article")
    scaffold.add_argument("title", help="its title: a claim that can be false")
    scaffold.add_argument("--package", help="where below snippets/ its listings go")
    return parser


if __name__ == "__main__":
    sys.exit(main())
