"""Copies, the system's viewer and the file manager."""

import os
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictrace.archives import find_picture, open_archive
from pictrace.errors import MachineRefuses, PictureUnreadable, Unreadable
from pictrace.gui.files import (
    Copied,
    NotCopied,
    Viewer,
    base_name,
    copy_to_folder,
    path_text,
    save_copy,
    show_in_folder,
)
from pictrace.picture import PictureRef
from tests.gui.duplicate_groups import member
from tests.remembering import full_disk

CONTENT = b"any bytes: copies are not decoded"
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have other programs for it")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    return folder


@pytest.fixture
def picture(folder: Path) -> PictureRef:
    (folder / "a.jpg").write_bytes(CONTENT)
    os.utime(folder / "a.jpg", ns=(10**18, 10**18))
    return the_picture(folder)


@pytest.fixture
def member_of_zip(folder: Path) -> PictureRef:
    return zipped(folder, "2019/b.jpg")


def zipped(folder: Path, name: str) -> PictureRef:
    with zipfile.ZipFile(folder / "album.zip", "w") as archive:
        archive.writestr(name, CONTENT)
    return the_picture(folder)


def the_picture(folder: Path) -> PictureRef:
    archive = open_archive(str(folder))
    (found,) = [one for one in archive.list() if isinstance(one, PictureRef)]
    archive.close()
    return found


class Recorder:
    """Programs of these names, which note what they were called with."""

    def __init__(self, folder: Path, answers: dict[str, int]) -> None:
        folder.mkdir()
        self._notes = folder / "notes"
        for program, answer in answers.items():
            (folder / program).write_text(
                f'#!/bin/sh\nprintf "%s\\n" "{program}" "$@" >> "{self._notes}"\nexit {answer}\n'
            )
            (folder / program).chmod(0o755)

    def calls(self) -> list[str]:
        until = time.monotonic() + 10
        while not self._notes.exists() and time.monotonic() < until:
            time.sleep(0.01)
        return self._notes.read_text().splitlines() if self._notes.exists() else []


Recording = Callable[..., Recorder]


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    def record(**answers: int) -> Recorder:
        recorder = Recorder(tmp_path / "bin", {name.replace("_", "-"): answer for name, answer in answers.items()})
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
        return recorder

    return record


def test_a_copy_has_the_bytes_and_the_time_of_the_picture(picture: PictureRef, tmp_path: Path) -> None:
    save_copy(picture, tmp_path / "copy.jpg")
    assert (tmp_path / "copy.jpg").read_bytes() == CONTENT
    assert (tmp_path / "copy.jpg").stat().st_mtime_ns == 10**18


def test_a_member_of_an_archive_is_copied_like_any_picture(member_of_zip: PictureRef, tmp_path: Path) -> None:
    (tmp_path / "copy.jpg").write_bytes(b"what the person said may be overwritten")
    save_copy(member_of_zip, tmp_path / "copy.jpg")
    assert (tmp_path / "copy.jpg").read_bytes() == CONTENT


@pytest.mark.parametrize("link", [False, True])
def test_a_picture_is_not_replaced_by_its_copy(picture: PictureRef, folder: Path, tmp_path: Path, link: bool) -> None:
    to = folder / "a.jpg"
    if link:
        to = tmp_path / "link.jpg"
        to.symlink_to(folder / "a.jpg")
    with pytest.raises(MachineRefuses, match="the picture itself"):
        save_copy(picture, to)
    assert to.read_bytes() == CONTENT


def test_an_archive_is_not_replaced_by_a_copy_of_its_member(member_of_zip: PictureRef, folder: Path) -> None:
    before = (folder / "album.zip").read_bytes()
    with pytest.raises(MachineRefuses):
        save_copy(member_of_zip, folder / "album.zip")
    assert (folder / "album.zip").read_bytes() == before


def test_a_full_disk_leaves_what_was_there_and_nothing_half_done(picture: PictureRef, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "old.jpg").write_bytes(b"old")
    with full_disk(10), pytest.raises(MachineRefuses, match="disk full"):
        save_copy(picture, copies / "old.jpg")
    with full_disk(10):
        (answer,) = copy_to_folder([picture], copies)
    assert isinstance(answer, NotCopied)
    assert [file.name for file in copies.iterdir()] == ["old.jpg"]
    assert (copies / "old.jpg").read_bytes() == b"old"


def test_copies_to_a_folder_never_overwrite(picture: PictureRef, member_of_zip_in: PictureRef, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "a.jpg").write_bytes(b"somebody's own")
    gone = member("gone.jpg").picture
    answers = list(copy_to_folder([picture, gone, picture, member_of_zip_in], copies))
    assert [answer.to.name if isinstance(answer, Copied) else None for answer in answers] == [
        "a (2).jpg",
        None,
        "a (3).jpg",
        "a (4).jpg",
    ]
    assert (copies / "a.jpg").read_bytes() == b"somebody's own"
    assert (copies / "a (4).jpg").read_bytes() == CONTENT


