"""Files that show one photograph: which belong together, which do not, and what it costs to find out."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps, PngImagePlugin

from pictrace import duplicates
from pictrace.closer_look import Evidence, Look, compare
from pictrace.events import Found, Progress, Stage
from pictrace.neighbours import nearest_pairs
from tests.asking import an_engine, group_names, groups_in
from tests.pictures import make_archive, make_picture, zipped

Picture = Image.Image


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Ten different pictures: no group."""
    return make_archive(tmp_path / "photos", 10, side=240)


def _lettered(picture: Picture) -> Picture:
    picture = picture.copy()
    ImageDraw.Draw(picture).text((20, 200), "GREETINGS FROM HERE", fill="white", stroke_width=2, stroke_fill="black")
    return picture


EDITS: dict[str, Callable[[Picture], Picture]] = {
    "smaller": lambda picture: picture.resize((120, 120)),
    "larger": lambda picture: picture.resize((480, 480)),
    "cropped": lambda picture: picture.crop((10, 10, 230, 230)),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "grey": ImageOps.grayscale,
    "lettered": _lettered,
    "bordered": lambda picture: ImageOps.expand(picture, 12, "white"),
    "mirrored": ImageOps.mirror,
    "turned": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
}


def test_edited_copies_are_one_group(archive: Path) -> None:
    for kind, edit in EDITS.items():
        edit(make_picture(4, 240)).save(archive / f"004 {kind}.jpg", quality=80)
    (group,) = groups_in(archive)
    assert group.kind.value == "edited"
    assert group.members[0].picture.name == "004 larger.jpg"  # the one to keep
    assert [member.picture.name for member in group.members[1:]] == sorted(
        ["004.jpg", *(f"004 {kind}.jpg" for kind in EDITS if kind != "larger")]
    )
    assert all(0.3 < member.score < 1 for member in group.members[1:])


def test_different_pictures_are_no_group(archive: Path) -> None:
    assert groups_in(archive) == []
    assert groups_in(archive, similar=True) == []


def test_equal_bytes_are_exact_copies(archive: Path) -> None:
    shutil.copy(archive / "003.jpg", archive / "copy.jpg")
    os.utime(archive / "003.jpg", (1e9, 1e9))
    zipped(archive, archive / "album.zip", only=["003.jpg", "005.jpg"])
    exact, other = groups_in(archive)
    assert group_names([exact]) == [("exact", ["003.jpg", "album.zip!/003.jpg", "copy.jpg"])]
    assert {member.picture.name for member in other.members} == {"005.jpg", "album.zip!/005.jpg"}
    assert {member.score for group in (exact, other) for member in group.members} == {1.0}
    assert len({member.digest for member in exact.members}) == 1
    assert {(member.width, member.height) for member in exact.members} == {(240, 240)}


def test_equal_pixels_with_other_facts_are_exact_copies(archive: Path) -> None:
    facts = PngImagePlugin.PngInfo()
    facts.add_text("Comment", "taken on a Sunday")
    make_picture(50, 240).save(archive / "a.png")
    make_picture(50, 240).save(archive / "b.png", pnginfo=facts)
    make_picture(50, 240).save(archive / "c.bmp")
    assert group_names(groups_in(archive)) == [("exact", ["a.png", "b.png", "c.bmp"])]


def test_one_different_pixel_makes_an_edited_copy(archive: Path) -> None:
    big = make_picture(50, 240).resize((1200, 1200))
    big.save(archive / "a.png")
    big.putpixel((600, 600), (255, 0, 255))
    big.save(archive / "b.png")
    assert group_names(groups_in(archive)) == [("edited", ["a.png", "b.png"])]


def test_two_names_of_one_file_are_no_group(archive: Path) -> None:
    os.link(archive / "003.jpg", archive / "hard link.jpg")
    (archive / "soft link.jpg").symlink_to("003.jpg")
    assert groups_in(archive, archive.parent, archive / "..") == []


def test_the_groups_do_not_depend_on_the_order_of_reading_nor_on_a_restart(archive: Path, tmp_path: Path) -> None:
    for seed in (1, 4, 7):
        for kind in ("smaller", "mirrored", "cropped"):
            EDITS[kind](make_picture(seed, 240)).save(archive / f"{seed:03} {kind}.jpg")
        shutil.copy(archive / f"{seed:03}.jpg", archive / f"{seed} copy.jpg")
    other = make_archive(tmp_path / "other", 3, side=240)
    with an_engine() as engine:
        first, second, other_way = (
            [event.answer for event in engine.duplicates(places) if isinstance(event, Found)]
            for places in ([str(archive), str(other)], [str(archive), str(other)], [str(other), str(archive)])
        )
    assert len(first) == 5
    assert first == second == other_way == groups_in(archive, other)


