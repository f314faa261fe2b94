import gzip
import io
import os
import random
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from pictrace.archives import open_archive
from pictrace.archives.packed import PackedArchive
from pictrace.archives.place import MAX_BYTES, Place
from pictrace.archives.tar_file import TarContainer, unpacked_stream
from pictrace.errors import ArchiveDamaged, PictureUnreadable
from pictrace.picture import PictureRef
from tests.archive_files import JPEG, content_of, opened, passed_over, picture_called, tar_bytes

FILES = {f"{n:02}.jpg": bytes([n]) * 3000 for n in range(30)}


class _Counted(io.BytesIO):
    bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        return data


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "album.tar"


def _add(tar: tarfile.TarFile, name: str, content: bytes = b"", **facts: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for fact, value in facts.items():
        setattr(info, fact, value)
    tar.addfile(info, io.BytesIO(content))


def _header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_the_dot_that_tar_puts_first_is_no_part_of_the_name(path: Path, compression: str) -> None:
    path.write_bytes(tar_bytes({"./2019/a.jpg": JPEG}, compression))
    assert content_of(path) == {"2019/a.jpg": JPEG}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_all_forms_of_tar_are_read(path: Path, form: int) -> None:
    long = "/".join(["folder" * 5] * 3 + ["a.jpg"])
    with tarfile.open(path, "w", format=form) as tar:
        _add(tar, long, JPEG)
        _add(tar, "b.jpg", b"")
    assert content_of(path) == {long: JPEG, "b.jpg": b""}


def test_hard_links_are_pictures_and_other_links_and_devices_are_not(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        _add(tar, "./a.jpg", JPEG)
        _add(tar, "hard.jpg", type=tarfile.LNKTYPE, linkname="./a.jpg")
        _add(tar, "lost.jpg", type=tarfile.LNKTYPE, linkname="/etc/passwd")
        _add(tar, "soft.jpg", type=tarfile.SYMTYPE, linkname="a.jpg")
        _add(tar, "device.jpg", type=tarfile.CHRTYPE)
        _add(tar, "pipe.jpg", type=tarfile.FIFOTYPE)
        _add(tar, "folder.jpg", type=tarfile.DIRTYPE)
    assert content_of(path) == {"a.jpg": JPEG, "hard.jpg": JPEG}
    reasons = passed_over(path)
    assert set(reasons) == {"lost.jpg", "soft.jpg", "device.jpg", "pipe.jpg"}
    assert all(reasons.values())


def test_of_equal_names_the_last_file_counts(path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        for content in (b"old", b"newer", b"newest"):
            _add(tar, "a.jpg", content)
    assert content_of(path) == {"a.jpg": b"newest"}


def test_names_that_point_outside_are_passed_over_with_a_sentence(path: Path) -> None:
    path.write_bytes(tar_bytes({"../a.jpg": JPEG, "/b.jpg": JPEG, "good.jpg": JPEG}))
    assert content_of(path) == {"good.jpg": JPEG}
    assert set(passed_over(path).values()) == {"Its name points outside the archive."}


@pytest.mark.parametrize("compression", ["", "gz", "xz"])
def test_a_tar_cut_short_gives_what_is_whole_and_says_so(path: Path, compression: str) -> None:
    files = {name: os.urandom(3000) for name in FILES}
    content = tar_bytes(files, compression)
    path.write_bytes(content[: len(content) // 2])
    read, unreadable = {}, 0
    with opened(path) as archive:
        for item in archive.list():
            if isinstance(item, PictureRef):
                try:
                    read[item.name] = archive.read(item)
                except PictureUnreadable:
                    unreadable += 1
    assert read == {name: files[name] for name in read}
    assert len(read) >= 10
    assert unreadable <= 1
    assert "damaged" in str(passed_over(path)[""])


def test_damage_in_the_middle_is_not_taken_for_the_end(path: Path) -> None:
    content = bytearray(tar_bytes(FILES))
    content[content.index(b"10.jpg") + 3] ^= 1
    path.write_bytes(content)
    assert content_of(path) == {name: FILES[name] for name in list(FILES)[:10]}
    assert "damaged" in str(passed_over(path)[""])


@pytest.mark.parametrize("order", ["as listed", "nearly as listed"])
def test_a_compressed_tar_is_unpacked_once_and_not_for_every_picture(order: str) -> None:
    files = {f"{n:03}.jpg": os.urandom(20_000) for n in range(100)}
    file = _Counted(tar_bytes(files, "gz"))
    place = Place("album.tar.gz", "", "/album.tar.gz", "1:1", "1:1")
    container = TarContainer(file, unpacked_stream(file), place, MAX_BYTES)
    with closing(PackedArchive(container, place, None)) as archive:
        wanted = [item for item in archive.list() if isinstance(item, PictureRef)]
        if order == "nearly as listed":
            generator = random.Random(5)
            wanted.sort(key=lambda picture: int(picture.name[:3]) + generator.uniform(0, 8))
        listed = file.bytes_read
        assert {picture.name: archive.read(picture) for picture in wanted} == files
        assert file.bytes_read - listed < 1.1 * listed


def test_a_header_that_asks_for_endless_memory_is_refused(path: Path) -> None:
    for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
        with gzip.open(path, "wb") as stream:
            stream.write(_header("a.jpg", 3) + b"abc".ljust(512, b"\0"))
            stream.write(_header("x", 40_000_000, kind) + b"a" * 40_000_000)
        assert content_of(path) == {"a.jpg": b"abc"}
        assert "damaged" in str(passed_over(path)[""])


def test_endless_headers_before_a_file_are_refused(path: Path) -> None:
    path.write_bytes(
        _header("a.jpg", 0) + (_header("x", 5, tarfile.GNUTYPE_LONGNAME) + b"b.jpg".ljust(512, b"\0")) * 5000
    )
    assert content_of(path) == {"a.jpg": b""}


def test_a_header_that_leads_back_does_not_go_round_in_circles(path: Path) -> None:
    record = b"15 size=-10240\n"
    hostile = _header("x", len(record), tarfile.XHDTYPE) + record.ljust(512, b"\0") + _header("b.jpg", 0)
    path.write_bytes(_header("a.jpg", 0) * 9 + hostile * 3 + bytes(1024))
    assert content_of(path) == {"a.jpg": b""}


def test_more_than_a_thousandfold_is_not_unpacked(path: Path) -> None:
    with tarfile.open(path, "w:bz2") as tar:
        _add(tar, "a.jpg", JPEG)
        _add(tar, "zeros.jpg", bytes(80_000_000))
        _add(tar, "b.jpg", JPEG)
    with opened(path) as archive:
        names = [item.name for item in archive.list() if isinstance(item, PictureRef)]
        assert "b.jpg" not in names
    assert "damaged" in str(passed_over(path)[""])


def test_a_tar_that_announces_more_than_there_is_takes_no_memory(path: Path) -> None:
    path.write_bytes(_header("a.jpg", 400_000_000) + b"short")
    with opened(path) as archive, pytest.raises(PictureUnreadable, match="damaged"):
        archive.read(picture_called(archive, "a.jpg"))


def test_a_compressed_file_that_is_no_tar_has_its_sentence(path: Path) -> None:
    path.write_bytes(gzip.compress(b"words " * 500))
    with pytest.raises(ArchiveDamaged, match="no archive"):
        open_archive(str(path))


def test_odd_times_do_no_harm(path: Path) -> None:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for number, time in enumerate(("nan", "inf", "-1e300", "1.5")):
            _add(tar, f"{number}.jpg", JPEG, pax_headers={"mtime": time})
    assert set(content_of(path)) == {"0.jpg", "1.jpg", "2.jpg", "3.jpg"}
