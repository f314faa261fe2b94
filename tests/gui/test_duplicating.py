"""Duplicates in the whole window: from the button to the trash and back."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictrace.gui import trash
from pictrace.gui.app import Window
from pictrace.settings import Settings
from tests.gui.windows import button_with, opened, press, until, words_in
from tests.pictures import make_archive


@pytest.fixture
def window(screen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    album = make_archive(tmp_path / "photos", 4)
    shutil.copy(album / "001.jpg", album / "copy of 001.jpg")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "window.json").write_text(json.dumps({"weights_bar": False}))
    bin_of_the_test = tmp_path / "bin"
    bin_of_the_test.mkdir()
    monkeypatch.setattr(trash, "_system_trash", lambda: lambda path: shutil.move(path, bin_of_the_test))
    with opened(Settings(tmp_path / "home")) as window:
        window.giving.take_archives((str(album),))
        until(window.root, lambda: str(window.toolbar.duplicates.cget("state")) == "normal")
        yield window


def test_duplicates_are_found_listed_compared_and_left(window: Window) -> None:
    window.toolbar.duplicates.invoke()
    view = window.duplicating.view
    assert view is not None
    assert not window.main.winfo_viewable()
    until(window.root, view.model.groups)
    (number,) = view.model.groups()
    members = view.model.members(number)
    assert sorted(member.picture.name for member in members) == ["001.jpg", "copy of 001.jpg"]
    window.comparing.open_members(members[0], members[1])
    until(window.root, lambda: window.comparing.view and "100%" in " ".join(words_in(window.comparing.view)))
    assert window.comparing.view is not None
    press(window.comparing.view.canvas, "Key-Escape")
    assert window.layers.top is view
    press(view.list.canvas, "Key-Escape")
    assert window.main.winfo_viewable()


def test_one_of_a_group_goes_to_the_trash_and_the_other_stays(window: Window, tmp_path: Path) -> None:
    window.toolbar.duplicates.invoke()
    view = window.duplicating.view
    assert view is not None
    until(window.root, view.model.groups)
    press(view.list.canvas, "Key-Delete")
    assert view.bar.asking
    view.bar.go.invoke()
    until(window.root, lambda: not view.moving and list((tmp_path / "bin").iterdir()))
    assert len(list((tmp_path / "bin").iterdir())) == 1
    assert len(list((tmp_path / "photos").glob("*001.jpg"))) == 1


def test_what_went_to_the_trash_is_not_among_the_results_any_more(window: Window, tmp_path: Path) -> None:
    window.giving.take_picture(str(tmp_path / "photos" / "000.jpg"))
    window.session.prefer(threshold=0.0)
    window.session.find()
    until(window.root, lambda: len(window.session.shown.results) == 4)
    window.toolbar.duplicates.invoke()
    view = window.duplicating.view
    assert view is not None
    until(window.root, view.model.groups)
    view.bar.ask()
    view.bar.go.invoke()
    until(window.root, lambda: not view.moving)
    (trashed,) = (tmp_path / "bin").iterdir()
    window.duplicating.close()
    until(window.root, lambda: len(window.session.shown.results) == 3)
    assert trashed.name not in {match.picture.name for match in window.session.shown.results}


def test_without_subfolders_duplicates_are_looked_for_where_results_are(window: Window, tmp_path: Path) -> None:
    deeper = tmp_path / "photos" / "deeper"
    deeper.mkdir()
    shutil.move(tmp_path / "photos" / "copy of 001.jpg", deeper)
    window.session.prefer(subfolders=False)
    window.toolbar.duplicates.invoke()
    view = window.duplicating.view
    assert view is not None
    until(window.root, lambda: "There are no duplicates here." in " ".join(words_in(view)))


def test_leaving_while_it_searches_stops_the_search(window: Window) -> None:
    window.toolbar.duplicates.invoke()
    assert window.duplicating.view is not None
    press(window.duplicating.view.list.canvas, "Key-Escape")
    assert window.duplicating.view is None
    until(window.root, lambda: not window.session._others)


def test_what_failed_can_be_started_again(window: Window, tmp_path: Path) -> None:
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    window.toolbar.duplicates.invoke()
    view = window.duplicating.view
    assert view is not None
    until(window.root, lambda: "Start again" in words_in(view))
    assert any("There is nothing at" in words for words in words_in(view))
    (tmp_path / "elsewhere").rename(tmp_path / "photos")
    button_with(view, "Start again").invoke()
    again = window.duplicating.view
    assert again is not None
    until(window.root, again.model.groups)


def test_where_there_are_none_it_says_so(window: Window, tmp_path: Path) -> None:
    (tmp_path / "photos" / "copy of 001.jpg").unlink()
    window.toolbar.duplicates.invoke()
    view = window.duplicating.view
    assert view is not None
    until(window.root, lambda: "There are no duplicates here." in " ".join(words_in(view)))
