"""Access tokens: signed by us, for us, for five minutes.

Nobody asks the database about them, so each says all that is needed, and what ends a session ends
its access tokens five minutes later at the latest.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal, Self
from uuid import UUID

import jwt
from pydantic import (
    BaseModel,
    ConfigDict,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ..settings import Settings

LIFETIME = timedelta(minutes=5)
CLOCK_SKEW = timedelta(seconds=10)
LONGEST = 2048  # characters
ISSUER, AUDIENCE, TYPE = "shop", "shop-api", "at+jwt"
REQUIRED = ["iss", "aud", "exp", "iat", "sub", "sid", "role"]
Role = Literal["customer", "staff"]


class Identity(BaseModel):
    """Who is asking, in the types that the service wants."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    sub: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
    sid: UUID
    role: Role
    iat: StrictInt
    exp: StrictInt

    @model_validator(mode="after")
    def lives_as_long_as_ours(self) -> Self:
        """A token for ten years is none of ours, whoever signed it."""
        if self.exp - self.iat > LIFETIME.total_seconds():
            raise ValueError("lives longer than a token that we issue")
        return self

    @property
    def account(self) -> int:
        """The number of the account."""
        return int(self.sub)


class Keyring:
    """The newest key signs, and both verify: so that a key can be changed."""

    def __init__(self, settings: Settings) -> None:
        given = [settings.secret_key, settings.previous_secret_key]
        secrets = [key.get_secret_value().encode() for key in given if key]
        # Its name is a digest: it says which, and not what.
        self._keys = {sha256(b"kid" + key).hexdigest()[:8]: key for key in secrets}
        self._newest = next(iter(self._keys))

    def issue(self, account: int, session: UUID, role: str) -> str:
        """A token for one session of an account."""
        now = datetime.now(UTC)
        claims = {"sub": str(account), "sid": str(session), "role": role}
        claims |= {"iss": ISSUER, "aud": AUDIENCE}
        times = {"iat": now, "exp": now + LIFETIME}
        headers = {"kid": self._newest, "typ": TYPE}
        return jwt.encode(claims | times, self._keys[self._newest], "HS256", headers)

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
            algorithms=["HS256"],
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=CLOCK_SKEW,
            options={"require": REQUIRED, "strict_aud": True},
        )
        try:
            return Identity.model_validate(claims)
        except ValidationError:
            raise jwt.InvalidTokenError("claims of other types") from None
