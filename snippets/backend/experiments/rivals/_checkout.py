"""The source of another project, at one commit."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.repository import ROOT


class NoCheckoutError(Exception):
    """It is not there; the message has the commands."""


@dataclass(frozen=True)
class Checkout:
    """What is copied, and what is changed in the copy.

    Attributes:
        name: of its directory in `.rivals`.
        url: where it is published.
        commit: which state of it.
        directory: which part of it is run.
        changes: by file, what is replaced there by what.
        made: empty files, and directories with a slash at the end, that
            whoever builds it or sets it up would make.
    """

    name: str
    url: str
    commit: str
    directory: str
    changes: Mapping[str, tuple[tuple[str, str], ...]] = field(
        default_factory=dict
    )
    made: tuple[str, ...] = ()

    def missing(self, root: Path = ROOT) -> str | None:
        """Why it cannot be run; None if it can."""
        place = root / ".rivals" / self.name
        shown = place.relative_to(root)
        asked = ["git", "-C", str(place), "rev-parse", "HEAD"]
        done = subprocess.run(asked, capture_output=True, text=True)
        found = done.stdout.strip() if place.is_dir() else "not there"
        if found == self.commit:
            return None
        return (
            f"{shown} is {found or 'no clone'}; make it with: "
            f"git clone {self.url} {shown} && "
            f"git -C {shown} checkout {self.commit}"
        )

    def require(self, root: Path = ROOT) -> None:
        """Do nothing if it is there.

        Raises:
            NoCheckoutError: it is not, or it is of another commit.
        """
        if reason := self.missing(root):
            raise NoCheckoutError(reason)

    def copied(self, folder: Path, root: Path = ROOT) -> Path:
        """Its source with the changes, in the folder.

        Raises:
            NoCheckoutError: it is not there, or of another commit.
        """
        self.require(root)
        original = root / ".rivals" / self.name / self.directory
        place = folder / self.name
        shutil.copytree(original, place)
        for name, replaced in self.changes.items():
            path = place / name
            text = path.read_text(encoding="utf-8")
            for old, new in replaced:
                if old not in text:
                    raise NoCheckoutError(f"{name} has no {old!r}")
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
        for name in self.made:
            if name.endswith("/"):
                (place / name).mkdir(parents=True)
            else:
                (place / name).touch()
        return place
