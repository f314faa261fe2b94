"""The files behind a comparison: their pixels at the size that is needed, and their facts."""

import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pictrace.errors import PictureUnreadable
from pictrace.gui.originals import Facts, Originals, Pair, Source, Wanted, facts_of_both, readable
from pictrace.questions import Query, Region
from tests.pictures import make_picture

FACTS = Facts("a.jpg", "/photos", 127_915, 4000, 3000, "JPEG", False, 1_500_000_000 * 10**9)


@pytest.fixture
def originals() -> Originals:
    return Originals(64 << 20)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    make_picture(3, 200).resize((800, 400)).save(file, quality=90)
    os.utime(file, (1_500_000_000, 1_500_000_000))
    return file


@pytest.mark.parametrize(("longest", "size"), [(None, (800, 400)), (300, (300, 150)), (5000, (800, 400))])
def test_a_picture_is_decoded_at_the_size_that_is_needed(
    originals: Originals, photo: Path, longest: int | None, size: tuple[int, int]
) -> None:
    source = Source(str(photo))
    assert originals.facts(source) is None
    assert originals.read(Wanted(source, longest)).size == size
    assert originals.facts(source) == Facts(
        "photo.jpg", str(photo.parent), photo.stat().st_size, 800, 400, "JPEG", False, 1_500_000_000 * 10**9
    )


def test_a_member_of_an_archive_is_read_where_it_lies(originals: Originals, photo: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "album.zip", "w") as album:
        album.write(photo, "2019/photo.jpg")
    source = Source(f"{tmp_path}/album.zip!/2019/photo.jpg")
    assert originals.read(Wanted(source, 100)).size == (100, 50)
    facts = originals.facts(source)
    assert facts is not None
    assert (facts.name, facts.place) == ("photo.jpg", f"{tmp_path}/album.zip!/2019")


def test_of_a_region_only_that_part_is_shown(originals: Originals, photo: Path) -> None:
    source = Source(str(photo), region=Region(100, 50, 200, 300))
    assert originals.read(Wanted(source, None)).size == (200, 300)
    assert originals.read(Wanted(source, 150)).size == (100, 150)
    facts = originals.facts(source)
    assert facts is not None
    assert (facts.width, facts.height) == (200, 300)


def test_what_was_pasted_needs_no_file(originals: Originals) -> None:
    coded = io.BytesIO()
    Image.new("RGB", (40, 30)).save(coded, "PNG")
    source = Source("Pasted picture", coded.getvalue())
    assert originals.read(Wanted(source, None)).size == (40, 30)
    facts = originals.facts(source)
    assert facts is not None
    assert (facts.name, facts.place, facts.format, facts.modified_ns) == ("Pasted picture", "", "PNG", 0)


def test_what_cannot_be_read_says_why(originals: Originals, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    for name in ("broken.jpg", "gone.jpg"):
        with pytest.raises(PictureUnreadable):
            originals.read(Wanted(Source(str(tmp_path / name)), 100))


def test_a_pair_asks_for_an_overlay_of_what_is_shown() -> None:
    region = Region(1, 2, 3, 4)
    pair = Pair(Source("a.jpg", region=region), Source("b.zip!/b.jpg"))
    assert pair.question == {
        "one": Query("a.jpg"),
        "other": Query("b.zip!/b.jpg"),
        "region": region,
        "overlay": True,
    }


def test_what_differs_is_marked_and_nothing_else() -> None:
    other = replace(FACTS, place="/backup", width=2000, height=1500)
    assert [fact.title for fact in facts_of_both(FACTS, other) if fact.differs] == ["Place", "Dimensions"]
    assert not any(fact.differs for fact in facts_of_both(FACTS, FACTS))


def test_what_is_not_known_yet_does_not_differ() -> None:
    for facts in (
        facts_of_both(FACTS, None),
        facts_of_both(None, None),
        facts_of_both(FACTS, replace(FACTS, place="")),
    ):
        assert len(facts) == 6
        assert not any(fact.differs for fact in facts)


def test_sizes_that_would_read_the_same_are_told_to_the_byte() -> None:
    def sizes(one: int, other: int) -> tuple[str, str, bool]:
        (fact,) = (
            fact
            for fact in facts_of_both(replace(FACTS, size_bytes=one), replace(FACTS, size_bytes=other))
            if fact.title == "Size"
        )
        return fact.one, fact.other, fact.differs

    assert sizes(127_915, 127_588) == ("127,915 bytes", "127,588 bytes", True)
    assert sizes(127_915, 127_915) == ("128 KB", "128 KB", False)
    assert sizes(1, 4_240_000) == ("1 byte", "4.2 MB", True)


def test_a_damaged_file_is_called_so() -> None:
    (fact,) = (fact for fact in facts_of_both(FACTS, replace(FACTS, damaged=True)) if fact.title == "Format")
    assert (fact.other, fact.differs) == ("JPEG, damaged", True)


def test_odd_names_can_be_read() -> None:
    assert readable("Grüße 日本.jpg") == "Grüße 日本.jpg"
    assert readable("a\udcff\n\u202eb.jpg") == "a\ufffd\ufffd\ufffdb.jpg"
