"""A line of code or of output on a page, which a phone wraps at its own indentation."""

from __future__ import annotations

_DEEPEST = 24  # columns; the style sheet has a rule for every second one up to here
_NARROWEST = 45  # columns that a phone of 320 pixels shows


def shown_line(text: str, html: str, *, marked: bool = False, number: int | None = None) -> str:
    """The element of a line. The policy forbids style attributes, so its indentation is a class.

    Args:
        text: the line as it is copied.
        html: the same with its colors and notes.
        marked: whether readers are shown it.
        number: its number in the file, if it is from one.
    """
    first_word, *_ = text.strip().split(" ")
    indentation = len(text) - len(text.lstrip(" "))
    columns = min(indentation, _DEEPEST) // 2 * 2
    classes = ["line", *(["line--marked"] if marked else [])]
    # Such a word would leave its indentation alone on a row and begin on the next.
    is_unbroken = indentation and indentation + len(first_word) > _NARROWEST
    classes += ["line--unbroken"] if is_unbroken else []
    classes += [f"indent-{columns}"] if columns and text.strip() else []
    place = f' data-line="{number}"' if number is not None else ""
    return f'<span class="{" ".join(classes)}"{place}>{html}</span>'
