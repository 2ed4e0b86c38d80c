"""Text in the sizes of a drawing."""

from __future__ import annotations

from press.figures.drawing import shapes


def test_a_long_label_is_broken_between_words() -> None:
    assert shapes.broken("connection per request", 12) == "connection\nper request"
