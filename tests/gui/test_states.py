"""States that pass quickly, held in the real window for as long as a look takes: its worker is stopped, or killed."""

import json
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pictrace.gui.app import Window
from pictrace.settings import Settings
from tests.gui.windows import PATIENCE_SECONDS, button_with, click, opened, press, until, words_in
from tests.pictures import make_archive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped and continued there")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("states") / "photos", 6)


@pytest.fixture
def window(screen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "window.json").write_text(json.dumps({"threshold": 0.0, "weights_bar": False}))
    with opened(Settings(tmp_path / "home")) as window:
        yield window


def give(window: Window, album: Path, name: str = "003.jpg") -> None:
    window.giving.take_archives((str(album),))
    window.giving.take_picture(str(album / name))
    window.session.find()


def is_done(window: Window) -> bool:
    shown = window.session.shown
    return shown.work is None and shown.heading == "Best matches" and not shown.dimmed


def worker_of(window: Window) -> int:
    """Its process, once it runs."""
    until(window.root, multiprocessing.active_children)
    (worker,) = multiprocessing.active_children()
    assert worker.pid is not None
    return worker.pid


@contextmanager
def stopped(worker: int) -> Iterator[None]:
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


@contextmanager
def held_at(window: Window, pattern: str) -> Iterator[None]:
    """The worker runs in bursts that are shorter than any state, until the window says this."""
    worker = worker_of(window)
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        with stopped(worker):
            told = time.monotonic() + 0.1
            while time.monotonic() < told:
                window.root.update()
            if re.search(pattern, status_of(window)):
                yield
                return
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.03)


def status_of(window: Window) -> str:
    return " ".join(words_in(window.status))


