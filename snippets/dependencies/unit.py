"""A unit of work that commits before the response is sent.

Running it places an order whose mail is refused, and prints what the
client was told and what is stored.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)

from snippets.dependencies.confirmed import demonstrate
from snippets.dependencies.orders import Order, Placed, SendMail


# --8<-- [start:work]
async def unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions.begin() as session:
        yield session


Work = Annotated[
    AsyncSession, Depends(unit_of_work, scope="function")  # [!]
]
# --8<-- [end:work]


# --8<-- [start:app]
def create_app(engine: AsyncEngine, send_mail: SendMail) -> FastAPI:
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine)

    @app.post("/orders/{number}", status_code=201)
    async def place_order(
        number: str, work: Work, tasks: BackgroundTasks
    ) -> Placed:
        work.add(Order(number=number))
        tasks.add_task(send_mail, number)
        return Placed(number=number)

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
