"""A URL can be shown without giving its password away."""

import pytest

from lab.urls import hide_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:p@ss/w:rd@host:1/db", "postgresql://me:***@host:1/db"),
        ("postgresql://me@host:1/db", "postgresql://me@host:1/db"),
        ("postgresql://host/db?password=x&user=me", "postgresql://host/db?password=***&user=me"),
        ("redis://:x@host:1/0", "redis://:***@host:1/0"),
        ("redis://host:1/0", "redis://host:1/0"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert hide_password(url) == shown
