"""What every figure and every drawing keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import Tag

from press import memo
from press.evidence.records import RecordError
from press.figures.drawing import shapes
from tests.press.figures.examples import (
    DRAWN,
    EACH,
    catches,
    kill,
    latencies,
    points_of,
    shedding,
    soup,
    sweep,
    texts,
)
from tests.press.records import record, write


def test_nothing_needs_a_content_security_policy_to_be_relaxed(html: str) -> None:
    found = soup(html)

    assert not found.select("[style], style, script")
    assert not [name for tag in found.find_all(True) for name in tag.attrs if name[:2] == "on"]


def test_ids_are_unique_and_what_is_referred_to_exists(html: str) -> None:
    found = soup(html)
    ids = [str(tag["id"]) for tag in [found, *found.select("[id]")] if tag.get("id")]

    assert len(ids) == len(set(ids))
    for tag in [found, *found.select("[aria-labelledby]")]:
        assert set(str(tag.get("aria-labelledby", "")).split()) <= set(ids)


def test_libraries_that_differ_from_the_lock_are_said_in_the_provenance(root: Path) -> None:
    (root / "requirements.txt").write_text("asyncpg==0.33.0\n", encoding="utf-8")

    for make in EACH.values():
        drift = texts(soup(make()), ".provenance .provenance__drift")
        assert drift == ["measured with asyncpg 0.32, locked is 0.33.0"]


@pytest.mark.parametrize("kind", EACH)
def test_a_record_that_may_not_be_published_is_not_drawn(root: Path, kind: str) -> None:
    for made in (record(root), sweep(root), shedding(root), kill(root), catches(root)):
        write(root, {**made, "source": "000000000000"})

    with pytest.raises(RecordError, match=r"is stale: .* Run `make measure NAME="):
        EACH[kind]()


def test_a_drawing_is_named_and_described_for_who_does_not_see_it(drawing: Tag) -> None:
    images = drawing.select("svg[role=img]")

    assert [image["class"] for image in images] == [["figure__wide"], ["figure__narrow"]]
    for image in images:
        assert texts(image, "title, desc") == ["T", "D"]


def test_a_drawing_has_no_size_of_its_own_and_no_color(drawing: Tag) -> None:
    for image in drawing.select("svg"):
        assert not {"width", "height"} & image.attrs.keys()
    painted = {tag.get(key) for tag in drawing.select("svg *") for key in ("fill", "stroke")}
    assert painted == {None, "none", "currentColor"}


def test_a_drawing_holds_nothing_outside_its_frame(drawing: Tag) -> None:
    for image in drawing.select("svg"):
        _, _, width, height = map(float, str(image["viewbox"]).split())
        for path in image.select("path"):
            for x, y in points_of(str(path["d"]).replace("h0", "")):
                assert -0.1 <= x <= width + 0.1
                assert -0.1 <= y <= height + 0.1


def test_a_drawing_shows_the_same_bytes_for_the_same_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = {kind: EACH[kind]() for kind in DRAWN}
    monkeypatch.setattr(memo, "MEMO", Path("drawn/anew"))

    assert {kind: EACH[kind]() for kind in DRAWN} == drawn
    assert list(Path("drawn/anew").rglob("*"))


def test_its_data_stand_below_it_as_a_table(drawing: Tag) -> None:
    (table,) = drawing.select("details.figure__data table.measurements")

    assert table.select("caption")
    assert len(table.select("tbody th[scope=row]")) == len(table.select("tbody tr")) > 1


def test_the_caption_is_the_last_part_of_a_figure(drawing: Tag) -> None:
    assert [child.name for child in drawing.find_all(recursive=False)][-1] == "figcaption"


def test_all_text_of_a_drawing_fits_its_width() -> None:
    label = "connections that the pool keeps open, counted over all workers of the service"

    for image in soup(latencies(x_label=label, y_label=label)).select("svg"):
        width = float(str(image["viewbox"]).split()[2])
        for text in image.select("text"):
            x, wide = float(str(text["x"])), shapes.extent(text.get_text())[0]
            before = {"middle": wide / 2, "end": wide}.get(str(text.get("text-anchor")), 0.0)
            assert x - before >= -0.1
            assert x - before + wide <= width + 0.1
