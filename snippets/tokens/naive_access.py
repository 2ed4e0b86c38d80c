"""Reads a token in three ways that are published.

`forgeries` offers them what others made, and prints who takes it.
"""

from typing import Any

import jwt

AUDIENCE = "https://api.example"


# --8<-- [start:readers]
def read(token: str, key: bytes) -> dict[str, Any]:
    return jwt.decode(
        token, key, algorithms=["HS256"], audience=AUDIENCE
    )


def read_unverified(token: str, key: bytes) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def read_by_header(token: str, key: bytes) -> dict[str, Any]:
    header = jwt.get_unverified_header(token)
    if "jwk" in header:  # whoever made the token brings its key
        key = jwt.PyJWK(header["jwk"]).key
    return read(token, key)


# --8<-- [end:readers]
