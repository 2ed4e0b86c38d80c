"""What Locust runs, in the environment that has it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the record's hash is of it, too
    from snippets.testing.experiments.engines import (  # noqa: F401
        users,
    )
