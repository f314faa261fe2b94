import os
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pictrace.archives import find_picture, open_archive
from pictrace.archives.kinds import looks_like_picture
from pictrace.errors import (
    ArchiveDamaged,
    ArchiveMissing,
    ArchiveUnreadable,
    MachineRefuses,
    PicTraceError,
    PictureUnreadable,
)
from pictrace.picture import PassedOver, PictureRef
from tests.archive_files import (
    JPEG,
    content_of,
    opened,
    passed_over,
    picture_called,
    tar_bytes,
    write_folder,
    zip_bytes,
)

quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

_letters = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
_parts = st.text(_letters, min_size=1, max_size=30).filter(
    lambda part: not part.startswith(".") and "!" not in part and "\\" not in part and len(part.encode()) < 200
)
_names = st.lists(_parts, min_size=1, max_size=3).map(lambda parts: "/".join(parts) + ".jpg")
_files = st.dictionaries(_names, st.binary(max_size=200), max_size=6).filter(
    # A name cannot be a file and a folder at once; nor can two differ in what the file system takes for equal.
    lambda files: not any(other.startswith(name + "/") for name in files for other in files)
)
ODD = {
    "\u05e9\u05dc\u05d5\u05dd.jpg": b"right to left",
    "\N{CAMERA}\N{ZERO WIDTH JOINER}.jpg": b"emoji",
    "-rf.jpg": b"a leading dash",
    "e\u0301.jpg": b"decomposed",
    "\u00e9.jpg": b"composed",
    "a" * 240 + ".jpg": b"long",
    "line\nbreak.jpg": b"line break",
}


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems change or refuse such names")
@quick
@given(_files)
@example(ODD)
def test_the_same_files_have_the_same_names_and_bytes_in_folder_zip_and_tar(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_folder(Path(scratch) / "folder", files)
        assert content_of(folder) == files
        for suffix, packed in {"a": zip_bytes(files), "b": tar_bytes(files), "c": tar_bytes(files, "gz")}.items():
            path = Path(scratch) / suffix
            path.write_bytes(packed)
            assert content_of(path) == files


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text_survive_in_folder_and_tar(tmp_path: Path) -> None:
    files = {os.fsdecode(b"caf\xe9.jpg"): b"latin 1"}
    folder = write_folder(tmp_path / "folder", files)
    (tmp_path / "a.tar").write_bytes(tar_bytes(files))
    assert content_of(folder) == content_of(tmp_path / "a.tar") == files


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.xz", "list"])
def test_listing_twice_gives_the_same(tmp_path: Path, kind: str) -> None:
    files = {f"{n % 3}/{n}.jpg": JPEG * n for n in range(20)} | {"inner.zip": zip_bytes({"x.jpg": JPEG}), "no.txt": b""}
    path = _write(tmp_path, files, kind)
    with opened(path) as archive:
        first = list(archive.list())
        assert list(archive.list()) == first
    with opened(path) as archive:
        assert list(archive.list()) == first


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz", "tar.bz2"])
def test_only_pictures_are_offered_and_other_files_are_counted(tmp_path: Path, kind: str) -> None:
    files = {
        "a.JPG": b"broken, but called a picture",
        "no_extension": JPEG,
        "unknown.ext": JPEG,
        "unknown.bin": b"no picture",
        "notes.txt": JPEG,
        ".hidden.jpg": JPEG,
        "._a.jpg": JPEG,
        ".folder/b.jpg": JPEG,
        "__MACOSX/a.jpg": JPEG,
    }
    path = _write(tmp_path, files, kind)
    assert set(content_of(path)) == {"a.JPG", "no_extension", "unknown.ext"}
    assert passed_over(path) == {"unknown.bin": None, "notes.txt": None}


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz"])
def test_archives_inside_are_searched_one_level_deep(tmp_path: Path, kind: str) -> None:
    deep = zip_bytes({"deep.jpg": JPEG, "deeper.zip": zip_bytes({"c.jpg": JPEG})})
    files = {"b/deep.zip": deep, "c.tar.gz": tar_bytes({"./d.jpg": b"in a TAR"}, "gz"), "broken.zip": b"PK\3\4broken"}
    path = _write(tmp_path, files, kind)
    assert content_of(path) == {"b/deep.zip!/deep.jpg": JPEG, "c.tar.gz!/d.jpg": b"in a TAR"}
    reasons = passed_over(path)
    assert set(reasons) == {"b/deep.zip!/deeper.zip", "broken.zip"}
    assert "one level" in str(reasons["b/deep.zip!/deeper.zip"])
    assert "damaged" in str(reasons["broken.zip"])


@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_a_file_whose_name_looks_like_a_member_wins_over_the_member(tmp_path: Path, kind: str) -> None:
    files = {"a.zip": zip_bytes({"x.jpg": b"member"}), "a.zip!/x.jpg": b"file"}
    assert content_of(_write(tmp_path, files, kind)) == {"a.zip!/x.jpg": b"file"}


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz"])
def test_many_threads_read_at_once(tmp_path: Path, kind: str) -> None:
    files = {f"{n:03}.jpg": os.urandom(20_000) for n in range(60)}
    files["inner.zip"] = zip_bytes({"x.jpg": os.urandom(1000)})
    with opened(_write(tmp_path, files, kind)) as archive:
        wanted = [item for item in archive.list() if isinstance(item, PictureRef)]
        waiting = iter(wanted)
        read: dict[str, bytes] = {}
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    picture = next(waiting, None)
                if picture is None:
                    return
                read[picture.name] = archive.read(picture)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(read) == 61
    assert all(read[name] == content for name, content in files.items() if name.endswith(".jpg"))


@pytest.mark.parametrize("kind", ["zip", "tar", "folder"])
def test_what_is_called_an_archive_is_opened_by_its_content(tmp_path: Path, kind: str) -> None:
    path = _write(tmp_path, {"a.jpg": JPEG}, kind)
    renamed = path.rename(tmp_path / "holiday.jpg")
    assert content_of(renamed) == {"a.jpg": JPEG}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (JPEG, "is a picture"),
        (b"", "is empty"),
        (b"Rar!\x1a\x07\0 and more", "RAR archive"),
        (b"7z\xbc\xaf\x27\x1c and more", "7z archive"),
        (b"just some words\nand lines", "no archive"),
        (os.urandom(2000).replace(b"PK", b"  ").translate(None, b"\n") + b"\xfe", "no archive"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3garbage", "damaged"),
        (b"BZh9garbage" * 9, "damaged"),
        (b"\xfd7zXZ\0garbage" * 9, "damaged"),
    ],
)
def test_a_file_that_is_no_archive_has_its_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ArchiveDamaged, match=words):
        open_archive(str(path))


