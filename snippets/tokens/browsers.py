"""The refresh token in a cookie, for one site and no script."""

from fastapi import HTTPException, Request, Response

from snippets.tokens.sessions import LIFETIME

# --8<-- [start:cookie]
COOKIE = "__Host-refresh"  # of this host alone, over TLS alone


def give(response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        secure=True,
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"


def take_back(response: Response) -> None:
    response.delete_cookie(
        COOKIE, secure=True, httponly=True, samesite="strict"
    )


def refuse_other_sites(request: Request) -> None:
    """A browser says with each POST and DELETE which page sends it."""
    origin = request.headers.get("origin")
    if origin not in (None, request.app.state.origin):  # [!]
        raise HTTPException(403, "sent by another site")


# --8<-- [end:cookie]
