"""`python -m snippets.backend.migrations`: the schema, up to date."""

from ..settings import load
from . import upgrade

if __name__ == "__main__":
    upgrade(load())
