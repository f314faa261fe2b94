import io
import os
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from pictrace.archives import open_archive
from pictrace.errors import ArchiveDamaged, ArchiveProtected, PictureUnreadable
from pictrace.picture import PictureRef
from tests.archive_files import JPEG, content_of, opened, passed_over, picture_called, zip_by_hand, zip_bytes

FILES = {f"{n}.jpg": bytes(range(n, 250)) * 9 for n in range(40)}


class _Stream(io.BytesIO):
    """Cannot be gone back in, so that sizes are written after the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "album.zip"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_usual_compression_is_read(path: Path, method: int) -> None:
    files = {"a.jpg": os.urandom(3_000_000) + bytes(3_000_000), "empty.jpg": b"", "b.jpg": JPEG}
    path.write_bytes(zip_bytes(files, method))
    assert content_of(path) == files


def test_an_unknown_compression_has_its_sentence_for_that_picture_alone(path: Path) -> None:
    path.write_bytes(zip_by_hand([(b"a.jpg", JPEG)], method=93))
    with opened(path) as archive, pytest.raises(PictureUnreadable, match=r"does not know \(method 93\)"):
        archive.read(picture_called(archive, "a.jpg"))


def test_a_protected_zip_is_told_apart_from_a_damaged_one(path: Path) -> None:
    path.write_bytes(zip_by_hand([(b"a.jpg", JPEG), (b"b.jpg", JPEG)], flags=1))
    with pytest.raises(ArchiveProtected, match="password"):
        open_archive(str(path))
    path.write_bytes(b"PK\3\4" + bytes(500))
    with pytest.raises(ArchiveDamaged, match="damaged"):
        open_archive(str(path))


def test_in_a_partly_protected_zip_the_open_pictures_are_read(path: Path) -> None:
    content = bytearray(zip_by_hand([(b"a.jpg", JPEG), (b"b.jpg", JPEG)]))
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    assert content_of(path) == {"b.jpg": JPEG}
    assert passed_over(path) == {"a.jpg": "It is protected by a password."}


def test_a_damaged_picture_does_not_spoil_its_neighbours(path: Path) -> None:
    content = bytearray(zip_bytes(FILES, zipfile.ZIP_STORED))
    content[content.index(FILES["7.jpg"]) + 100] ^= 1
    path.write_bytes(content)
    with opened(path) as archive:
        for picture in archive.list():
            assert isinstance(picture, PictureRef)
            if picture.name == "7.jpg":
                with pytest.raises(PictureUnreadable, match="damaged"):
                    archive.read(picture)
            else:
                assert archive.read(picture) == FILES[picture.name]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_cut_short_gives_what_is_whole_and_says_so(path: Path, method: int) -> None:
    content = zip_bytes(FILES, method)
    path.write_bytes(content[: content.index(b"20.jpg") + 60])
    whole = {}
    with opened(path) as archive:
        for item in archive.list():
            if isinstance(item, PictureRef) and item.name != "20.jpg":
                whole[item.name] = archive.read(item)
        with pytest.raises(PictureUnreadable):
            archive.read(picture_called(archive, "20.jpg"))
    assert whole == {name: FILES[name] for name in list(FILES)[:20]}
    assert "damaged" in str(passed_over(path)[""])


def test_a_zip_cut_short_while_it_was_streamed_gives_what_is_whole(path: Path) -> None:
    stream = _Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as table:
        for name, data in FILES.items():
            table.writestr(name, data)
    content = stream.getvalue()
    path.write_bytes(content[: content.index(b"20.jpg") + 10])
    assert content_of(path) == {name: FILES[name] for name in list(FILES)[:20]}


def test_a_hidden_table_of_contents_behind_a_long_comment_is_found(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as table:
        table.writestr("a.jpg", JPEG)
        table.comment = b"x" * 60_000
    assert content_of(path) == {"a.jpg": JPEG}
    path.write_bytes(b"#!/bin/sh of a self-extracting archive\n" + path.read_bytes())
    assert content_of(path) == {"a.jpg": JPEG}


def test_zip64_is_read_whole_and_cut_short(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as table:
        for name, data in FILES.items():
            with table.open(name, "w", force_zip64=True) as member:
                member.write(data)
    assert content_of(path) == FILES
    path.write_bytes(path.read_bytes().partition(b"PK\1\2")[0])
    assert content_of(path) == FILES


@pytest.mark.slow
def test_a_hundred_thousand_entries_are_listed(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as table:
        for number in range(100_000):
            table.writestr(zipfile.ZipInfo(f"{number % 100}/{number}.jpg"), b"")
    with opened(path) as archive:
        assert sum(1 for _ in archive.list()) == 100_000


@pytest.mark.parametrize(
    ("raw", "made_on", "name"),
    [
        ("caf\u00e9.jpg".encode(), 3, "caf\u00e9.jpg"),
        ("\u5199\u771f.jpg".encode(), 0, "\u5199\u771f.jpg"),
        ("caf\u00e9.jpg".encode("cp437"), 0, "caf\u00e9.jpg"),
        (b"caf\xe9.jpg", 3, "caf\udce9.jpg"),
        (b"2019\\a.jpg", 0, "2019/a.jpg"),
        (b"2019\\a.jpg", 3, "2019\\a.jpg"),
        (b"-rf.jpg", 3, "-rf.jpg"),
        (b"a" * 250 + b".jpg", 3, "a" * 250 + ".jpg"),
    ],
)
def test_legacy_names_read_as_they_were_meant(path: Path, raw: bytes, made_on: int, name: str) -> None:
    path.write_bytes(zip_by_hand([(raw, JPEG)], made_on=made_on))
    assert content_of(path) == {name: JPEG}


def test_the_true_name_beside_a_legacy_one_counts_where_it_belongs_to_it(path: Path) -> None:
    for crc, name in ((zlib.crc32(b"mojibake.jpg"), "\u5199.jpg"), (0, "mojibake.jpg")):
        said = struct.pack("<BI", 1, crc) + "\u5199.jpg".encode()
        extra = struct.pack("<HH", 0x7075, len(said)) + said
        path.write_bytes(zip_by_hand([(b"mojibake.jpg", JPEG)], made_on=0, extra=extra))
        assert content_of(path) == {name: JPEG}


def test_a_name_that_is_no_utf8_although_it_says_so_costs_nothing_else(path: Path) -> None:
    path.write_bytes(zip_by_hand([(b"a\xff.jpg", JPEG), (b"b.jpg", JPEG)], flags=0x800))
    assert content_of(path) == {"a\udcff.jpg": JPEG, "b.jpg": JPEG}


@pytest.mark.parametrize("name", ["../a.jpg", "b/../../a.jpg", "/etc/a.jpg", "C:\\a.jpg", "..\\a.jpg", "c:/a.jpg"])
def test_names_that_point_outside_are_passed_over_with_a_sentence(path: Path, name: str) -> None:
    path.write_bytes(zip_by_hand([(name.encode(), JPEG), (b"good.jpg", JPEG)]))
    assert content_of(path) == {"good.jpg": JPEG}
    assert passed_over(path) == {name: "Its name points outside the archive."}


def test_of_equal_names_the_last_file_counts(path: Path) -> None:
    path.write_bytes(zip_by_hand([(b"a.jpg", b"old"), (b"b.jpg", JPEG), (b"a.jpg", b"new")]))
    assert content_of(path) == {"a.jpg": b"new", "b.jpg": JPEG}


def test_links_are_not_followed(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as table:
        link = zipfile.ZipInfo("a.jpg")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        table.writestr(link, "/etc/passwd")
    assert content_of(path) == {}
    assert "link" in str(passed_over(path)["a.jpg"])


def test_what_unpacks_to_far_too_much_is_refused(path: Path) -> None:
    path.write_bytes(zip_bytes({"bomb.jpg": bytes(100_000_000), "small.jpg": bytes(100_000)}))
    with opened(path) as archive:
        assert archive.read(picture_called(archive, "small.jpg")) == bytes(100_000)
        with pytest.raises(PictureUnreadable, match="too much"):
            archive.read(picture_called(archive, "bomb.jpg"))


@pytest.mark.parametrize("declared", [3, 4_000_000_000])
def test_a_member_that_lies_about_its_size_is_not_believed(path: Path, declared: int) -> None:
    path.write_bytes(zip_by_hand([(b"a.jpg", JPEG)], declared=declared))
    with opened(path) as archive, pytest.raises(PictureUnreadable):
        archive.read(picture_called(archive, "a.jpg"))


def test_entries_that_share_their_bytes_are_refused(path: Path) -> None:
    path.write_bytes(zip_by_hand([(f"{n}.jpg".encode(), JPEG) for n in range(9)], offset=0))
    assert len(content_of(path)) <= 1
    assert all("overlaps" in str(reason) for reason in passed_over(path).values())


def test_a_member_is_known_by_its_content_and_not_by_the_age_of_its_zip(path: Path, tmp_path: Path) -> None:
    path.write_bytes(zip_bytes({"a.jpg": JPEG}))
    with opened(path) as archive:
        before = picture_called(archive, "a.jpg")
    path.write_bytes(zip_bytes({"a.jpg": JPEG, "b.jpg": JPEG}))
    with opened(path) as archive:
        assert picture_called(archive, "a.jpg").stamp == before.stamp
    path.write_bytes(zip_bytes({"a.jpg": JPEG[::-1]}))
    with opened(path) as archive:
        changed = picture_called(archive, "a.jpg")
    assert changed.stamp != before.stamp
    assert changed.key == before.key == os.path.realpath(path) + "!/a.jpg"


def test_nothing_is_written_beside_the_zip(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    inner = zip_bytes({"a.jpg": os.urandom(40_000_000)}, zipfile.ZIP_STORED)
    path.write_bytes(zip_bytes({"inner.zip": inner}, zipfile.ZIP_STORED))
    with opened(path) as archive:
        picture = picture_called(archive, "inner.zip!/a.jpg")
        assert len(archive.read(picture)) == 40_000_000
        assert list(tmp_path.iterdir()) == [path]


def test_headers_that_lead_nowhere_keep_nobody_waiting(path: Path) -> None:
    nowhere = b"PK\3\4" + bytes(26)
    path.write_bytes(zip_bytes({"a.jpg": JPEG}).partition(b"PK\1\2")[0] + nowhere * 400_000)
    began = time.process_time()
    assert content_of(path) == {"a.jpg": JPEG}
    assert time.process_time() - began < 3