def test_while_it_counts_a_bar_moves_and_says_how_many_were_found(window: Window, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    one = make_archive(tmp_path / "one", 1) / "000.jpg"
    for number in range(20_000):
        os.link(one, folder / f"{number:05}.jpg")
    give(window, folder, "00000.jpg")
    with held_at(window, r"Looking for pictures… [1-9][\d,]* found"):
        assert "Looking for pictures…" in status_of(window)
        assert str(window.status._bar.cget("mode")) == "indeterminate"
        before = float(window.status._bar.cget("value"))
        until(window.root, lambda: float(window.status._bar.cget("value")) != before)
        assert "Cancel" in status_of(window)
        assert "Pause" not in status_of(window)
    button_with(window.status, "Cancel").invoke()
    until(window.root, lambda: window.session.shown.work is None)


def test_a_search_that_takes_long_moves_a_bar_and_dims_the_old_results(window: Window, album: Path) -> None:
    give(window, album)
    until(window.root, lambda: is_done(window))
    old = window.session.shown.results
    with stopped(worker_of(window)):
        began = time.monotonic()
        window.giving.take_picture(str(album / "001.jpg"))
        until(window.root, lambda: window.session.shown.dimmed)
        while time.monotonic() - began < 0.25:
            window.root.update()
            if time.monotonic() - began < 0.25:
                assert "Searching…" not in status_of(window)
        until(window.root, lambda: "Searching…" in status_of(window))
        assert time.monotonic() - began >= 0.3
        assert str(window.status._bar.cget("mode")) == "indeterminate"
        assert window.session.shown.results == old
        assert window.session.shown.dimmed
    until(window.root, lambda: is_done(window))
    assert window.session.shown.results != old


def test_escape_ends_a_search_that_takes_long(window: Window, album: Path) -> None:
    give(window, album)
    until(window.root, lambda: is_done(window))
    with stopped(worker_of(window)):
        window.giving.take_picture(str(album / "001.jpg"))
        until(window.root, lambda: "Searching…" in status_of(window))
        press(window.grid.canvas, "Key-Escape")
        until(window.root, lambda: window.session.shown.work is None)


def test_reading_says_how_far_it_is_can_be_paused_and_cancelled_and_goes_on(window: Window, tmp_path: Path) -> None:
    album = make_archive(tmp_path / "many", 150)
    give(window, album, "003.jpg")
    until(window.root, lambda: re.search(r"Reading pictures \d+ of 150", status_of(window)))
    button_with(window.status, "Pause").invoke()
    until(window.root, lambda: "Paused · Reading pictures" in status_of(window))
    button_with(window.status, "Go on").invoke()
    until(window.root, lambda: "Paused" not in status_of(window))
    button_with(window.status, "Cancel").invoke()
    until(window.root, lambda: any(bar.words.startswith("Stopped. ") for bar in window.session.shown.bars))
    (said,) = [words for words in words_in(window.main.notices) if words.startswith("Stopped. ")]
    assert re.fullmatch(r"Stopped\. \d+ pictures? (is|are) ready; the rest continue next time\.", said)
    button_with(window.main.notices, "Continue").invoke()
    until(window.root, lambda: is_done(window))
    assert status_of(window).startswith("149 of 149 match")


def test_a_worker_that_is_killed_again_and_again_is_told_and_can_be_started_again(
    window: Window, album: Path, tmp_path: Path
) -> None:
    give(window, album)
    killing = threading.Event()
    killing.set()

    def kill_all() -> None:
        while killing.is_set():
            for worker in multiprocessing.active_children():
                worker.kill()
            time.sleep(0.005)

    killer = threading.Thread(target=kill_all)
    killer.start()
    try:
        sentence = "The search stopped unexpectedly. Your index is safe."
        until(window.root, lambda: sentence in words_in(window.main.notices))
    finally:
        killing.clear()
        killer.join()
    button_with(window.main.notices, "Details").invoke()
    until(window.root, lambda: any(child.winfo_class() == "Toplevel" for child in window.root.winfo_children()))
    button_with(window.main.notices, "Start again").invoke()
    until(window.root, lambda: is_done(window))
    assert sentence not in words_in(window.main.notices)
    assert len(window.session.shown.results) == 5


def test_closing_while_the_worker_hangs_takes_two_seconds_and_leaves_nothing_running(
    window: Window, tmp_path: Path
) -> None:
    before = set(threading.enumerate())
    give(window, make_archive(tmp_path / "many", 100))
    until(window.root, lambda: re.search(r"Reading pictures [1-9]", status_of(window)))
    worker = worker_of(window)
    os.kill(worker, signal.SIGSTOP)
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 2.5
    assert multiprocessing.active_children() == []
    end = time.monotonic() + 10
    while left := [
        one for one in threading.enumerate() if one not in before and not one.name.startswith("QueueFeeder")
    ]:
        assert time.monotonic() < end, left
        time.sleep(0.05)


def test_no_results_and_the_closest_by_a_press(window: Window, album: Path) -> None:
    give(window, album)
    until(window.root, lambda: is_done(window))
    window.session.prefer(threshold=1.0)
    sentence = r"Nothing is at least 100% similar\. The closest is \d+%\."
    until(window.root, lambda: any(re.fullmatch(sentence, words) for words in words_in(window.main.message)))
    button_with(window.main.message, "Show the closest").invoke()
    until(window.root, lambda: len(window.session.shown.results) >= 1)


def test_an_empty_folder_names_the_formats_and_offers_subfolders(window: Window, tmp_path: Path, album: Path) -> None:
    outer = make_archive(tmp_path / "outer" / "inner", 2).parent
    window.giving.take_picture(str(album / "000.jpg"))
    window.giving.take_archives((str(outer),))
    boxes: list[Any] = [child for child in window.panel.winfo_children() if child.winfo_class() == "TCheckbutton"]
    boxes[1].invoke()
    window.session.find()
    until(window.root, lambda: "No pictures in this folder." in words_in(window.main.message))
    assert any("JPEG, PNG, WebP" in words for words in words_in(window.main.message))
    button_with(window.main.message, "Include subfolders").invoke()
    until(window.root, lambda: is_done(window) and len(window.session.shown.results) == 2)
    assert window.session.preferences.subfolders


def test_a_place_that_is_gone_is_told_and_can_be_tried_again(window: Window, tmp_path: Path, album: Path) -> None:
    give(window, tmp_path / "drive")
    window.giving.take_picture(str(album / "000.jpg"))
    sentence = "This folder is gone or the drive is not connected."
    until(window.root, lambda: sentence in words_in(window.main.message))
    make_archive(tmp_path / "drive", 2)
    click(button_with(window.main.message, "Retry"))
    until(window.root, lambda: is_done(window))
    assert sentence not in words_in(window.main.message)


def test_where_the_index_cannot_be_saved_it_says_so_and_finds_even_so(window: Window, album: Path) -> None:
    import resource

    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The worker inherits it: no file of its may grow, as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, unlimited[1]))
    try:
        give(window, album)
        worker_of(window)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    until(window.root, lambda: is_done(window))
    sentence = r"Cannot save the index \([^)]*disk[^)]*full[^)]*\)\. Search works, but will be slower next time\."
    assert any(re.search(sentence, words) for words in words_in(window.main.notices))
    assert len(window.session.shown.results) == 5