@pytest.fixture
def member_of_zip_in(tmp_path: Path) -> PictureRef:
    (tmp_path / "other").mkdir()
    return zipped(tmp_path / "other", "sub/a.jpg")


def test_a_copy_into_a_folder_that_is_gone_says_so(picture: PictureRef, tmp_path: Path) -> None:
    (answer,) = copy_to_folder([picture], tmp_path / "nowhere")
    assert isinstance(answer, NotCopied)
    assert "nowhere" in answer.reason


def test_what_copy_path_copies_is_understood_again(picture: PictureRef, member_of_zip_in: PictureRef) -> None:
    for one in (picture, member_of_zip_in):
        archive, found = find_picture(path_text(one))
        assert archive.read(found) == CONTENT
        archive.close()


@pytest.mark.parametrize(
    ("name", "as_file"),
    [
        ("2019/a.jpg", "a.jpg"),
        ("..\\..\\a.jpg", "a.jpg"),
        ("a:b?.jpg", "a_b_.jpg"),
        ("x/..", "picture"),
        (".bashrc", "bashrc"),
        ("CON.jpg", "_CON.jpg"),
        ("com1", "_com1"),
        ("a.jpg. ", "a.jpg"),
        ("y" * 300 + ".jpeg", "y" * 115 + ".jpeg"),
    ],
)
def test_names_of_copies_are_harmless(name: str, as_file: str) -> None:
    assert base_name(member(name).picture) == as_file


@given(st.text(min_size=1))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    safe = base_name(member("a.zip!/" + name).picture)
    assert safe == Path(safe).name
    assert safe not in ("", ".", "..")
    assert len(safe) <= 130


@on_linux
def test_a_picture_is_opened_where_it_lies(picture: PictureRef, recording: Recording) -> None:
    programs = recording(xdg_open=0)
    viewer = Viewer()
    viewer.open(picture)
    assert programs.calls() == ["xdg-open", picture.key]
    viewer.close()


@on_linux
def test_a_member_is_opened_from_a_copy_that_is_deleted_on_exit(
    member_of_zip: PictureRef, recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    programs = recording(xdg_open=0)
    viewer = Viewer()
    viewer.open(member_of_zip)
    viewer.open(member_of_zip)
    first, second = (Path(call) for call in programs.calls() if call.startswith("/"))
    assert first != second
    assert first.name == "b.jpg"
    assert first.read_bytes() == CONTENT
    assert first.stat().st_mode & 0o777 == 0o400
    assert first.parents[1].stat().st_mode & 0o077 == 0
    viewer.close()
    assert not first.parents[1].exists()
    viewer.close()


@on_linux
@pytest.mark.parametrize("name", ["run.sh", "picture", "a.jpg.desktop", "a.exe", "album.zip"])
def test_only_what_is_called_a_picture_is_handed_to_the_system(name: str, folder: Path, recording: Recording) -> None:
    programs = recording(xdg_open=0)
    (folder / name).write_bytes(b"\xff\xd8\xff a picture by its content")
    archive, found = find_picture(str(folder / name))
    archive.close()
    viewer = Viewer()
    with pytest.raises(MachineRefuses, match="not called like a picture"):
        viewer.open(found)
    assert not (folder.parent / "bin" / "notes").exists(), programs.calls()


def test_a_picture_that_is_gone_is_not_opened(picture: PictureRef, folder: Path) -> None:
    (folder / "a.jpg").unlink()
    with pytest.raises(PictureUnreadable, match="gone"):
        Viewer().open(picture)
    with pytest.raises(PictureUnreadable, match="gone"):
        show_in_folder(picture)


def test_a_member_that_is_gone_is_not_opened(member_of_zip: PictureRef, folder: Path) -> None:
    (folder / "album.zip").unlink()
    with pytest.raises(Unreadable):
        Viewer().open(member_of_zip)


@on_linux
def test_without_a_program_that_opens_pictures_the_person_is_told_which(
    picture: PictureRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineRefuses, match="xdg-open"):
        Viewer().open(picture)


@on_linux
def test_the_file_manager_is_asked_to_show_the_file(folder: Path, recording: Recording) -> None:
    programs = recording(dbus_send=0, xdg_open=0)
    (folder / "é, 1%.jpg").write_bytes(CONTENT)
    show_in_folder(the_picture(folder))
    (address,) = [call for call in programs.calls() if call.startswith("array:")]
    assert "," not in address
    assert unquote(address.removeprefix("array:string:file://")) == str(folder.resolve() / "é, 1%.jpg")
    assert "xdg-open" not in programs.calls()


@on_linux
def test_without_such_a_manager_the_folder_is_opened(
    member_of_zip: PictureRef, folder: Path, recording: Recording
) -> None:
    programs = recording(dbus_send=1, xdg_open=0)
    show_in_folder(member_of_zip)
    assert programs.calls()[-2:] == ["xdg-open", str(folder.resolve())]
