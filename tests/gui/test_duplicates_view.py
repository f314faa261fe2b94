"""The list of duplicates, in a real window: what it shows, what its keys and its mouse do, and the trash."""

import gc
import shutil
import threading
import time
import tkinter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import ttkbootstrap
from PIL import Image

from pictrace.errors import PictureUnreadable
from pictrace.gui import trash, trash_bar
from pictrace.gui.duplicates_layout import ListLayout, Measures, Seat
from pictrace.gui.duplicates_list import Spot
from pictrace.gui.duplicates_model import DuplicatesModel
from pictrace.gui.duplicates_view import DuplicatesView, Leaving
from pictrace.gui.keep_rule import KeepRule
from pictrace.gui.not_duplicates import NotDuplicates
from pictrace.gui.preferences import Appearance
from pictrace.gui.theme import apply_theme
from pictrace.gui.thumbnails import Thumb
from pictrace.picture import PictureRef
from pictrace.questions import DuplicateGroup, GroupKind
from tests.gui.duplicate_groups import group, member, names, real_member
from tests.gui.windows import click, until

SIZE = 1000, 700


@dataclass
class Heard:
    """What left the view."""

    backs: list[bool] = field(default_factory=list)
    compared: list[list[str]] = field(default_factory=list)
    opened: list[PictureRef] = field(default_factory=list)
    exported: list[list[DuplicateGroup]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def leaving(self) -> Leaving:
        return Leaving(
            back=lambda: self.backs.append(True),
            compare=lambda one, other: self.compared.append(names([one, other])),
            open=self.opened.append,
            show_in_folder=self.opened.append,
            copy_path=self.opened.append,
            export=self.exported.append,
            gone=lambda members: self.gone.extend(names(members)),
            details=lambda _title, text: self.details.append(text),
        )


@dataclass
class Shown:
    view: DuplicatesView
    heard: Heard

    @property
    def canvas(self) -> tkinter.Canvas:
        return self.view.list.canvas

    def wait(self, condition: Callable[[], object]) -> None:
        until(self.view, condition)

    def settle(self) -> None:
        self.view.update()
        self.wait(lambda: self.view._taking_in is None and self.view._loader.idle and self.view.list._drawing is None)

    def press(self, key: str) -> None:
        self.canvas.focus_force()
        self.settle()
        self.canvas.event_generate(f"<KeyPress-{key}>")
        self.settle()

    def click(self, x: int, y: int) -> None:
        self.canvas.event_generate("<Motion>", x=x, y=y)
        self.canvas.event_generate("<Button-1>", x=x, y=y)
        self.canvas.event_generate("<ButtonRelease-1>", x=x, y=y)
        self.settle()

    def click_tick(self, place: int, file: int) -> None:
        x, y = self.view.list._corner(Seat(place, file))
        check = self.view.list._card.check
        self.click(x + check.left + check.width // 2, y + check.top + check.height // 2)

    def click_words(self, words: str, nth: int = 0) -> None:
        item = [item for item in self.written("head") if self.text(item) == words][nth]
        left, top, right, bottom = self.canvas.bbox(item)
        self.click((left + right) // 2, (top + bottom) // 2)

    def written(self, tag: str = "all") -> list[int]:
        return [
            item
            for item in self.canvas.find_withtag(tag)
            if str(self.canvas.type(item)) == "text" and self.canvas.itemcget(item, "state") != "hidden"
        ]

    def text(self, item: int) -> str:
        return str(self.canvas.itemcget(item, "text"))

    def words(self) -> list[str]:
        self.settle()
        return [self.text(item) for item in self.written()]

    def notice(self) -> str:
        return str(self.view.notice.words.cget("text")) if self.view.notice.winfo_ismapped() else ""

    def summary(self) -> str:
        return str(self.view.bar.words.cget("text"))

    def trash_all(self) -> None:
        self.view.bar.go.invoke()
        self.view.update()
        self.view.bar.go.invoke()
        self.wait(lambda: not self.view.moving)
        self.settle()


@pytest.fixture(scope="module")
def root(screen: str) -> Iterator[ttkbootstrap.Window]:
    window = ttkbootstrap.Window(size=SIZE, position=(0, 0), scaling=4 / 3)
    yield window
    window.destroy()
    del window
    gc.collect()


Showing = Callable[..., Shown]


def drawn(thumb: Thumb) -> Image.Image:
    if thumb.picture.name.startswith("unreadable"):
        raise PictureUnreadable("It is damaged.")
    return Image.new("RGB", (thumb.width, thumb.height // 2), (200, 80, 80))


@pytest.fixture
def showing(root: ttkbootstrap.Window, tmp_path: Path) -> Iterator[Showing]:
    views: list[DuplicatesView] = []

    def show(*groups: DuplicateGroup, appearance: Appearance = Appearance.LIGHT) -> Shown:
        theme = apply_theme(root, appearance, 1.0)
        heard = Heard()
        model = DuplicatesModel(NotDuplicates(tmp_path / "home" / "not-duplicates.txt"))
        view = DuplicatesView(root, theme, model, drawn, tmp_path / "home", heard.leaving())
        views.append(view)
        view.pack(fill="both", expand=True)
        root.update()
        view.add(list(groups))
        view.focus_list()
        shown = Shown(view, heard)
        shown.settle()
        return shown

    yield show
    for view in views:
        view.destroy()
    gc.collect()


@pytest.fixture
def bin_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()

    def move(path: str) -> None:
        shutil.move(path, folder)

    monkeypatch.setattr(trash, "_system_trash", lambda: move)
    return folder


def pair(name: str) -> DuplicateGroup:
    return group(member(f"{name}1.jpg", content=name), member(f"{name}2.jpg", content=name))


def marked(shown: Shown, number: int = 0) -> list[str]:
    return names([one for one in shown.view.model.members(number) if shown.view.model.is_marked(one)])


def test_groups_are_listed_with_what_stays_and_what_goes(showing: Showing) -> None:
    edited = group(member("c.jpg", side=900, content="c"), member("d.jpg", content="d"), kind=GroupKind.EDITED)
    shown = showing(pair("a"), edited)
    words = shown.words()
    assert [text for text in words if "(" in text] == ["Exact copies (2)", "One photograph, edited (2)"]
    assert {"a1.jpg", "a2.jpg", "c.jpg", "d.jpg", "900×900 · 1 MB · 1970-01-01"} <= set(words)
    assert (words.count("Stays"), words.count("Trash")) == (2, 1)
    assert (words.count("Unmark all"), words.count("Mark the others")) == (1, 1)
    assert shown.summary() == "1 file, 1 MB, goes to the trash; 1 picture stays"
    assert shown.view._count.cget("text") == "2 groups"


def test_what_cannot_be_deleted_says_why(showing: Showing) -> None:
    shown = showing(group(member("a.jpg"), member("old.zip!/a.jpg"), member("b.jpg", damaged=True)))
    words = shown.words()
    assert "In an archive" in words
    shown.press("Right")
    shown.press("space")
    assert "archives are never changed" in shown.notice()
    shown.view.notice.pack_forget()
    shown.press("Left")
    shown.press("space")
    assert shown.notice() == ""
    assert marked(shown) == ["a.jpg", "b.jpg"]


def test_a_damaged_picture_is_called_so(showing: Showing) -> None:
    damaged = group(member("a.jpg"), member("b.jpg", content="b", damaged=True), kind=GroupKind.EDITED)
    assert "Damaged" in showing(damaged).words()


def test_a_thumbnail_that_cannot_be_read_leaves_a_card_without_one(showing: Showing) -> None:
    shown = showing(group(member("unreadable1.jpg"), member("b.jpg")))
    assert "unreadable1.jpg" in shown.words()


def test_the_mouse_ticks_and_follows_links(showing: Showing) -> None:
    shown = showing(pair("a"), pair("b"))
    shown.click_tick(0, 1)
    assert marked(shown, 0) == []
    shown.click_tick(0, 0)
    assert marked(shown, 0) == ["a1.jpg"]
    shown.click_words("Unmark all", 1)
    assert marked(shown, 1) == []
    shown.click_words("Mark the others")
    assert marked(shown, 1) == ["b2.jpg"]
    shown.click_words("Not duplicates")
    assert shown.view.model.groups() == [1]


def test_the_last_of_a_group_cannot_be_ticked(showing: Showing) -> None:
    shown = showing(pair("a"))
    shown.click_tick(0, 0)
    assert "always stays" in shown.notice()
    assert marked(shown) == ["a2.jpg"]


def test_the_second_click_of_a_double_one_dismisses_no_group_that_is_gone(showing: Showing) -> None:
    shown = showing(pair("a"))
    link = shown.view.list._links[0].place
    for _click in range(2):
        shown.canvas.event_generate("<Button-1>", x=link.left + 3, y=link.top + 3)
    shown.settle()
    assert shown.view.model.groups() == []
    assert shown.notice().startswith("Not duplicates")


def test_a_double_click_asks_and_does_not_answer(showing: Showing, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = showing(pair("a"))
    bar = shown.view.bar
    monkeypatch.setattr(trash_bar, "_HASTY_SECONDS", 3600)
    bar.go.event_generate("<Enter>")
    for _click in range(2):
        click(bar.go)
        assert bar.asking
    monkeypatch.setattr(trash_bar, "_HASTY_SECONDS", 0)
    click(bar.go)
    assert not bar.asking


def test_menus_do_not_pile_up(showing: Showing) -> None:
    shown = showing(pair("a"))
    first, second = shown.view.model.members(0)
    shown.view._menu(0, first)
    before = len(shown.view.winfo_children())
    shown.view._menu(0, second)
    assert len(shown.view.winfo_children()) == before


def test_keys_move_mark_keep_and_compare(showing: Showing) -> None:
    shown = showing(pair("a"), pair("b"))
    shown.press("Down")
    shown.press("Right")
    assert shown.view.list._current == Spot(1, "/album/b2.jpg")
    shown.press("k")
    assert marked(shown, 1) == ["b1.jpg"]
    shown.press("m")
    assert marked(shown, 1) == []
    shown.press("Return")
    assert shown.heard.compared == [["b2.jpg", "b1.jpg"]]
    shown.press("n")
    assert shown.view.model.groups() == [0]
    shown.press("Return")
    assert shown.heard.compared[1] == ["a1.jpg", "a2.jpg"]


def test_not_duplicates_can_be_undone(showing: Showing) -> None:
    shown = showing(pair("a"), pair("b"))
    shown.press("n")
    assert "will not be shown again" in shown.notice()
    assert shown.view.model.groups() == [1]
    shown.view.undo.invoke()
    assert shown.view.model.groups() == [0, 1]
    assert shown.notice() == ""


def test_the_rule_can_be_chosen(showing: Showing) -> None:
    shown = showing(group(member("old.jpg", modified_ns=1), member("new.jpg", modified_ns=2)))
    assert marked(shown) == ["new.jpg"]
    shown.view._rules.invoke(list(KeepRule).index(KeepRule.NEWEST))
    assert marked(shown) == ["old.jpg"]
    assert "the newest" in shown.view.rule.cget("text")


def real_groups(tmp_path: Path, count: int) -> list[DuplicateGroup]:
    folder = tmp_path / "album"
    return [
        group(*(real_member(folder, f"{number}{side}.jpg", b"%d" % number * 1000) for side in "ab"))
        for number in range(count)
    ]


def inside(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_the_trash_asks_first_and_tells_what_became_of_it(
    showing: Showing, tmp_path: Path, bin_of_the_test: Path
) -> None:
    shown = showing(*real_groups(tmp_path, 5))
    (tmp_path / "album" / "2b.jpg").write_bytes(b"edited since")
    shown.press("Delete")
    assert shown.summary() == "Move 5 files, 5 KB, to the trash? 5 pictures stay."
    assert inside(bin_of_the_test) == []
    assert shown.view.escape()
    assert shown.summary().startswith("5 files")
    assert not shown.view.escape()
    shown.trash_all()
    assert inside(bin_of_the_test) == ["0b.jpg", "1b.jpg", "3b.jpg", "4b.jpg"]
    assert shown.heard.gone == inside(bin_of_the_test)
    assert shown.notice() == "4 files are in the trash. 1 stayed where it is."
    assert shown.view.model.groups() == [2]
    shown.view.why.invoke()
    (details,) = shown.heard.details
    assert "2b.jpg" in details
    assert "has changed since" in details


def test_a_change_of_the_marks_takes_the_question_back(showing: Showing, tmp_path: Path, bin_of_the_test: Path) -> None:
    shown = showing(*real_groups(tmp_path, 2))
    shown.view.bar.go.invoke()
    shown.click_tick(0, 1)
    assert shown.summary().startswith("1 file,")
    shown.view.bar.go.invoke()
    assert inside(bin_of_the_test) == []


def test_while_files_are_moved_nothing_is_decided_and_it_can_be_stopped(
    showing: Showing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[str] = []
    tried = threading.Event()

    def slow(path: str) -> None:
        moved.append(path)
        if len(moved) == 2:
            tried.wait(60)
        Path(path).unlink()

    monkeypatch.setattr(trash, "_system_trash", lambda: slow)
    shown = showing(*real_groups(tmp_path, 20))
    shown.view.bar.go.invoke()
    shown.view.bar.go.invoke()
    shown.wait(lambda: len(moved) >= 2)
    last = shown.view.model.groups()[-1]
    assert "of 20" in shown.summary()
    shown.press("End")
    shown.press("space")
    shown.press("n")
    assert last in shown.view.model.groups()
    shown.view.bar.cancel.invoke()
    tried.set()
    shown.wait(lambda: not shown.view.moving)
    assert len(moved) < 20
    assert len(inside(tmp_path / "album")) == 40 - len(moved)


def test_without_groups_the_view_says_how_far_it_is(showing: Showing) -> None:
    shown = showing()
    shown.view.say("Comparing pictures 3,218 of 12,480")
    assert shown.words() == ["Comparing pictures 3,218 of 12,480"]
    assert str(shown.view.bar.go.cget("state")) == "disabled"
    shown.press("Down")
    shown.press("Return")
    shown.press("Delete")


def test_back_and_export_leave_the_view(showing: Showing) -> None:
    shown = showing(group(member("small.jpg", side=5), member("large.jpg")))
    shown.view.export.invoke()
    ((exported,),) = shown.heard.exported
    assert names(exported.members) == ["large.jpg", "small.jpg"]


def test_the_menu_of_a_file_has_what_can_be_done_with_it(showing: Showing) -> None:
    shown = showing(pair("a"))
    first, second = shown.view.model.members(0)
    menu = shown.view._menu(0, first)
    assert menu.entrycget(0, "state") == "disabled"
    menu.invoke(1)
    menu.destroy()
    menu = shown.view._menu(0, second)
    assert menu.entrycget(0, "label") == "Take the mark away"
    for entry in (5, 6, 7):
        menu.invoke(entry)
    assert [one.name for one in shown.heard.opened] == ["a2.jpg"] * 3
    menu.destroy()


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_a_change_of_the_theme_draws_all_anew(
    showing: Showing, root: ttkbootstrap.Window, appearance: Appearance
) -> None:
    shown = showing(pair("a"), appearance=Appearance.LIGHT)
    theme = apply_theme(root, appearance, 1.3)
    shown.view.set_theme(theme)
    assert {"a1.jpg", "a2.jpg"} <= set(shown.words())
    assert shown.canvas.cget("background") == theme.paper


def test_only_what_is_in_sight_of_five_thousand_groups_exists(showing: Showing) -> None:
    groups = [pair(f"{number:04}-") for number in range(5000)]
    shown = showing(*groups)
    # The time of this thread alone, so that other work of the machine does not count.
    began = time.thread_time()
    steps = 100
    for step in range(steps):
        shown.view.list._scroll_to(step * 13_000)
        shown.view.list._draw()
        shown.view.update_idletasks()
    assert (time.thread_time() - began) / steps < 0.05, "16 ms are the aim; benchmarks measure it"
    shown.press("End")
    assert "4999-2.jpg" in shown.words()
    assert len(shown.canvas.find_all()) < 1000


def test_many_groups_are_listed_bit_by_bit_while_the_window_goes_on(showing: Showing) -> None:
    shown = showing()
    turns: list[int] = []

    def turn() -> None:
        turns.append(len(shown.view.model.groups()))
        shown.view.after(1, turn)

    shown.view.after(1, turn)
    shown.view.add([pair(f"{number:04}-") for number in range(3000)])
    shown.view.say("There are no duplicates here.")
    shown.wait(lambda: shown.view.model.groups())
    assert "There are no duplicates here." not in [shown.text(item) for item in shown.written()]
    shown.settle()
    assert "3,000 groups" in str(shown.view._count.cget("text"))
    assert shown.summary().startswith("3,000 files")
    assert len(set(turns)) > 2


# Where the cards lie, without a window


def layout(*sizes: int, columns: int = 3) -> ListLayout:
    return ListLayout(sizes, Measures(columns, card_width=100, card_height=50, head=20, gap=10))


def every_seat(sizes: Sequence[int]) -> list[Seat]:
    return [Seat(place, file) for place, size in enumerate(sizes) for file in range(size)]


@pytest.mark.parametrize("columns", [1, 2, 3, 7])
def test_every_card_is_found_where_it_lies_and_none_in_between(columns: int) -> None:
    sizes = (2, 7, 3, 1)
    lay = layout(*sizes, columns=columns)
    for seat in every_seat(sizes):
        x, y = lay.corner(seat)
        assert lay.seat_at(x, y) == lay.seat_at(x + 99, y + 49) == seat
        assert lay.seat_at(x - 1, y) is None
        assert lay.seat_at(x, y - 1) is None
        assert y + 50 < lay.height
        assert seat.place in lay.places(y, y + 1)
        assert seat.file in lay.files(seat.place, y + 49, y + 60)
    assert lay.seat_at(15, lay.height + 5) is None


def test_right_walks_through_every_file_and_left_back() -> None:
    sizes = (2, 5, 3)
    lay = layout(*sizes)
    walked = [Seat(0, 0)]
    while (following := lay.moved("Right", walked[-1], 100)) != walked[-1]:
        walked.append(following)
    assert walked == every_seat(sizes)
    assert [lay.moved("Left", seat, 100) for seat in walked[1:]] == walked[:-1]
    assert lay.moved("Left", Seat(0, 0), 100) == Seat(0, 0)


def test_up_and_down_keep_the_column_where_they_can() -> None:
    lay = layout(3, 5, 1)
    assert lay.moved("Down", Seat(0, 2), 100) == Seat(1, 2)
    assert lay.moved("Down", Seat(1, 2), 100) == Seat(1, 4)
    assert lay.moved("Down", Seat(1, 4), 100) == Seat(2, 0)
    assert lay.moved("Down", Seat(2, 0), 100) == Seat(2, 0)
    assert lay.moved("Up", Seat(2, 0), 100) == Seat(1, 3)
    assert lay.moved("Up", Seat(1, 1), 100) == Seat(0, 1)
    assert lay.moved("Up", Seat(0, 1), 100) == Seat(0, 1)


def test_pages_and_ends() -> None:
    sizes = (2,) * 50
    lay = layout(*sizes)
    assert lay.moved("End", Seat(0, 0), 300) == Seat(49, 1)
    assert lay.moved("Home", Seat(30, 1), 300) == Seat(0, 0)
    down = lay.moved("Next", Seat(10, 0), 300)
    assert down.place > 10
    assert lay.moved("Prior", down, 300).place <= 10
    assert lay.moved("Next", Seat(49, 0), 300) == Seat(49, 0)
    assert lay.moved("Prior", Seat(0, 1), 300) == Seat(0, 0)