@pytest.mark.parametrize("location", ["nothing", "nothing/below", "nul\0l", "x" * 5000, "\ud800"])
def test_what_does_not_exist_has_its_sentence(tmp_path: Path, location: str) -> None:
    with pytest.raises(ArchiveMissing, match="nothing at"):
        open_archive(f"{tmp_path}/{location}")
    with pytest.raises(PictureUnreadable, match="no file"):
        find_picture(f"{tmp_path}/{location}")


def test_empty_archives_list_nothing(tmp_path: Path) -> None:
    for kind in ("folder", "zip", "tar", "tar.gz"):
        (tmp_path / kind).mkdir()
        assert content_of(_write(tmp_path / kind, {}, kind)) == {}


def test_no_permission_is_told_apart_from_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(tmp_path, {"a.jpg": JPEG}, "zip")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(MachineRefuses, match="no permission"):
        open_archive(str(path))


def test_a_single_picture_is_the_one_that_its_folder_lists(tmp_path: Path) -> None:
    folder = _write(tmp_path, {"sub/a.jpg": JPEG, "in.zip": zip_bytes({"x/b.jpg": JPEG})}, "folder")
    with opened(folder) as archive:
        for name in ("sub/a.jpg", "in.zip!/x/b.jpg"):
            listed = picture_called(archive, name)
            holder, found = find_picture(f"{folder}/{name}")
            assert (found.key, found.stamp, found.file_id) == (listed.key, listed.stamp, listed.file_id)
            assert holder.read(found) == JPEG
            assert found in list(holder.list())
            holder.close()


def test_a_picture_is_recognised_through_a_link(tmp_path: Path) -> None:
    folder = _write(tmp_path, {"a.jpg": JPEG}, "folder")
    (tmp_path / "link.jpg").symlink_to(folder / "a.jpg")
    (tmp_path / "linked").symlink_to(folder)
    holder, found = find_picture(str(tmp_path / "link.jpg"))
    with closing(holder), opened(tmp_path / "linked") as archive:
        assert found.key == picture_called(archive, "a.jpg").key


def test_a_member_of_an_archive_inside_an_archive_is_found(tmp_path: Path) -> None:
    path = _write(tmp_path, {"b.zip": zip_bytes({"c.jpg": JPEG, "odd.name": b"as asked"})}, "tar.gz")
    for member in ("c.jpg", "odd.name"):
        holder, found = find_picture(f"{path}!/b.zip!/{member}")
        with closing(holder):
            assert found.name == f"b.zip!/{member}"
            assert holder.read(found) in (JPEG, b"as asked")


