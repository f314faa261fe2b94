"""The grid of matches, in a real window."""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
import ttkbootstrap
from PIL import Image, ImageGrab

from pictrace.errors import PictureUnreadable
from pictrace.gui.grid import Grid
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.preferences import Appearance
from pictrace.gui.theme import apply_theme
from pictrace.gui.thumbnails import Thumb
from pictrace.picture import Digest, Label, Match, PictureRef
from tests.gui.windows import click, press, until, words_in

SIZE = 900, 640
BROKEN = 3


def match(number: int) -> Match:
    name = f"folder/picture {number:06}.jpg"
    picture = PictureRef("/photos", name, f"/photos/{name}", "1", 1000, 0, f"1:{number}")
    digest = Digest(number.to_bytes(32, "big"))
    return Match(
        number + 1, picture, digest, 1 - number / 200_000, 0.5, None, None, Label.SIMILAR_LOOK, "They look alike."
    )


def read(thumb: Thumb) -> Image.Image:
    number = int.from_bytes(thumb.digest, "big")
    if number == BROKEN:
        raise PictureUnreadable("It is damaged.")
    return Image.new("RGB", (thumb.width, thumb.height // 2), (number % 200, 90, 200))


@dataclass
class Heard:
    opened: list[int] = field(default_factory=list)
    menus: list[int] = field(default_factory=list)
    zooms: list[int] = field(default_factory=list)


@dataclass
class Shown:
    root: ttkbootstrap.Window
    grid: Grid
    loader: PictureLoader[Thumb]
    heard: Heard

    def settle(self) -> None:
        until(self.root, lambda: self.loader.idle and self.grid._drawing is None)

    def place(self) -> int:
        return self.grid.current_place


@pytest.fixture
def shown(screen: str) -> Iterator[Shown]:
    root = ttkbootstrap.Window(size=SIZE, position=(0, 0), iconphoto=None)
    theme = apply_theme(root, Appearance.LIGHT, 1.0)
    heard = Heard()
    loader: PictureLoader[Thumb] = PictureLoader(read)
    grid = Grid(
        root,
        theme,
        loader,
        on_open=lambda match: heard.opened.append(match.rank - 1),
        on_menu=lambda match, _x, _y: heard.menus.append(match.rank - 1),
        on_zoom=heard.zooms.append,
    )
    grid.pack(fill="both", expand=True)
    until(root, lambda: grid.canvas.winfo_width() > 100)
    yield Shown(root, grid, loader, heard)
    grid.destroy()
    loader.close()
    root.destroy()
    gc.collect()


@pytest.fixture(scope="module")
def many() -> list[Match]:
    return [match(number) for number in range(100_000)]


def test_a_hundred_thousand_matches_take_as_few_cards_as_a_screenful(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many)
    shown.settle()
    assert len(shown.grid._cells) < 40
    shown.grid._scroll_to(10**9)
    shown.settle()
    assert len(shown.grid._cells) + len(shown.grid._free) < 60
    assert any("99999" in words for words in words_in(shown.grid))


def test_scrolling_keeps_up_with_the_screen(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many)
    shown.settle()
    frames = []  # the time of this thread alone, so that other work of the machine does not count
    for _turn in range(120):
        began = time.thread_time()
        shown.grid.canvas.event_generate("<Button-5>")
        shown.root.update()
        frames.append(time.thread_time() - began)
    assert np.median(frames) < 0.05, "16 ms are the aim; benchmarks measure it"


def test_a_card_shows_name_score_label_and_picture(shown: Shown) -> None:
    shown.grid.show([match(0), match(50_000)])
    shown.settle()
    words = words_in(shown.grid)
    assert "100%" in words
    assert "75%" in words
    assert "Similar look" in words
    assert any(one.startswith("picture 0") for one in words)
    x, y = shown.grid.canvas.winfo_rootx(), shown.grid.canvas.winfo_rooty()
    seen = np.asarray(ImageGrab.grab(xdisplay=None).crop((x, y, x + 250, y + 200)))
    assert (np.abs(seen.astype(int) - (0, 90, 200)).sum(axis=2) < 12).any(), "the thumbnail"


def test_a_picture_that_cannot_be_read_keeps_its_card(shown: Shown) -> None:
    shown.grid.show([match(number) for number in range(6)])
    shown.settle()
    assert len(shown.grid._cells) == 6
    assert len(shown.grid._broken) == 1


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["Right", "Right"], lambda columns, rows: 2),
        (["Right", "Left", "Left"], lambda columns, rows: 0),
        (["Down"], lambda columns, rows: columns),
        (["Down", "Up"], lambda columns, rows: 0),
        (["End"], lambda columns, rows: 999),
        (["End", "Home"], lambda columns, rows: 0),
        (["Next"], lambda columns, rows: columns * rows),
        (["Next", "Prior"], lambda columns, rows: 0),
    ],
)
def test_the_keyboard_reaches_every_match(
    shown: Shown, keys: list[str], place: Callable[[int, int], int], many: list[Match]
) -> None:
    shown.grid.show(many[:1000])
    shown.settle()
    press(shown.grid.canvas, *(f"Key-{key}" for key in keys))
    assert shown.place() == place(shown.grid.layout.columns, shown.grid._rows_in_sight())
    shown.settle()
    assert shown.place() in shown.grid._cells, "it is in sight"


def test_enter_and_a_double_click_open_a_match(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many[:50])
    shown.settle()
    press(shown.grid.canvas, "Key-Right", "Key-Return")
    assert shown.heard.opened == [1]
    x, y = shown.grid._cells[0].corner
    for _press in range(2):
        click(shown.grid.canvas, x + 10, y + 10)
    assert shown.heard.opened == [1, 0]


def test_a_click_makes_a_match_current_and_the_right_button_opens_its_menu(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many[:50])
    shown.settle()
    second = shown.grid._cells[1].corner
    click(shown.grid.canvas, second[0] + 10, second[1] + 10)
    assert shown.place() == 1
    click(shown.grid.canvas, second[0] + 10, second[1] + 10, button=3)
    assert shown.heard.menus == [1]


def test_the_match_that_was_current_stays_current_in_new_results(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many[:50])
    press(shown.grid.canvas, "Key-Right", "Key-Right")
    current = shown.grid.current
    shown.grid.show([many[40], many[30], many[2], many[1]])
    assert shown.grid.current is current
    assert shown.place() == 2


def test_control_and_the_wheel_change_the_size(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many[:50])
    shown.settle()
    columns = shown.grid.layout.columns
    shown.grid.canvas.event_generate("<Control-Button-4>")
    shown.grid.canvas.event_generate("<Control-Button-5>")
    shown.root.update()
    assert shown.heard.zooms == [1, -1]
    shown.grid.set_side(300)
    shown.settle()
    assert shown.grid.layout.columns < columns


def test_few_matches_need_no_scrollbar(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many[:2])
    shown.settle()
    assert not shown.grid._scrollbar.winfo_ismapped()
    shown.grid.show(many)
    shown.settle()
    assert shown.grid._scrollbar.winfo_ismapped()


def test_hovering_tells_the_reason(shown: Shown, many: list[Match]) -> None:
    shown.grid.show(many[:5])
    shown.settle()
    x, y = shown.grid._cells[0].corner
    shown.grid.canvas.event_generate("<Motion>", x=x + 20, y=y + 20)
    until(shown.root, lambda: shown.grid._tip._window is not None)
    tip = shown.grid._tip._window
    assert tip is not None
    assert any("They look alike." in one for one in words_in(tip))
    shown.grid.canvas.event_generate("<Leave>")
    shown.root.update()
    assert shown.grid._tip._window is None
