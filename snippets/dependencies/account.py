"""An application in two parts that asks who is calling."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException


# --8<-- [start:app]
def current_user() -> str:
    raise HTTPException(401, "sign in")  # a real one reads a token


User = Annotated[str, Depends(current_user)]


def create_app() -> FastAPI:
    app, admin = FastAPI(), FastAPI()
    app.mount("/admin", admin)

    @app.get("/me")
    async def read_me(user: User) -> str:
        return user

    @admin.get("/me")
    async def read_admin(user: User) -> str:
        return user

    return app


# --8<-- [end:app]
