"""What comes with a request need not be a token.

Running it sends what clients send in place of one, to an endpoint that
decodes it and to one that answers 401 to whatever is no valid token.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Annotated

import httpx
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import (
    HTTPAuthorizationCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
)

KEY = secrets.token_bytes(32)
INVALID = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
SENT = ("Bearer null", "Bearer ", "Bearer b'e30.e30.e30'")

# --8<-- [start:raises]
Token = Annotated[str, Depends(OAuth2PasswordBearer("token"))]


def current_user(token: Token) -> str:
    claims = jwt.decode(token, KEY, algorithms=["HS256"])  # [!]
    return str(claims["sub"])


# --8<-- [end:raises]

# --8<-- [start:fix]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def current_user_or_401(bearer: Bearer) -> str:
    try:
        claims = jwt.decode(
            bearer.credentials,
            KEY,
            algorithms=["HS256"],
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError as error:  # all of them  # [!]
        raise HTTPException(401, "invalid token", INVALID) from error
    return str(claims["sub"])


# --8<-- [end:fix]


def create_app(user_of: Callable[..., str]) -> FastAPI:
    app = FastAPI()

    @app.get("/me")
    async def read_me(user: str = Depends(user_of)) -> str:
        return user

    return app


async def ask(user_of: Callable[..., str], authorization: str) -> str:
    transport = httpx.ASGITransport(create_app(user_of))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        try:
            answer = await client.get(
                "/me", headers={"Authorization": authorization}
            )
        except jwt.InvalidTokenError as error:
            return f"500 {type(error).__name__}: {error}"
    return f"{answer.status_code} {answer.text}"


def main() -> None:
    for sent in SENT:
        for user_of in (current_user, current_user_or_401):
            print(f"{sent!r}: {asyncio.run(ask(user_of, sent))}")


if __name__ == "__main__":
    main()