def _scene(archive: Path) -> None:
    """One place, seen a little more to the right each time."""
    for number in range(3):
        view = make_picture(33, 600).crop((110 * number, 80 * number, 110 * number + 360, 80 * number + 360))
        view.save(archive / f"view {number}.jpg")


def test_similar_groups_come_only_when_asked_for(archive: Path) -> None:
    _scene(archive)
    assert groups_in(archive) == []
    assert group_names(groups_in(archive, similar=True)) == [("similar", ["view 0.jpg", "view 1.jpg", "view 2.jpg"])]


def test_of_copies_inside_a_similar_group_only_the_one_to_keep_is_named(archive: Path) -> None:
    _scene(archive)
    for number in range(2):
        Image.open(archive / f"view {number}.jpg").resize((200, 200)).save(archive / f"view {number} small.jpg")
    assert group_names(groups_in(archive, similar=True)) == [
        ("edited", ["view 0.jpg", "view 0 small.jpg"]),
        ("edited", ["view 1.jpg", "view 1 small.jpg"]),
        ("similar", ["view 0.jpg", "view 1.jpg", "view 2.jpg"]),
    ]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_smallest_archives_work(count: int, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", count)
    assert groups_in(archive, similar=True) == []


def test_two_copies_and_nothing_else(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 1)
    shutil.copy(archive / "000.jpg", archive / "001.jpg")
    assert [kind for kind, _names in group_names(groups_in(archive, similar=True))] == ["exact"]


def test_plain_pictures_of_different_colours_are_no_group(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 3)
    for colour in ("black", "white", "red", "blue", "green"):
        Image.new("RGB", (90, 60), colour).save(archive / f"{colour}.png")
    Image.new("RGB", (10_000, 10), "orange").save(archive / "long.png")
    assert groups_in(archive) == []


def test_plain_pictures_of_one_colour_are_a_group_only_in_one_shape(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 3)
    for name, size in {"small": (90, 60), "large": (300, 200), "long": (10_000, 10)}.items():
        Image.new("RGB", size, "red").save(archive / f"{name}.png")
    assert group_names(groups_in(archive)) == [("edited", ["large.png", "small.png"])]


def test_a_damaged_copy_is_not_the_one_to_keep(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 3)
    make_picture(9, 700).save(archive / "small.jpg")
    make_picture(9, 700).resize((1400, 1400)).save(archive / "broken.jpg", quality=95)
    content = (archive / "broken.jpg").read_bytes()
    (archive / "broken.jpg").write_bytes(content[: len(content) * 95 // 100])
    (group,) = groups_in(archive)
    assert [(member.picture.name, member.damaged) for member in group.members] == [
        ("small.jpg", False),
        ("broken.jpg", True),
    ]


def test_many_exact_copies_cost_no_more_than_reading_them(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 3, side=32)
    content = (archive / "000.jpg").read_bytes()
    for number in range(10_000):
        (archive / f"copy {number:05}.jpg").write_bytes(content)
    began = time.monotonic()
    (group,) = groups_in(archive)
    assert len(group.members) == 10_001
    assert time.monotonic() - began < 60


def test_many_near_copies_are_one_group_and_few_pairs_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[None] = []

    def listening(one: Look, other: Look) -> Evidence:
        looked_at.append(None)
        return compare(one, other)

    monkeypatch.setattr(duplicates, "compare", listening)
    archive = make_archive(tmp_path / "photos", 3)
    content = (archive / "000.jpg").read_bytes()
    for number in range(50):  # what follows the picture in its file changes nothing that is seen
        (archive / f"copy {number:03}.jpg").write_bytes(content + f"{number}".encode())
    for number in range(29):
        make_picture(0).save(archive / f"saved {number:03}.jpg", quality=60 + number)
    with an_engine() as engine:
        events = list(engine.duplicates([str(archive)]))
    groups = [event.answer for event in events if isinstance(event, Found)]
    assert [len(group.members) for group in groups] == [80]
    assert len(looked_at) < 8 * 80  # of 3,160 pairs
    compared = [event for event in events if isinstance(event, Progress) and event.stage is Stage.COMPARING]
    assert all(event.total in (82, 79) and event.done <= event.total for event in compared)


def test_only_the_nearest_few_of_each_picture_are_compared() -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(1, 1, (700, 24))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    found = [pair for _done, pairs in nearest_pairs(vectors, vectors, 5, 0.3, 2) for pair in pairs]
    assert len(found) <= 5 * 700
    cosines = vectors.astype(np.float32) @ vectors.astype(np.float32).T
    np.fill_diagonal(cosines, -1)
    for row in range(0, 700, 50):
        nearest = int(cosines[row].argmax())
        assert any({one, other} == {row, nearest} for _cosine, one, other in found)
    assert all(one < other for _cosine, one, other in found)
