"""Where the dialogs for files begin."""

import tkinter
from pathlib import Path

import pytest

from pictrace.gui.choosing import hide_hidden_files, nearest_folder


def test_a_dialog_begins_where_the_picture_or_the_archive_lies(tmp_path: Path) -> None:
    assert nearest_folder(str(tmp_path)) == str(tmp_path)
    assert nearest_folder(str(tmp_path / "a.jpg")) == str(tmp_path)
    assert nearest_folder(str(tmp_path / "album.zip!" / "2019" / "a.jpg")) == str(tmp_path)
    assert nearest_folder(str(tmp_path / "gone" / "deeper")) == str(tmp_path)
    assert nearest_folder("Pasted picture", str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize("places", [(), ("Pasted picture",), ("https://example.org/a.jpg",)])
def test_without_such_a_place_it_begins_at_home(places: tuple[str, ...]) -> None:
    assert nearest_folder(*places) == str(Path.home())


def test_hidden_folders_are_shown_only_when_asked_for(screen: str) -> None:
    root = tkinter.Tk()
    try:
        hide_hidden_files(root)
        assert root.getvar("::tk::dialog::file::showHiddenVar") == "0"
        assert root.winfo_children() == []
    finally:
        root.destroy()
