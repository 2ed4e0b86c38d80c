"""Virtual environments of their own, for what cannot or should not be installed with the project.

`environments/NAME.txt` is the lock of one, `.venv-NAME` the place where `make` installs it,
and `.venv-NAME/ready` a copy of the lock that was installed. An experiment that declares such an
environment starts processes with its interpreter.
"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab.distributions import imported, recorded_name, suppliers
from lab.repository import ROOT
from lab.source import syntax_tree

DIRECTORY = "environments"

_ASK = """
import json
from importlib import metadata
print(json.dumps({
    module: {name: metadata.version(name) for name in names}
    for module, names in metadata.packages_distributions().items()
}))
"""


class NoEnvironmentError(RuntimeError):
    """An environment is not there, or not as its lock says; the message has the command."""


def lock(name: str, root: Path = ROOT) -> Path:
    """The lock of an environment."""
    return root / DIRECTORY / f"{name}.txt"


def locks(root: Path = ROOT) -> list[Path]:
    """The locks of all environments."""
    return sorted((root / DIRECTORY).glob("*.txt"))


def interpreter(name: str, root: Path = ROOT) -> Path:
    """The interpreter of an environment that is installed as its lock says.

    Raises:
        NoEnvironmentError: It is not.
    """
    wanted, place = lock(name, root), root / f".venv-{name}"
    shown = wanted.relative_to(root)
    if not wanted.is_file():
        raise NoEnvironmentError(f"no environment is named {name}: there is no {shown}")
    ready = place / "ready"
    if not ready.is_file() or ready.read_bytes() != wanted.read_bytes():
        state = "is not what" if ready.is_file() else "is not there, which"
        raise NoEnvironmentError(
            f"{place.name} {state} {shown} asks for; make it with: make {place.name}/ready"
        )
    return place / "bin" / "python"


def missing(names: Iterable[str], root: Path = ROOT) -> str | None:
    """Why an experiment that needs these environments cannot run; None if it can."""
    try:
        for name in sorted(names):
            interpreter(name, root)
    except NoEnvironmentError as error:
        return str(error)
    return None


def versions(names: Iterable[str], modules: Iterable[Path], root: Path = ROOT) -> dict[str, str]:
    """Name and version of what the modules import from these environments and not from ours.

    Raises:
        NoEnvironmentError: One of them is not there.
        SyntaxError: A module is not Python.
    """
    wanted = {name for module in modules for name in imported(syntax_tree(module))}
    wanted = {name for name in wanted if not suppliers([name])}
    found: dict[str, str] = {}
    for name in sorted(names):
        installed = _installed(interpreter(name, root))
        for module in wanted & installed.keys():
            found |= {recorded_name(one): version for one, version in installed[module].items()}
    return dict(sorted(found.items()))


def _installed(python: Path) -> Mapping[str, Mapping[str, str]]:
    """For each name that can be imported, the distributions that supply it, with their versions."""
    said = subprocess.check_output([python, "-I", "-c", _ASK], text=True)
    found: dict[str, dict[str, str]] = json.loads(said)
    return found
