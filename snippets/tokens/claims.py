"""The claims of an access token, in types that can be relied on."""

from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    StrictInt,
    StringConstraints,
    model_validator,
)

LIFETIME = timedelta(minutes=5)


# --8<-- [start:identity]
class Identity(BaseModel):
    """Who is asking, in the types that the service wants."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    sub: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
    sid: UUID
    role: str
    iat: StrictInt
    exp: StrictInt

    @model_validator(mode="after")
    def lives_as_long_as_ours(self) -> Self:
        if self.exp - self.iat > LIFETIME.total_seconds():
            raise ValueError("lives longer than a token that we issue")
        return self


# --8<-- [end:identity]
