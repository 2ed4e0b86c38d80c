"""Tokens of the tests, encoded and decoded with one key."""

from typing import Any

import jwt

KEY = b"k" * 32


def encode(**claims: object) -> str:
    return jwt.encode(claims, KEY)


def decode(token: Any, **arguments: Any) -> dict[str, Any]:
    return jwt.decode(token, KEY, algorithms=["HS256"], **arguments)
