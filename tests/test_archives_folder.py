import os
import shutil
import sys
from pathlib import Path

import pytest

from pictrace.archives import open_archive
from pictrace.errors import ArchiveMissing, MachineRefuses, PictureUnreadable
from pictrace.picture import PassedOver, PictureRef
from tests.archive_files import JPEG, content_of, opened, passed_over, picture_called, write_folder, zip_bytes

links_are_allowed = pytest.mark.skipif(sys.platform == "win32", reason="links need rights that few have")


def _names(folder: Path) -> list[str]:
    with opened(folder) as archive:
        return [item.name for item in archive.list() if isinstance(item, PictureRef)]


def _refusing(original: object, marked: str) -> object:
    def refuse(path: str, *args: object, **kwargs: object) -> object:
        if str(path).endswith(marked):
            raise PermissionError(13, "Permission denied")
        return original(path, *args, **kwargs)  # type: ignore[operator]

    return refuse


def test_pictures_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    write_folder(tmp_path, dict.fromkeys(("b.jpg", "a/z.jpg", "a/b/c.jpg", "c/1.jpg", "a.jpg"), JPEG))
    assert _names(tmp_path) == ["a/b/c.jpg", "a/z.jpg", "a.jpg", "b.jpg", "c/1.jpg"]


@links_are_allowed
def test_loops_of_links_are_gone_round_once(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a/x.jpg": JPEG, "b/y.jpg": JPEG})
    (tmp_path / "a/back").symlink_to(tmp_path)
    (tmp_path / "a/self").symlink_to(tmp_path / "a")
    (tmp_path / "b/ring").symlink_to("ring")
    assert _names(tmp_path) == ["a/x.jpg", "b/y.jpg"]


@links_are_allowed
def test_what_links_lead_to_is_found_and_real_names_are_preferred(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", {"z.jpg": JPEG})
    elsewhere = write_folder(tmp_path / "elsewhere", {"e.jpg": JPEG})
    (folder / "a.jpg").symlink_to(folder / "z.jpg")
    (folder / "b").symlink_to(elsewhere)
    (folder / "c.jpg").symlink_to(elsewhere / "e.jpg")
    assert _names(folder) == ["z.jpg", "b/e.jpg"]
    with opened(folder) as archive:
        assert picture_called(archive, "b/e.jpg").key == os.path.realpath(elsewhere / "e.jpg")


@links_are_allowed
def test_a_link_that_leads_nowhere_has_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "nothing")
    (tmp_path / "notes.txt").symlink_to(tmp_path / "nothing")
    reasons = passed_over(tmp_path)
    assert "cannot be reached" in str(reasons["a.jpg"])
    assert reasons["notes.txt"] is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipes_are_never_opened(tmp_path: Path) -> None:
    for name in ("a.jpg", "b", "c.zip"):
        os.mkfifo(tmp_path / name)
    assert passed_over(tmp_path) == {"a.jpg": "It is no ordinary file.", "b": None, "c.zip": "It is no ordinary file."}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_in_the_place_of_a_picture_is_not_waited_for(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.jpg": JPEG})
    with opened(tmp_path) as archive:
        picture = picture_called(archive, "a.jpg")
        (tmp_path / "a.jpg").unlink()
        os.mkfifo(tmp_path / "a.jpg")
        with pytest.raises(PictureUnreadable, match="ordinary"):
            archive.read(picture)


def test_an_unreadable_folder_inside_is_reported_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path, {"a.jpg": JPEG, "closed/b.jpg": JPEG, "open/c.jpg": JPEG})
    monkeypatch.setattr(os, "scandir", _refusing(os.scandir, "closed"))
    assert set(content_of(tmp_path)) == {"a.jpg", "open/c.jpg"}
    assert passed_over(tmp_path) == {"closed": "This folder cannot be read (Permission denied)."}


def test_a_folder_that_may_not_be_read_has_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "scandir", _refusing(os.scandir, tmp_path.name))
    with pytest.raises(MachineRefuses, match="no permission"), opened(tmp_path):
        pass