def test_a_plain_file_wins_over_the_member_it_could_mean(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.zip": zip_bytes({"x.jpg": b"member"}), "a.zip!/x.jpg": b"file"})
    holder, found = find_picture(f"{tmp_path}/a.zip!/x.jpg")
    with closing(holder):
        assert holder.read(found) == b"file"


@pytest.mark.parametrize(
    ("location", "error", "words"),
    [
        ("a.zip!/none.jpg", PictureUnreadable, 'no "none.jpg" in'),
        ("a.zip!/in.zip!/none.jpg", PictureUnreadable, 'no "none.jpg" in "in.zip"'),
        ("a.zip!/x.jpg!/none.jpg", ArchiveDamaged, "no archive|is a picture"),
        ("none.zip!/x.jpg", ArchiveMissing, "nothing at"),
        ("sub!/x.jpg", PictureUnreadable, "no file"),
        ("sub", PictureUnreadable, "is a folder"),
    ],
)
def test_a_picture_that_is_not_there_has_its_sentence(
    tmp_path: Path, location: str, error: type[PicTraceError], words: str
) -> None:
    write_folder(tmp_path, {"a.zip": zip_bytes({"x.jpg": JPEG, "in.zip": zip_bytes({})}), "sub/y.jpg": JPEG})
    with pytest.raises(error, match=words):
        find_picture(f"{tmp_path}/{location}")


def test_what_is_too_big_is_refused_by_name_and_not_read(tmp_path: Path) -> None:
    for kind in ("folder", "zip", "tar", "tar.gz"):
        (tmp_path / kind).mkdir()
        archive = open_archive(
            str(_write(tmp_path / kind, {"a.jpg": b"0" * 5000, "b.jpg": JPEG}, kind)), max_bytes=4000
        )
        with closing(archive):
            assert archive.read(picture_called(archive, "b.jpg")) == JPEG
            with pytest.raises(PictureUnreadable, match="too much"):
                archive.read(picture_called(archive, "a.jpg"))


def test_an_archive_whose_drive_is_gone_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _write(tmp_path, {"a.jpg": JPEG}, "zip")
    with opened(path) as archive:
        picture = picture_called(archive, "a.jpg")
        path.unlink()

        def unplugged(*_: object) -> bytes:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr("pictrace.archives.zip_members.SharedFile.read_at", unplugged)
        with pytest.raises(ArchiveMissing, match="drive"):
            archive.read(picture)


def test_addresses_are_listed_once_and_wrong_ones_have_a_reason(tmp_path: Path) -> None:
    text = (
        "\ufeff# my list\nhttps://example.org/a.jpg\n\nftp://example.org/b.jpg\nhttps://example.org/a.jpg\nhttp://[x\n"
    )
    (tmp_path / "text").write_text(text, encoding="utf-8")
    with opened(tmp_path / "text") as archive:
        found = [item for item in archive.list() if isinstance(item, PictureRef)]
        assert [(item.name, item.key) for item in found] == [("https://example.org/a.jpg",) * 2]
    assert set(passed_over(tmp_path / "text")) == {"ftp://example.org/b.jpg", "http://[x"}


def test_addresses_may_come_as_json(tmp_path: Path) -> None:
    (tmp_path / "list").write_text('[{"url": "https://example.org/a.jpg", "title": "A"}, {"address": 3}, null]')
    with opened(tmp_path / "list") as archive:
        names = [(item.name, isinstance(item, PassedOver)) for item in archive.list()]
    assert names == [("https://example.org/a.jpg", False), ('{"address": 3}', True), ("null", True)]


@pytest.mark.parametrize("text", ['[{"url": ', "[" * 100_000, '{"url": "https://example.org"}'])
def test_a_broken_list_of_addresses_has_its_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "list").write_text(text)
    with pytest.raises(ArchiveDamaged, match="no list of addresses"):
        open_archive(str(tmp_path / "list"))


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
@settings(parent=quick, max_examples=60)
@given(data=st.data())
def test_damage_never_raises_anything_but_its_sentences(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    files = {f"{n}.jpg": bytes(range(n, 200)) for n in range(4)}
    whole = _packed(files | {"inner.zip": zip_bytes(files)}, kind)
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path / "damaged"
    path.write_bytes(damaged)
    try:
        archive = open_archive(str(path))
    except ArchiveUnreadable as error:
        assert error.message
        return
    with closing(archive):
        for item in archive.list():
            if isinstance(item, PictureRef):
                try:
                    read = archive.read(item)
                except PictureUnreadable as error:
                    assert error.message
                else:
                    assert kind != "zip" or read in files.values()


@pytest.mark.parametrize(
    "head",
    [
        JPEG,
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"BM" + bytes(12) + b"\x28\0\0\0" + bytes(20),
        b"II*\0",
        b"MM\0+",
        b"\0\0\0\x18ftypheic",
        b"\0\0\0\x1cftypavif",
        b"\0\0\0\x18ftypcrx ",
        b"\0\0\0\x0cjP  \r\n\x87\n",
        b"8BPS\0\1",
        b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0" + bytes(8),
        b"FUJIFILMCCD-RAW ",
    ],
)
def test_pictures_are_known_by_their_first_bytes(head: bytes) -> None:
    assert looks_like_picture(head)


@pytest.mark.parametrize(
    "head", [b"", b"BM is how this text begins", b"\0\0\0\x18ftypisom", b"RIFF\0\0\0\0WAVE", bytes(64)]
)
def test_other_files_are_not_taken_for_pictures(head: bytes) -> None:
    assert not looks_like_picture(head)


def _packed(files: dict[str, bytes], kind: str) -> bytes:
    return zip_bytes(files) if kind == "zip" else tar_bytes(files, kind.partition(".")[2])


def _write(place: Path, files: dict[str, bytes], kind: str) -> Path:
    path = place / f"archive.{kind}"
    if kind == "folder":
        return write_folder(path, files)
    if kind == "list":
        path.write_text("".join(f"https://example.org/{name}\n" for name in files))
    else:
        path.write_bytes(_packed(files, kind))
    return path
