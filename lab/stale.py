"""Which records want to be measured anew."""

from pathlib import Path

from lab import record
from lab.lock import moved
from lab.source import source_hash


def stale(name: str, module: Path, root: Path) -> str | None:
    """Why this measurement wants a new run, in one line; None if it does not.

    Args:
        name: of the measurement.
        module: the file of its experiment.
        root: the repository.
    """
    path = record.record_path(name, root)
    if not path.exists():
        return "there is no record"
    try:
        found = record.read(path)
    except ValueError:
        return f"{path.relative_to(root)} is not a record"
    if found.source != source_hash(module, root):
        return f"{module.relative_to(root)}, or a module it imports, changed since"
    if not found.valid_runs:
        return "no run of it counts"
    left = moved(found.last.versions, root)
    if left:
        return ", ".join(
            f"measured with {library} {before}, locked is {now}"
            for library, (before, now) in left.items()
        )
    return None
