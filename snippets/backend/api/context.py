"""What a route is given: the resources of the process, and who is asking.

401 for whom we do not know, 403 for whom we know and do not let in.
"""

from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ..resources import Resources
from ..security.access import Identity

bearer = HTTPBearer(auto_error=False)
Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def resources_of(request: Request) -> Resources:
    """What the lifespan has opened."""
    resources: Resources = request.app.state.resources
    return resources


Opened = Annotated[Resources, Depends(resources_of)]


def refusal(status: int, detail: str, error: str = "") -> HTTPException:
    """With the challenge that 401 and 403 have to have."""
    challenge = f'Bearer error="{error}"' if error else "Bearer"
    return HTTPException(status, detail, {"WWW-Authenticate": challenge})


def signed_in(resources: Opened, sent: Sent) -> Identity:
    """Whoever holds a token of ours."""
    if sent is None:
        raise refusal(401, "not signed in")
    try:
        return resources.keyring.read(sent.credentials)
    except jwt.InvalidTokenError:
        raise refusal(401, "not signed in", "invalid_token") from None


SignedIn = Annotated[Identity, Depends(signed_in)]


def staff(identity: SignedIn) -> Identity:
    """Whoever works here."""
    if identity.role != "staff":
        raise refusal(403, "for staff", "insufficient_scope")
    return identity


def network_of(request: Request) -> str:
    """Where the request comes from, as the server sees it."""
    return request.client.host if request.client else ""


Staff = Annotated[Identity, Depends(staff)]
Network = Annotated[str, Depends(network_of)]