def test_a_picture_that_may_not_be_read_has_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, {"a.jpg": JPEG})
    with opened(tmp_path) as archive:
        picture = picture_called(archive, "a.jpg")
        monkeypatch.setattr(os, "open", _refusing(os.open, "a.jpg"))
        with pytest.raises(PictureUnreadable, match="no permission"):
            archive.read(picture)


def test_a_vanished_picture_and_a_vanished_folder_are_told_apart(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", {"a.jpg": JPEG, "b.jpg": JPEG})
    with opened(folder) as archive:
        a, b = picture_called(archive, "a.jpg"), picture_called(archive, "b.jpg")
        (folder / "a.jpg").unlink()
        with pytest.raises(PictureUnreadable, match="gone"):
            archive.read(a)
        assert archive.read(b) == JPEG
        shutil.rmtree(folder)
        with pytest.raises(ArchiveMissing, match="drive"):
            archive.read(b)
        with pytest.raises(ArchiveMissing, match="drive"):
            list(archive.list())


def test_hard_links_are_two_names_of_one_file(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.jpg": JPEG, "c.jpg": JPEG})
    os.link(tmp_path / "a.jpg", tmp_path / "b.jpg")
    with opened(tmp_path) as archive:
        a, b, c = (item for item in archive.list() if isinstance(item, PictureRef))
    assert a.file_id == b.file_id != c.file_id
    assert a.key != b.key


def test_a_changed_file_has_another_stamp_and_the_same_key(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.jpg": JPEG})
    with opened(tmp_path) as archive:
        before = picture_called(archive, "a.jpg")
        os.utime(tmp_path / "a.jpg", ns=(1, before.modified_ns + 1))
        after = picture_called(archive, "a.jpg")
    assert before.stamp != after.stamp
    assert before.key == after.key


def test_more_archives_than_are_kept_open_are_all_read(tmp_path: Path) -> None:
    files = {f"{n}.zip": zip_bytes({"a.jpg": bytes([n])}) for n in range(12)}
    assert content_of(write_folder(tmp_path, files)) == {f"{n}.zip!/a.jpg": bytes([n]) for n in range(12)}


def test_an_archive_inside_that_broke_since_costs_only_its_pictures(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.zip": zip_bytes({"a.jpg": JPEG}), "b.jpg": JPEG})
    with opened(tmp_path) as archive:
        inner, plain = picture_called(archive, "a.zip!/a.jpg"), picture_called(archive, "b.jpg")
        (tmp_path / "a.zip").write_bytes(b"broken")
        with pytest.raises(PictureUnreadable, match="no archive"):
            archive.read(inner)
        assert archive.read(plain) == JPEG


def test_a_protected_archive_inside_is_one_line(tmp_path: Path) -> None:
    content = bytearray(zip_bytes({"a.jpg": JPEG, "b.jpg": JPEG}))
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        content[at + 8] |= 1
    write_folder(tmp_path, {"sub/a.zip": bytes(content)})
    with opened(tmp_path) as archive:
        (only,) = archive.list()
    assert isinstance(only, PassedOver)
    assert only.name == "sub/a.zip"
    assert '"sub/a.zip" is protected by a password' in str(only.reason)


def test_without_subfolders_nothing_that_lies_deeper_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, {"b.jpg": JPEG, "a/x.jpg": JPEG, "a/b/y.jpg": JPEG, "notes.txt": b""})
    (tmp_path / "old.zip").write_bytes(zip_bytes({"z.jpg": JPEG}))
    monkeypatch.setattr(os, "scandir", _refusing(os.scandir, os.sep + "a"))
    monkeypatch.setattr("builtins.open", _refusing(open, "old.zip"))
    archive = open_archive(str(tmp_path), subfolders=False)
    try:
        found = list(archive.list())
    finally:
        archive.close()
    assert [item.name for item in found if isinstance(item, PictureRef)] == ["b.jpg"]
    assert [item for item in found if isinstance(item, PassedOver) and item.reason is not None] == []
