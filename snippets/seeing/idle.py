"""What does nothing with a request, and nothing with spans."""

from fastapi import Request, Response
from opentelemetry.sdk.trace.export import (
    SpanExporter,
    SpanExportResult,
)
from starlette.middleware.base import RequestResponseEndpoint
from starlette.types import ASGIApp, Receive, Scope, Send


class Dropped(SpanExporter):
    def export(self, spans: object) -> SpanExportResult:
        return SpanExportResult.SUCCESS


class Passed:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        await self.app(scope, receive, send)


# --8<-- [start:passed]
async def pass_on(
    request: Request, call_next: RequestResponseEndpoint
) -> Response:
    return await call_next(request)


# --8<-- [end:passed]
