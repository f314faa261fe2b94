"""The real window, driven as a person does."""

import json
import subprocess
import sys
import time
import tkinter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from tkinter import filedialog, ttk
from tkinter import font as tkfont
from typing import Any

import pytest
from PIL import Image, ImageGrab

from pictrace.events import Skipped
from pictrace.gui import app, dialogs
from pictrace.gui.app import Window
from pictrace.gui.preferences import Appearance
from pictrace.gui.settings_window import show_settings
from pictrace.gui.shown import Page, Sort, Work
from pictrace.questions import Region
from pictrace.settings import Settings
from tests.gui.sessions import within
from tests.gui.windows import button_with, click, opened, press, until, words_in
from tests.pictures import make_archive
from tests.weights_server import serving


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("album") / "photos", 8)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, album: Path) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "window.json").write_text(json.dumps({"threshold": 0.0}))
    return home


@pytest.fixture
def window(screen: str, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Window]:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (home / "window.json").write_text(json.dumps({"threshold": 0.0}))
    with opened(Settings(home)) as window:
        yield window


def is_done(window: Window) -> bool:
    shown = window.session.shown
    return shown.work is None and shown.heading == "Best matches" and not shown.dimmed


@pytest.fixture
def searched(window: Window, album: Path) -> Window:
    window.giving.take_archives((str(album),))
    window.giving.take_picture(str(album / "003.jpg"))
    press(window.root, "F5")
    until(window.root, lambda: is_done(window))
    return window


def test_at_first_it_tells_how_to_begin(window: Window) -> None:
    words = words_in(window.root)
    for sentence in ("Find pictures that look alike", "Try it with sample pictures", "Choose a picture you know"):
        assert sentence in words
    assert any("Nothing leaves this computer." in one for one in words)
    assert str(window.toolbar.find.cget("state")) == "disabled"
    window.toolbar.find.event_generate("<Enter>")
    until(window.root, lambda: window.toolbar._tip._window is not None)
    assert window.toolbar._tip._window is not None
    assert words_in(window.toolbar._tip._window) == ["Choose a picture, and the folder or ZIP to look in."]


def test_choosing_a_picture_and_a_folder_and_pressing_find_shows_matches(
    window: Window, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filedialog, "askopenfilename", lambda **_options: str(album / "002.jpg"))
    monkeypatch.setattr(filedialog, "askdirectory", lambda **_options: str(album))
    window.panel.preview._button.invoke()
    button_with(window.toolbar, "Folder…").invoke()
    until(window.root, lambda: str(window.toolbar.find.cget("state")) == "normal")
    until(window.root, lambda: "002.jpg" in words_in(window.panel))
    window.toolbar.find.invoke()
    until(window.root, lambda: is_done(window))
    words = words_in(window.root)
    assert any(" of 7 match · " in one for one in words)
    assert "Best matches" in words
    assert "001.jpg" in words
    assert str(album) == window.toolbar._place_box.get()


