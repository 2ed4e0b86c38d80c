"""What somebody may have meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, existing: Iterable[str], most: int = 3, alike: float = 0.6) -> str:
    """A question after a misspelt name, with the final space; empty where no name is close.

    Args:
        name: what was asked for.
        existing: the names there are.
        most: how many of them to name.
        alike: how alike they must be, from 0 to 1.
    """
    close = get_close_matches(name, list(existing), n=most, cutoff=alike)
    return f"Did you mean {' or '.join(close)}? " if close else ""
