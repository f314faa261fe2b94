"""What the menus offer, and what comes of it."""

import json
import os
import subprocess
import sys
import threading
import time
import tkinter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from tkinter import filedialog
from typing import Any

import pytest
from PIL import Image

from pictrace.gui import menus, system_look
from pictrace.gui.app import Window
from pictrace.gui.menus import card_menu, main_menu
from pictrace.gui.preferences import Appearance
from pictrace.gui.settings_window import Section, show_settings
from pictrace.remembered import what_is_remembered
from pictrace.settings import Settings
from tests.gui.windows import button_with, opened, until, words_in
from tests.pictures import make_archive

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems need no program for it")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("menus") / "photos", 4)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    home = tmp_path / "home"
    home.mkdir()
    (home / "window.json").write_text(json.dumps({"threshold": 0.0, "weights_bar": False}))
    return home


@pytest.fixture
def window(screen: str, home: Path) -> Iterator[Window]:
    with opened(Settings(home)) as window:
        yield window


@pytest.fixture
def searched(window: Window, album: Path) -> Window:
    window.giving.take_archives((str(album),))
    window.giving.take_picture(str(album / "000.jpg"))
    window.session.find()
    until(window.root, lambda: window.session.shown.work is None and len(window.session.shown.results) == 3)
    return window


def labels(menu: tkinter.Menu) -> list[str]:
    last = menu.index("end")
    assert last is not None
    return [str(menu.entrycget(place, "label")) for place in range(last + 1) if menu.type(place) != "separator"]


def choose(menu: tkinter.Menu, label: str) -> None:
    menu.invoke(label)


def side_window_of(window: Window, title: str) -> Any:
    def find() -> list[tkinter.Toplevel]:
        tops = [child for child in window.root.winfo_children() if isinstance(child, tkinter.Toplevel)]
        return [top for top in tops if top.title() == title]

    until(window.root, find)
    return find()[0]


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> Path:
    """Programs of these names come first, and are these shell scripts."""
    folder.mkdir(exist_ok=True)
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_the_menu_has_everything_in_order(searched: Window) -> None:
    menu = main_menu(searched)
    assert labels(menu) == [
        "Open picture…",
        "Open address…",
        "Open folder…",
        "Open ZIP…",
        "Look in another folder too…",
        "Recent",
        "Export results…",
        "Copy results to a folder…",
        "Theme",
        "Text size",
        "Model…",
        "Cache…",
        "Settings…",
        "Help",
        "Shortcuts",
        "About PicTrace",
        "Quit",
    ]
    themes = menu.nametowidget(menu.entrycget("Theme", "menu"))
    assert labels(themes) == ["System", "Light", "Dark"]
    choose(themes, "Dark")
    assert searched.session.preferences.appearance is Appearance.DARK


def test_menus_do_not_pile_up(window: Window) -> None:
    main_menu(window)
    before = window.root.winfo_children()
    main_menu(window)
    assert len(window.root.winfo_children()) == len(before)


def test_what_needs_results_is_off_without_them(window: Window) -> None:
    menu = main_menu(window)
    for label in ("Export results…", "Copy results to a folder…", "Look in another folder too…", "Recent"):
        assert str(menu.entrycget(label, "state")) == "disabled"


def test_on_a_mac_the_menu_names_the_keys_of_a_mac(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menus, "IS_MAC", True)
    assert str(main_menu(window).entrycget("Open folder…", "accelerator")) == "Command-Shift-O"


def test_the_menu_of_a_match_has_everything(searched: Window) -> None:
    assert labels(card_menu(searched, searched.session.shown.results[0])) == [
        "Compare",
        "Quick look",
        "Open",
        "Show in folder",
        "Copy path",
        "Copy picture",
        "Search with this picture",
        "Save a copy…",
    ]


def test_help_opens_and_needs_no_network(window: Window) -> None:
    choose(main_menu(window), "Help")
    top = side_window_of(window, "Help")
    (page,) = [child for child in top.winfo_children() if isinstance(child, tkinter.Text)]
    assert "nothing leaves this computer" in page.get("1.0", "end")


