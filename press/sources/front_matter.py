"""Front matter: what an article or a page says about itself, and the line on which it is wrong."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from lab.suggestion import did_you_mean
from press.problems import Finding
from press.sources.settings import SafeLoader, yaml_finding

Day: TypeAlias = datetime.date
# XML has no place for the other control characters, and a feed that holds one cannot be read.
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_WITHOUT_CONTROLS = rf"^[^{_CONTROLS}]*$"
Text = Annotated[str, Field(min_length=1, pattern=_WITHOUT_CONTROLS)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
# A message that varies at an end would be found in everything.
Message = Annotated[
    str, Field(min_length=4, pattern=rf"^[^\s…{_CONTROLS}]([^{_CONTROLS}]*[^\s…{_CONTROLS}])?$")
]
Summary = Annotated[str, Field(min_length=1, max_length=200, pattern=_WITHOUT_CONTROLS)]

Key: TypeAlias = str | int
"""One step into front matter: a key of a mapping, or a position in a list."""

_FENCE = re.compile(r"-{3}[ \t]*")
_CLOSE = re.compile(r"(-{3}|\.{3})[ \t]*")


class Keys(BaseModel):
    """A mapping that refuses unknown keys and converts nothing.

    The description of a field completes "It must be …" in what an author is told.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Dates(Keys):
    """When an article was published, and when it was last corrected."""

    created: Day = Field(description="the day of publication, such as 2026-11-20")
    updated: Day | None = Field(
        default=None, description="the day of a correction, such as 2026-11-20"
    )


class Series(Keys):
    """The place of an article in a series."""

    name: Text = Field(description="a title listed under extra.series in mkdocs.yml")
    part: int = Field(ge=1, description="the number of the article in the series, from 1")


class Headline(Keys):
    """The one measured number that leads an article: a quantity of a recorded measurement."""

    measurement: Text = Field(description="the name of a file in docs/measurements, without .json")
    quantity: Text = Field(description="the name of a quantity of the measurement")
    label: Text = Field(description="text: what the number counts")


class Correction(Keys):
    """What changed in an article after it was published."""

    date: Day = Field(description="the day of the correction, such as 2026-11-20")
    text: Text = Field(description="text: what was wrong, and what the article says now")


class PageMeta(Keys):
    """The front matter of a page that is not an article."""

    title: Text | None = Field(default=None, description="text")
    description: Summary | None = Field(default=None, description="text of at most 200 characters")
    date: Dates | None = Field(default=None, description="a mapping that holds created: 2026-11-20")
    tags: list[Text] = Field(default=[], description="a list of tags, each of them text")
    template: Text | None = Field(default=None, description="the name of a file in overrides")


class ErrorMeta(PageMeta):
    """The front matter of a page of the error index."""

    title: Text = Field(description="the text of the error, as a reader would search for it")
    description: Summary = Field(description="text of at most 200 characters")
    template: Literal["error.html"] = Field(description="error.html")
    texts: list[Message] = Field(
        default=[],
        description="a list of messages as they are printed, each of at least 4 letters, "
        "with … for what varies",
    )


class PostMeta(Keys):
    """The front matter of an article."""

    title: Text = Field(description="text: a claim that can be false")
    description: Summary = Field(description="text of at most 200 characters")
    date: Dates = Field(description="a mapping that holds created: 2026-11-20")
    slug: Slug = Field(description="words of small letters and digits, joined by hyphens")
    authors: list[Text] = Field(default=[], description="a list of names, each of them text")
    categories: list[Text] = Field(min_length=1, description="a list of at least one category")
    tags: list[Text] = Field(min_length=1, description="a list of at least one tag")
    series: Series | None = Field(default=None, description="a mapping of name and part")
    headline: Headline | None = Field(
        default=None, description="a mapping: measurement, quantity, label"
    )
    cover: Text | None = Field(default=None, description="the path of a picture below docs")
    cover_alt: Text | None = Field(default=None, description="text: what the cover shows")
    featured: bool = Field(default=False, description="true or false")
    draft: bool | None = Field(default=None, description="true or false")
    corrections: list[Correction] = Field(
        default=[], description="a list of mappings of date and text"
    )

    def published(self, now: datetime.datetime) -> bool:
        """Whether a site built at `now` holds the article; the blog plugin decides by this rule."""
        if self.draft is not None:
            return not self.draft
        midnight = datetime.time(tzinfo=datetime.UTC)
        return datetime.datetime.combine(self.date.created, midnight) <= now


@dataclass(frozen=True)
class Document:
    """A Markdown file, split into its front matter and its body.

    Attributes:
        path: the file as an author names it, relative to the repository.
        meta: what the front matter says; None if it cannot be used, and `findings` say why.
        body: the Markdown below the front matter.
        body_line: the line of the file on which the body begins.
        findings: what is wrong with the form of the front matter.
        node: the front matter as YAML nodes, which know their lines.
    """

    path: str
    meta: PostMeta | PageMeta | None
    body: str
    body_line: int
    findings: tuple[Finding, ...] = ()
    node: yaml.Node | None = None

    def line(self, *keys: Key) -> int:
        """The line of the file on which a key stands, or else the nearest that leads to it."""
        return _line(self.node, keys)


