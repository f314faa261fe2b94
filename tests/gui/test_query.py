"""What typed and dropped words mean."""

import os
from pathlib import Path

import pytest

from pictrace.gui.query import is_archive, places_in


def test_several_places_are_told_apart_as_the_toolbar_shows_them() -> None:
    home = str(Path.home())
    assert places_in("~/Tom + Eva") == (f"{home}/Tom + Eva",)
    assert places_in("~/Tom + Eva + /media/old.zip") == (f"{home}/Tom + Eva", "/media/old.zip")
    assert places_in(r"C:\Photos + D:\2019.zip") == (r"C:\Photos", r"D:\2019.zip")


@pytest.mark.skipif(os.name != "posix", reason="there are no such pipes elsewhere")
def test_a_pipe_is_no_archive_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert not is_archive(str(tmp_path / "pipe"))


def test_a_zip_by_any_name_is_an_archive_and_a_picture_is_none(tmp_path: Path) -> None:
    for name, start in {"photos": b"PK\3\4", "picture": b"\xff\xd8\xff\xe0"}.items():
        (tmp_path / name).write_bytes(start)
    assert is_archive(str(tmp_path))
    assert is_archive(str(tmp_path / "photos"))
    assert not is_archive(str(tmp_path / "picture"))
    assert not is_archive(str(tmp_path / "none"))
