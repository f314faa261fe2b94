"""What another program drops on the real window arrives, by the protocol of the desktop."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictrace.gui.app import Window
from pictrace.settings import Settings
from tests.gui.windows import PATIENCE_SECONDS, opened, until, words_in
from tests.pictures import make_archive

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the dropping program speaks X11 only")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("dropped") / "a name with {braces} and é", 3)


@pytest.fixture
def window(screen: str, tmp_path: Path) -> Iterator[Window]:
    with opened(Settings(tmp_path)) as window:
        yield window


def drop(window: Window, kind: str, text: str) -> int:
    """In the middle of the window, whatever lies there. The exit code of the dropping program."""
    root = window.root
    place = root.winfo_rootx() + root.winfo_width() // 2, root.winfo_rooty() + root.winfo_height() // 2
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [sys.executable, "-m", "tests.gui.dropping", *map(str, place), kind, text]
    program = subprocess.Popen(words, env=environment)
    until(root, lambda: program.poll() is not None)
    return program.wait(PATIENCE_SECONDS)


def test_a_dropped_folder_is_where_to_look_and_a_dropped_picture_what_to_look_for(window: Window, album: Path) -> None:
    files = f"{album.as_uri()}\r\n{(album / '002.jpg').as_uri()}\r\n"
    assert drop(window, "text/uri-list", files) == 0
    until(window.root, lambda: window.session.shown.archives == (str(album),))
    until(window.root, lambda: "002.jpg" in words_in(window.panel))


def test_a_dropped_path_is_taken_and_other_words_are_not(window: Window, album: Path) -> None:
    assert drop(window, "text/plain", str(album / "001.jpg")) == 0
    until(window.root, lambda: "001.jpg" in words_in(window.panel))
    assert drop(window, "text/plain", "words {and a brace") == 1


def test_over_the_list_of_duplicates_and_a_comparison_it_is_taken_too(window: Window, album: Path) -> None:
    window.giving.take_archives((str(album),))
    until(window.root, lambda: window.session.shown.archives)
    window.toolbar.duplicates.invoke()
    until(window.root, lambda: window.duplicating.view and window.duplicating.view.winfo_viewable())
    assert drop(window, "text/uri-list", (album / "000.jpg").as_uri()) == 0
    until(window.root, lambda: window.session.shown.chosen is not None)
