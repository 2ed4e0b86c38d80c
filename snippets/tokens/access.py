"""Access tokens: what they are for, until when, and signed with what.

`forgeries` offers forged, borrowed and old tokens to this reader and
to three that are published.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
from pydantic import ValidationError

from snippets.tokens.claims import LIFETIME, Identity

CLOCK_SKEW = timedelta(seconds=10)
LONGEST = 2048  # characters
KEY_BYTES = 32
TYPE = "at+jwt"
REQUIRED = ["iss", "aud", "exp", "iat", "sub", "sid", "role"]


# --8<-- [start:keyring]
class Keyring:
    """The first key signs, all of them verify."""

    def __init__(
        self, keys: Mapping[str, bytes], issuer: str, audience: str
    ) -> None:
        if min(map(len, keys.values())) < KEY_BYTES:
            raise ValueError(f"a key has fewer than {KEY_BYTES} bytes")
        self._keys, self._newest = dict(keys), next(iter(keys))
        self._issuer, self._audience = issuer, audience

    def issue(self, account: int, session: UUID, role: str) -> str:
        now = datetime.now(UTC)
        claims = {
            "sub": str(account),
            "sid": str(session),
            "role": role,
        }
        claims |= {"iss": self._issuer, "aud": self._audience}
        times = {"iat": now, "exp": now + LIFETIME}
        headers = {"kid": self._newest, "typ": TYPE}
        key = self._keys[self._newest]
        return jwt.encode(claims | times, key, "HS256", headers)

    # --8<-- [end:keyring]
    # --8<-- [start:read]
    def read(self, token: str) -> Identity:
        """Raises jwt.InvalidTokenError, whatever is wrong with it."""
        if len(token) > LONGEST or not token.isascii():
            raise jwt.DecodeError("not one of our tokens")
        header = jwt.get_unverified_header(token)
        key = self._keys.get(header.get("kid", ""))
        if key is None or header.get("typ") != TYPE:
            raise jwt.InvalidTokenError("another key, or another use")
        claims = jwt.decode(
            token,
            key,
            algorithms=["HS256"],  # [!]
            issuer=self._issuer,
            audience=self._audience,
            leeway=CLOCK_SKEW,
            options={"require": REQUIRED, "strict_aud": True},
        )
        try:
            return Identity.model_validate(claims)
        except ValidationError:
            raise jwt.InvalidTokenError(
                "claims of other types"
            ) from None

    # --8<-- [end:read]