def test_the_slider_filters_while_it_is_dragged(searched: Window) -> None:
    everything = len(searched.session.shown.results)
    slider = searched.panel.slider
    click(slider, slider.winfo_width() * 3 // 4)
    until(searched.root, lambda: len(searched.session.shown.results) < everything)
    least = searched.session.shown.preferences.threshold
    assert 0.7 < least < 0.8
    assert all(match.score >= least for match in searched.session.shown.results)
    press(slider, "Key-Home")
    until(searched.root, lambda: len(searched.session.shown.results) == everything)


def test_the_keys_of_the_window(searched: Window, album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    side = searched.session.shown.preferences.card_side
    grid = searched.grid.canvas
    press(grid, "Control-plus")
    assert searched.session.shown.preferences.card_side >= side
    until(searched.root, lambda: searched.session.shown.preferences.card_side > side)
    press(grid, "Control-minus", "Control-minus")
    until(searched.root, lambda: searched.session.shown.preferences.card_side < side)
    press(grid, "Control-Key-0")
    until(searched.root, lambda: searched.session.shown.preferences.card_side == side)
    press(grid, "Control-c")
    assert searched.root.clipboard_get() == searched.grid.current.picture.key  # type: ignore[union-attr]
    monkeypatch.setattr(filedialog, "askopenfilename", lambda **_options: str(album / "005.jpg"))
    press(grid, "Control-o")
    until(searched.root, lambda: searched.session.shown.chosen.name == "005.jpg")  # type: ignore[union-attr]
    press(grid, "F1")
    assert any("Shortcuts" in str(top.title()) for top in toplevels(searched))


def test_f5_without_a_picture_reads_nothing_and_says_what_is_missing(window: Window, album: Path) -> None:
    window.giving.take_archives((str(album),))
    press(window.root, "F5")
    until(window.root, lambda: "Choose the picture to look for." in words_in(window.main.notices))
    assert window.session.shown.work is None


def test_a_picture_that_cannot_be_opened_leaves_the_place_to_drop_another(window: Window, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("no picture")
    window.giving.take_picture(str(tmp_path / "notes.jpg"))
    until(window.root, lambda: "This file is not a picture we can read: notes.jpg." in words_in(window.main))
    assert "Drop a picture here" in words_in(window.panel)
    assert "Opening…" not in words_in(window.panel)


def test_f6_goes_from_pane_to_pane_and_back(searched: Window) -> None:
    searched.toolbar.find.focus_force()
    seen = []
    for _turn in range(4):
        press(searched.root.focus_get(), "F6")
        seen.append(searched.root.focus_get())
    assert seen == [
        searched.panel.slider,
        searched.grid.canvas,
        searched.status.slider,
        searched.toolbar.find,
    ]


def test_enter_compares_and_escape_comes_back(searched: Window) -> None:
    press(searched.grid.canvas, "Key-Return")
    assert searched.comparing.is_open
    view = searched.comparing.view
    assert view is not None
    until(searched.root, lambda: any("%" in words and "·" in words for words in words_in(view)))
    first = searched.grid.current_place
    press(view.canvas, "Key-Right")
    assert searched.grid.current_place == first + 1
    press(view.canvas, "Key-Escape")
    assert not searched.comparing.is_open
    assert searched.root.focus_get() is searched.grid.canvas


def test_space_looks_at_a_match_quickly(searched: Window) -> None:
    press(searched.grid.canvas, "Key-space")
    look = searched.actions.quick_look
    until(searched.root, lambda: look._picture is not None)
    press(look._sheet, "Key-Right")
    assert searched.grid.current_place == 1
    until(searched.root, lambda: look._picture is not None)
    press(look._sheet, "Key-space")
    assert not look.is_open


def test_a_quick_look_stands_in_the_middle_and_its_words_fit(searched: Window) -> None:
    look = searched.actions.quick_look
    match = searched.session.shown.results[0]
    long = replace(match, picture=replace(match.picture, name=f"{'a long way to go/' * 30}001.jpg"))
    look.open(long)
    until(searched.root, lambda: look._picture is not None)
    sheet = look._sheet
    assert sheet is not None
    left, _top, right, _bottom = sheet.bbox("caption")
    assert left >= 0
    assert right <= sheet.winfo_width()
    assert sheet.itemcget("caption", "text").endswith("KB")
    _left, top, _right, bottom = sheet.bbox("picture")
    assert abs(top - (sheet.winfo_height() - bottom)) <= 2 or bottom >= sheet.winfo_height() - searched.theme.px(62)


def test_a_reason_is_shown_to_its_end(searched: Window) -> None:
    reason = "It is damaged: the file is cut short, and too little of the picture is left. " * 3
    top = dialogs.show_unreadable(searched.root, searched.theme, (Skipped("/photos", "a.jpg", reason),))
    (table,) = (child for child in top.winfo_children() if child.winfo_class() == "Treeview")
    top.update()
    assert isinstance(table, ttk.Treeview)
    font = tkfont.Font(font=searched.theme.font(0))
    assert table.column("reason", "width") >= font.measure(reason)


def test_a_pasted_path_and_a_pasted_file_address_become_the_query(window: Window, album: Path) -> None:
    for text in (str(album / "001.jpg"), (album / "004.jpg").as_uri()):
        window.root.clipboard_clear()
        window.root.clipboard_append(text)
        press(window.root, "Control-v")
        name = text.rpartition("/")[2]
        until(window.root, partial(_says, window.panel, name))


def test_once_a_folder_is_typed_a_pasted_path_is_the_picture_and_no_text_for_the_field(
    window: Window, album: Path
) -> None:
    field = window.toolbar._place_box
    field.focus_force()
    field.insert("end", str(album))
    press(field, "Return")
    window.root.clipboard_clear()
    window.root.clipboard_append(str(album / "001.jpg"))
    target = window.root.focus_get()
    assert target is not None
    target.event_generate("<Control-v>")
    until(window.root, lambda: "001.jpg" in words_in(window.panel))
    assert field.get() == str(album)


def test_a_pasted_address_is_fetched_and_a_wrong_one_told(window: Window, album: Path) -> None:
    with serving((album / "007.jpg").read_bytes()) as server:
        window.root.clipboard_clear()
        window.root.clipboard_append(server.url)
        press(window.root, "Control-v")
        until(window.root, lambda: "96 × 96" in " ".join(words_in(window.panel)))
        server.status = 404
        dialog = dialogs.ask_address(window)
        entry: Any = next(child for child in dialog.winfo_children() if child.winfo_class() == "TEntry")
        press(entry, *"abc", "Key-Return")
        assert dialog.winfo_exists()
        entry.delete(0, "end")
        entry.insert(0, server.url)
        press(entry, "Key-Return")
        assert not dialog.winfo_exists()
        until(window.root, lambda: any("404" in bar.words for bar in window.session.shown.bars))


def test_a_pasted_picture_becomes_the_query(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageGrab, "grabclipboard", lambda: Image.new("RGBA", (64, 48), "red"))
    window.root.clipboard_clear()
    press(window.root, "Control-v")
    until(window.root, lambda: "64 × 48" in " ".join(words_in(window.panel)))


def test_what_the_clipboard_cannot_give_is_no_crash(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise NotImplementedError("wl-paste or xclip is required")

    monkeypatch.setattr(ImageGrab, "grabclipboard", refuse)
    window.root.clipboard_clear()
    press(window.root, "Control-v")
    window.root.update()
    assert window.session.shown.chosen is None


def test_a_dropped_folder_becomes_the_place_and_a_dropped_picture_the_query(window: Window, album: Path) -> None:
    odd = album.parent / "a name with {braces} and é"
    make_archive(odd, 2)
    paths = window.root.tk.call("list", str(odd), str(album / "006.jpg"))
    window.giving._dropped_files(str(window.root.tk.call("format", "%s", paths)))
    until(window.root, lambda: window.session.shown.archives == (str(odd),))
    until(window.root, lambda: "006.jpg" in words_in(window.panel))


def test_drops_reach_the_window(window: Window) -> None:
    assert "tkdnd" in str(window.root.tk.call("package", "names"))
    assert "%D" in str(window.root.tk.call("bind", ".", "<<Drop:DND_Files>>"))
    assert "%D" in str(window.root.tk.call("bind", ".", "<<Drop:DND_Text>>"))


def test_a_dropped_text_may_be_an_address_or_a_path_and_any_other_is_refused(window: Window, album: Path) -> None:
    assert window.giving._dropped_text(f" {album / '005.jpg'}\n") == "copy"
    until(window.root, lambda: "005.jpg" in words_in(window.panel))
    assert window.giving._dropped_text("words {and a brace") == "refuse_drop"


def test_a_frame_over_the_preview_searches_for_that_part(searched: Window) -> None:
    preview = searched.panel.preview
    until(searched.root, lambda: preview._look is not None)
    left, top, width, height = preview._box
    preview.event_generate("<ButtonPress-1>", x=left, y=top)
    preview.event_generate("<B1-Motion>", x=left + width // 2, y=top + height // 2)
    preview.event_generate("<ButtonRelease-1>", x=left + width // 2, y=top + height // 2)
    until(searched.root, lambda: searched.session.shown.chosen.region == Region(0, 0, 48, 48))  # type: ignore[union-attr]
    until(searched.root, lambda: is_done(searched))
    click(preview)
    until(searched.root, lambda: searched.session.shown.chosen.region is None)  # type: ignore[union-attr]


def test_a_picture_can_be_searched_with_from_its_menu(searched: Window) -> None:
    match = searched.session.shown.results[2]
    searched.actions.search_with(match)
    name = match.picture.name
    until(searched.root, lambda: is_done(searched) and searched.session.shown.chosen.name == name)  # type: ignore[union-attr]
    assert all(one.picture.name != name for one in searched.session.shown.results)


def test_results_are_exported_as_they_are_shown(
    searched: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched.session.sort_by(Sort.NAME)
    until(searched.root, lambda: searched.session.shown.sort is Sort.NAME)
    for name, content in (("out.csv", "000.jpg"), ("out.json", "000.jpg"), ("out.html", "data:image/jpeg")):
        monkeypatch.setattr(filedialog, "asksaveasfilename", lambda name=name, **_options: str(tmp_path / name))
        searched.actions.export()
        until(searched.root, (tmp_path / name).exists)
        assert content in (tmp_path / name).read_text(encoding="utf-8-sig")


def test_a_copy_is_saved_and_a_failure_is_told(
    searched: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, album: Path
) -> None:
    match = searched.session.shown.results[0]
    monkeypatch.setattr(filedialog, "asksaveasfilename", lambda **_options: str(tmp_path / "copy.jpg"))
    searched.actions.save_copy(match)
    until(searched.root, lambda: (tmp_path / "copy.jpg").exists())
    assert (tmp_path / "copy.jpg").read_bytes() == (album / match.picture.name).read_bytes()
    monkeypatch.setattr(filedialog, "asksaveasfilename", lambda **_options: str(tmp_path / "none" / "copy.jpg"))
    searched.actions.save_copy(match)
    until(searched.root, lambda: searched.session.shown.bars)


def test_files_that_could_not_be_read_are_listed_and_copied(window: Window, tmp_path: Path, album: Path) -> None:
    broken = make_archive(tmp_path / "broken", 2)
    (broken / "bad.jpg").write_bytes(b"no picture")
    window.giving.take_archives((str(broken),))
    window.giving.take_picture(str(album / "000.jpg"))
    window.session.find()
    until(window.root, lambda: is_done(window))
    assert "1 file could not be read" in words_in(window.status)
    click(window.status.unreadable)
    (top,) = toplevels(window)
    assert top.title() == "1 file could not be read"
    button_with(top, "Copy").invoke()
    assert window.root.clipboard_get().startswith("bad.jpg\t")


def test_the_theme_and_the_text_size_change_at_once(searched: Window) -> None:
    light = searched.grid.canvas.cget("background")
    height = searched.grid.layout.row_height
    searched.session.prefer(appearance=Appearance.DARK, text_scale=1.5)
    until(searched.root, lambda: searched.theme.dark)
    assert searched.grid.canvas.cget("background") != light
    assert searched.grid.layout.row_height > height


def test_what_is_preferred_is_remembered(window: Window, home: Path, album: Path) -> None:
    window.session.prefer(appearance=Appearance.DARK, threshold=0.25)
    window.giving.take_archives((str(album),))
    until(window.root, lambda: window.theme.dark)
    window.close()
    said = json.loads((home / "window.json").read_text())
    assert (said["appearance"], said["threshold"], said["recent"]) == ("dark", 0.25, [str(album)])
    with opened(Settings(home)) as again:
        assert again.theme.dark
        assert again.session.shown.preferences.recent == (str(album),)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"appearance": 7, "threshold": "x", "recent": {}, "geometry": "big"}', "\0", "[" * 9999]
)
def test_a_broken_edit_of_the_preferences_is_no_crash(screen: str, tmp_path: Path, content: str) -> None:
    (tmp_path / "window.json").write_text(content)
    with opened(Settings(tmp_path)) as window:
        assert window.session.shown.preferences.threshold == 0.6
        assert window.session.shown.page is Page.EMPTY


def test_a_zip_beside_the_program_is_offered_at_the_first_start(window: Window, tmp_path: Path) -> None:
    window.giving.offer_archive_beside(tmp_path)
    assert window.session.shown.archives == ()
    (tmp_path / "photos.zip").write_bytes(b"")
    window.giving.offer_archive_beside(tmp_path)
    until(window.root, lambda: window.session.shown.archives == (str(tmp_path / "photos.zip"),))
    assert (Path(app.__file__).parents[2] / "main.py").is_file()


def test_settings_and_about_open(window: Window) -> None:
    show_settings(window)
    dialogs.show_about(window.root, window.theme)
    until(window.root, lambda: "ResNet50 is not on this computer yet." in words_in(window.root))
    titles = {str(top.title()) for top in toplevels(window)}
    assert titles == {"Settings", "About PicTrace"}


def test_closing_while_reading_takes_less_than_two_seconds_and_leaves_nothing_running(
    screen: str, tmp_path: Path
) -> None:
    import multiprocessing

    album = make_archive(tmp_path / "many", 150)

    def closing() -> float:
        with opened(Settings(Path(mkdtemp(dir=tmp_path)))) as window:
            window.giving.take_archives((str(album),))
            window.session.find()
            until(window.root, lambda: window.session.shown.work and window.session.shown.work.share)
            began = time.monotonic()
            window.close()
            took = time.monotonic() - began
            assert multiprocessing.active_children() == []
            return took

    within(2, closing)


def test_the_smallest_window_cuts_nothing_off(searched: Window) -> None:
    searched.root.geometry("900x600")
    until(searched.root, lambda: searched.root.winfo_width() == 900)
    for part in (searched.toolbar.find, searched.status.slider, searched.panel.slider, searched.sort):
        right = part.winfo_rootx() + part.winfo_width() - searched.root.winfo_rootx()
        bottom = part.winfo_rooty() + part.winfo_height() - searched.root.winfo_rooty()
        assert right <= 900
        assert bottom <= 600


def test_work_can_be_stopped_in_the_smallest_window_with_the_largest_text(window: Window) -> None:
    window.root.geometry("900x600")
    window.session.prefer(text_scale=1.5)
    until(window.root, lambda: window.theme.text_scale == 1.5 and window.root.winfo_width() == 900)
    words = "Reading pictures 30 of 1,048 · 18 a second · about 58 s left"
    work = Work(words, 0.3, can_pause=True, paused=False)
    window.status.show(replace(window.session.shown, work=work, unreadable_words="9 files could not be read"))
    window.root.update()
    for button in (window.status.pause, window.status.cancel):
        assert button.winfo_width() >= button.winfo_reqwidth()
        assert button.winfo_rootx() + button.winfo_width() <= window.root.winfo_rootx() + 900


def test_no_heavy_module_is_loaded_before_the_first_comparison(screen: str, tmp_path: Path) -> None:
    heavy = "tensorflow", "openvino", "cv2", "skimage"
    code = (
        "import sys, time\n"
        "from pictrace.gui.app import open_window\n"
        "window = open_window()\n"
        "until = time.monotonic() + 1\n"
        "while time.monotonic() < until: window.root.update()\n"
        "window.close()\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def _says(part: tkinter.Misc, words: str) -> bool:
    return words in words_in(part)


def toplevels(window: Window) -> list[Any]:
    return [child for child in window.root.winfo_children() if isinstance(child, tkinter.Toplevel)]