@on_linux
def test_a_copied_picture_can_be_pasted_elsewhere(
    searched: Window, album: Path, need_program: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    xclip = need_program("xclip", "apt-get install xclip")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    match = searched.session.shown.results[0]
    choose(card_menu(searched, match), "Copy picture")
    # While the window itself holds the clipboard, who asks waits for the window, which waits here.
    elsewhere = ["timeout", "2", xclip, "-selection", "clipboard", "-t", "image/png", "-o"]
    deadline = time.monotonic() + 20
    while True:
        searched.root.update()
        pasted = subprocess.run(elsewhere, capture_output=True, check=False).stdout
        if pasted:
            break
        assert time.monotonic() < deadline
    with Image.open(album / match.picture.name) as original:
        assert Image.open(BytesIO(pasted)).convert("RGB").tobytes() == original.convert("RGB").tobytes()
    # And back: what was copied there is what is looked for here.
    searched.giving.paste()
    until(searched.root, lambda: searched.session.shown.chosen and searched.session.shown.chosen.query.data)


@on_linux
@pytest.mark.parametrize(("wayland", "program"), [("", "xclip"), ("wayland-0", "wl-copy")])
def test_a_copied_picture_is_handed_to_the_program_of_the_desktop(
    searched: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wayland: str, program: str
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", wayland)
    got, words = tmp_path / "got.png", tmp_path / "words"
    on_path(tmp_path / "bin", monkeypatch, **{program: f'cat > "{got}"; echo "$@" > "{words}"'})
    searched.actions.copy_picture(searched.session.shown.results[0])
    until(searched.root, lambda: words.exists() and words.read_text())
    assert got.read_bytes().startswith(b"\x89PNG")
    assert "image/png" in words.read_text()


@on_linux
def test_where_no_program_can_take_it_the_package_is_named(
    searched: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    searched.actions.copy_picture(searched.session.shown.results[0])
    sentence = 'Copying a picture needs the program "xclip", which is not installed'
    until(searched.root, lambda: any(sentence in bar.words for bar in searched.session.shown.bars))
    searched.root.clipboard_clear()
    searched.giving.paste()
    until(searched.root, lambda: any("Pasting a picture needs" in bar.words for bar in searched.session.shown.bars))


@on_linux
def test_a_program_that_fails_to_take_it_is_told(
    searched: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    on_path(tmp_path / "bin", monkeypatch, xclip="exit 3")
    searched.actions.copy_picture(searched.session.shown.results[0])
    sentence = 'The program "xclip" did not take the picture (it ended with 3).'
    until(searched.root, lambda: any(sentence in bar.words for bar in searched.session.shown.bars))


def test_all_results_are_copied_and_what_cannot_be_is_told(
    searched: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = searched.session.shown.results
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr(filedialog, "askdirectory", lambda **_options: str(copies))
    choose(main_menu(searched), "Copy results to a folder…")
    until(searched.root, lambda: "3 pictures were copied." in words_in(searched.main.notices))
    assert sorted(file.name for file in copies.iterdir()) == sorted(match.picture.name for match in results)
    monkeypatch.setattr(filedialog, "askdirectory", lambda **_options: str(tmp_path / "none"))
    choose(main_menu(searched), "Copy results to a folder…")
    until(searched.root, lambda: any("3 could not be copied" in words for words in words_in(searched.main.notices)))


def test_the_cache_says_what_it_holds_and_is_cleared_after_a_question(searched: Window, home: Path) -> None:
    assert what_is_remembered(Settings(home)).fingerprints
    choose(main_menu(searched), "Cache…")
    top = side_window_of(searched, "Settings")
    until(searched.root, lambda: any(words.startswith("4 pictures: thumbnails") for words in words_in(top)))
    assert searched.root.focus_get() is button_with(top, "Clear…")
    button_with(top, "Clear…").invoke()
    assert any("No picture of yours is touched" in words for words in words_in(top))
    button_with(top, "Keep").invoke()
    until(searched.root, lambda: any(words.startswith("4 pictures: thumbnails") for words in words_in(top)))
    assert what_is_remembered(Settings(home)).fingerprints
    button_with(top, "Clear…").invoke()
    button_with(top, "Clear").invoke()
    until(searched.root, lambda: any(words.startswith("0 pictures") for words in words_in(top)))
    remembered = what_is_remembered(Settings(home))
    assert remembered.catalogue is not None
    assert (remembered.catalogue.pictures, remembered.fingerprints) == (0, ())
    assert len(searched.session.shown.results) == 3
    searched.session.find()
    until(searched.root, lambda: searched.session.shown.work is not None)
    until(searched.root, lambda: searched.session.shown.work is None and not searched.session.shown.dimmed)
    assert len(searched.session.shown.results) == 3
    assert what_is_remembered(Settings(home)).fingerprints


def test_the_model_is_a_press_away(window: Window) -> None:
    top = show_settings(window, Section.MODEL)
    until(window.root, lambda: "ResNet50 is not on this computer yet." in words_in(top))
    assert str(window.root.focus_get().cget("text")).startswith("Download")  # type: ignore[union-attr]


@on_linux
def test_while_the_theme_is_the_systems_it_follows_it(
    screen: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    said.write_text("'default'\n")
    on_path(tmp_path / "bin", monkeypatch, gsettings=f'cat "{said}"')
    monkeypatch.setattr(system_look, "_EVERY_MS", 50)
    with opened(Settings(home)) as window:
        assert not window.theme.dark
        said.write_text("'prefer-dark'\n")
        until(window.root, lambda: window.theme.dark)
        window.session.prefer(appearance=Appearance.LIGHT)
        until(window.root, lambda: not window.theme.dark)
        window.session.prefer(appearance=Appearance.SYSTEM)
        until(window.root, lambda: window.theme.dark)
        said.write_text("'default'\n")
        until(window.root, lambda: not window.theme.dark)
    deadline = time.monotonic() + 10
    while any(thread.name == "errand" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
