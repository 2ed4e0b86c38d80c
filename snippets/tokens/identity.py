"""401 for whom we do not know, 403 for whom we know."""

from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from snippets.tokens.access import Keyring
from snippets.tokens.claims import Identity

# --8<-- [start:identity]
bearer = HTTPBearer(auto_error=False)
Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def refusal(status: int, detail: str, error: str = "") -> HTTPException:
    challenge = f'Bearer error="{error}"' if error else "Bearer"
    headers = {"WWW-Authenticate": challenge}
    return HTTPException(status, detail, headers)


def bearer_of(request: Request, sent: Sent) -> Identity:
    """Who holds the token, though the session may have ended."""
    if sent is None:
        raise refusal(401, "not signed in")
    keyring: Keyring = request.app.state.keyring
    try:
        return keyring.read(sent.credentials)
    except jwt.InvalidTokenError:
        raise refusal(401, "not signed in", "invalid_token") from None


Bearer = Annotated[Identity, Depends(bearer_of)]


# --8<-- [end:identity]


# --8<-- [start:allowed]
async def signed_in(request: Request, identity: Bearer) -> Identity:
    if await request.app.state.revocations.ended(identity.sid):
        raise refusal(401, "signed out", "invalid_token")
    return identity


SignedIn = Annotated[Identity, Depends(signed_in)]


def administrator(identity: SignedIn) -> Identity:
    if identity.role != "administrator":
        raise refusal(403, "not yours to see", "insufficient_scope")
    return identity


# --8<-- [end:allowed]
