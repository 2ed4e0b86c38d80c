"""How much of the time of requests has a span that names its cause.

These are spans of the database: statements, and the wait for a
connection.
"""

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import SpanKind


class Explained(SpanProcessor):
    """Sums durations, in nanoseconds."""

    def __init__(self) -> None:
        self.requests = self.database = 0

    def on_start(
        self, span: Span, parent_context: Context | None = None
    ) -> None:
        pass

    # --8<-- [start:explained]
    def on_end(self, span: ReadableSpan) -> None:
        took = (span.end_time or 0) - (span.start_time or 0)
        if span.kind is SpanKind.SERVER:
            self.requests += took
        elif span.kind is SpanKind.CLIENT or "pool" in span.name:
            self.database += took

    # --8<-- [end:explained]
