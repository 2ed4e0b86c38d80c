"""Which experiments there are: one module each, in snippets/ARTICLE/experiments.

Those in press/experiments measure the site itself.
"""

import importlib
from pathlib import Path

from lab.experiment import Experiment
from lab.rounds import ExperimentError, brief
from lab.source import module_name


def find(root: Path) -> dict[str, Path]:
    """The module of every experiment, by the name of its measurement.

    A module whose name begins with an underscore is shared by its neighbors, not an experiment.

    Raises:
        ExperimentError: Two modules have the same name.
    """
    found: dict[str, Path] = {}
    places = [*(root / "snippets").glob("*/experiments/*.py"), *root.glob("press/experiments/*.py")]
    for path in sorted(places):
        if path.name.startswith("_"):
            continue
        name = f"{path.parent.parent.name}-{path.stem}".replace("_", "-")
        if name in found:
            both = f"{found[name].relative_to(root)} and {path.relative_to(root)}"
            raise ExperimentError(f"{both} would both be named {name}. Rename one.")
        found[name] = path
    return found


def load(path: Path, root: Path) -> Experiment:
    """The experiment that the module declares; the root must be on the import path.

    Raises:
        ExperimentError: The module cannot be imported, or declares none.
    """
    shown = path.relative_to(root)
    try:
        module = importlib.import_module(module_name(path, root))
    except Exception as error:
        raise ExperimentError(f"{shown}: cannot be imported: {brief(error)}") from error
    experiment = getattr(module, "EXPERIMENT", None)
    if not isinstance(experiment, Experiment):
        raise ExperimentError(f"{shown}: no experiment. Add EXPERIMENT = Experiment(…).")
    return experiment
