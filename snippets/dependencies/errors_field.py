"""What is no dependency and no Pydantic type cannot be a parameter.

Running it declares three routes that cannot be, and three that can, and
prints what comes of it.
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.exceptions import FastAPIError
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.dependencies.orders import Order

WIDTH = 72  # columns


# --8<-- [start:raises]
async def count_orders(session: AsyncSession) -> None: ...  # [!]


async def read_order(number: str) -> Order:  # a class of SQLAlchemy
    return Order(number=number)


async def export() -> FileResponse | dict[str, str]:
    return {"state": "not ready"}


def declare(endpoint: Callable[..., object]) -> None:
    FastAPI().get("/")(endpoint)


# --8<-- [end:raises]


# --8<-- [start:fix]
async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


class OrderOut(BaseModel):
    number: str


def create_app() -> FastAPI:
    app = FastAPI()

    @app.get("/count")
    async def count_orders(session: Session) -> bool:
        return session.is_active

    app.get("/orders/{number}", response_model=OrderOut)(read_order)
    app.get("/export", response_model=None)(export)
    return app


# --8<-- [end:fix]


def main() -> None:
    for endpoint in (count_orders, read_order, export):
        try:
            declare(endpoint)
        except FastAPIError as error:
            hint = str(error).partition("Hint: ")[2]
            print(f"… Hint: {hint}"[:WIDTH].strip())
    print(f"{create_app().title}: all three are declared")


if __name__ == "__main__":
    main()
