"""A process that starts with settings which are wrong."""

import os
from collections.abc import Callable
from unittest.mock import patch

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://app:hunter2@127.0.0.1/shop",
    "SIGNING_KEY": "too-short",
    "PORT": "web",
}


# --8<-- [start:start]
def said(load: Callable[[], object]) -> str:
    """What the log has of a start that fails."""
    with patch.dict(os.environ, ENVIRONMENT):
        try:
            return repr(load())
        except (ValueError, SystemExit) as error:
            return str(error)


# --8<-- [end:start]


def start(load: Callable[[], object]) -> None:
    text = said(load)
    print(text)
    told = [
        secret for secret in ("too-short", "hunter2") if secret in text
    ]
    print("secrets in the log:", ", ".join(told) or "none")