def parse(path: str, text: str, model: type[PostMeta] | type[PageMeta]) -> Document:
    """Read the front matter of a Markdown file.

    Args:
        path: the file as an author names it.
        text: the whole file.
        model: what the front matter must say. A page that is no article may have none.
    """
    lines = text.splitlines()
    if not lines or not _FENCE.fullmatch(lines[0]):
        keys = ", ".join(name for name, field in model.model_fields.items() if field.is_required())
        if not keys:
            return Document(path, model.model_validate({}), text, 1)
        remedy = f"Begin the file with a line of three hyphens, the keys {keys}, and three hyphens."
        return Document(path, None, text, 1, (Finding(path, 1, "no front matter", remedy),))
    end = first_line_of_body(lines) - 2
    if not end:
        remedy = "Put a line of three hyphens after its last key."
        return Document(path, None, "", 1, (Finding(path, 1, "unclosed front matter", remedy),))
    body, body_line = "\n".join(lines[end + 1 :]), end + 2

    source = "\n".join(lines[1:end])
    try:
        node = yaml.compose(source, SafeLoader)
        data = _construct(node) if node else {}
    except yaml.YAMLError as error:
        return Document(path, None, body, body_line, (yaml_finding(path, error, first_line=2),))
    if not isinstance(data, dict):
        what, remedy = "front matter without keys", "Write one key a line: title: Your claim"
        return Document(path, None, body, body_line, (Finding(path, 2, what, remedy),), node)

    found = [*_duplicates(path, node), *_refused(path, node, data, model)]
    try:
        meta = model.model_validate(_without_unknown(data, model))
    except ValidationError:
        meta = None
    return Document(path, meta, body, body_line, tuple(sorted(found)), node)


def first_line_of_body(lines: Sequence[str]) -> int:
    """The line, from 1, below the front matter of a file; 1 where it has none, 2 if unclosed."""
    if not lines or not _FENCE.fullmatch(lines[0]):
        return 1
    return next((at + 2 for at, line in enumerate(lines[1:], 1) if _CLOSE.fullmatch(line)), 2)


def _construct(node: yaml.Node) -> Any:
    """Turn nodes into values.

    Raises:
        yaml.YAMLError: if that is not possible; also for a day that no calendar has, for which the
            parser raises another exception and names no line.
    """
    try:
        return SafeLoader("").construct_document(node)
    except ValueError as error:
        mark = next(_impossible(node), node.start_mark)
        raise yaml.MarkedYAMLError(problem=str(error), problem_mark=mark) from None


def _impossible(node: yaml.Node) -> Iterator[yaml.Mark]:
    if isinstance(node, yaml.ScalarNode):
        try:
            SafeLoader("").construct_document(node)
        except ValueError:
            yield node.start_mark
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _impossible(item)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _impossible(value)


def _refused(
    path: str, node: yaml.Node | None, data: dict[Any, Any], model: type[Keys]
) -> Iterator[Finding]:
    try:
        model.model_validate(data)
    except ValidationError as refusal:
        for error in refusal.errors(include_url=False):
            what, remedy = _say(error, model)
            yield Finding(path, _line(node, error["loc"]), what, remedy)


def _say(error: ErrorDetails, model: type[Keys]) -> tuple[str, str]:
    """Say in an author's words what pydantic refused, and what would be right."""
    loc, value = error["loc"], error["input"]
    name = ".".join(str(key) for key in loc if isinstance(key, str))
    hint = _hints(model).get(name, "text")
    match error["type"]:
        case "missing":
            return f"missing key '{name}'", f"Add it: it must be {hint}."
        case "extra_forbidden":
            parent, _, last = name.rpartition(".")
            known = _keys_below(model, parent)
            ask = did_you_mean(last, known, most=1)
            return f"unknown key '{name}'", f"{ask}The keys here are {', '.join(known)}."
        case "invalid_key":
            return f"the key {loc[-1]} is not text", "Use a key that exists, or quote it."
        case "string_pattern_mismatch" if found := _CONTROL.search(value):
            return f"'{name}' holds the control character {found[0]!r}", "Delete it."
        case "string_too_long":
            return f"'{name}' has {len(value)} characters", f"It must be {hint}."
    if isinstance(loc[-1], int):
        what = f"item {loc[-1] + 1} of '{name}' is {_shown(value)}"
        return what, f"'{name}' must be {hint}."
    return f"'{name}' is {_shown(value)}", f"It must be {hint}."


def _shown(value: object) -> str:
    if value is None or value in ("", [], {}):
        return "empty"
    text = str(value) if isinstance(value, (bool, int, float, datetime.date)) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _keys_below(model: type[Keys], parent: str) -> list[str]:
    split = (name.rpartition(".") for name in _hints(model))
    return [last for above, _, last in split if above == parent]


@cache
def _hints(model: type[Keys], prefix: str = "") -> Mapping[str, str]:
    """What each key of a model must be, by its dotted name."""
    hints: dict[str, str] = {}
    for name, field in model.model_fields.items():
        hints[prefix + name] = field.description or "text"
        if nested := _nested(field.annotation):
            hints |= _hints(nested, f"{prefix}{name}.")
    return hints


def _nested(annotation: Any) -> type[Keys] | None:
    """The mapping that a field holds: itself, optional, or in a list."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, Keys):
            return part
    return None


def _without_unknown(data: Mapping[Any, Any], model: type[Keys]) -> dict[str, Any]:
    """The data without the keys that no field takes, so that the other checks can go on."""
    known: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name in data:
            value, nested = data[name], _nested(field.annotation)
            if nested and isinstance(value, Mapping):
                value = _without_unknown(value, nested)
            elif nested and isinstance(value, list):
                value = [
                    _without_unknown(v, nested) if isinstance(v, Mapping) else v for v in value
                ]
            known[name] = value
    return known


def _duplicates(path: str, node: yaml.Node | None) -> Iterator[Finding]:
    """The keys that stand twice in one mapping: YAML would take the last and say nothing."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _duplicates(path, item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 2
                yield Finding(path, line, f"the key '{key.value}' stands twice", "Keep one.")
            elif isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
            yield from _duplicates(path, value)


def _line(node: yaml.Node | None, keys: tuple[Key, ...]) -> int:
    line = 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(key)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 2, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = node.value[key]
            line = node.start_mark.line + 2
    return line
