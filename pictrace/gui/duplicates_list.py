"""The list of groups. Only what is in sight exists on the canvas, so five thousand groups are as quick as five."""

import tkinter
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pictrace.gui.cards import Place
from pictrace.gui.duplicate_cards import CardLayout
from pictrace.gui.duplicate_cells import FileCell, facts_of, fate_of
from pictrace.gui.duplicates_layout import ListLayout, Measures, Seat
from pictrace.gui.duplicates_model import DuplicatesModel
from pictrace.gui.originals import readable
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.theme import Theme
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.virtual_canvas import VirtualCanvas
from pictrace.language import _
from pictrace.questions import GroupMember
from pictrace.report import kind_words

_CARD_WIDTH = 214
_WHEEL_PIXELS = 90


@dataclass(frozen=True, slots=True)
class Spot:
    """A file in the list: a file that is in two groups has two."""

    number: int
    key: str


@dataclass(frozen=True, slots=True)
class _Link:
    place: Place
    follow: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What leaves the list; all get the number of a group."""

    toggle: Callable[[int, GroupMember], None]
    keep: Callable[[int, GroupMember], None]
    mark_others: Callable[[int], None]
    dismiss: Callable[[int], None]
    open: Callable[[int, GroupMember], None]
    menu: Callable[[int, GroupMember, int, int], None]
    """With the place on the screen."""


class DuplicatesList(VirtualCanvas[Spot, FileCell]):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        model: DuplicatesModel,
        loader: PictureLoader[Thumb],
        hooks: Hooks,
    ) -> None:
        super().__init__(parent, theme, loader)
        self._model = model
        self._hooks = hooks
        self._numbers: list[int] = []
        self._current: Spot | None = None
        self._hover: Spot | None = None
        self._members: dict[Spot, GroupMember] = {}
        """Those in sight."""
        self._links: list[_Link] = []
        self._empty_words = ""
        for key, act in {
            "<space>": hooks.toggle,
            "<Key-k>": hooks.keep,
            "<Key-m>": lambda number, _member: hooks.mark_others(number),
            "<Key-n>": lambda number, _member: hooks.dismiss(number),
        }.items():
            self.canvas.bind(key, lambda _event, act=act: self._with_current(act))  # type: ignore[misc]
        self.set_theme(theme)

    # What is shown

    def refresh(self) -> None:
        """The model has changed."""
        # A click may come before they are drawn again, and must not be about a group that is gone.
        self._links.clear()
        self._numbers = self._model.groups()
        self._measure()
        if self._numbers and self._seat(self._current) is None:
            # The group that took the place of the one that went.
            number = 0 if self._current is None else self._current.number
            self._current = self._spot(Seat(min(bisect_left(self._numbers, number), len(self._numbers) - 1), 0))
        self._scroll_to(self._top)

    def set_empty_words(self, words: str) -> None:
        """What stands there while there are no groups."""
        self._empty_words = words
        self._redraw()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._measure()

    @property
    def current(self) -> tuple[int, GroupMember] | None:
        seat = self._seat(self._current)
        return None if seat is None else self._at(seat)

    def show_group(self, number: int) -> None:
        """Scrolls to it and makes its first file the current one."""
        self._go_to(Seat(self._numbers.index(number), 0))

    # Where things are

    @property
    def _gap(self) -> int:
        return self._theme.px(12)

    @property
    def _whole_height(self) -> int:
        return self._layout.height

    @property
    def _wheel_pixels(self) -> int:
        return self._theme.px(_WHEEL_PIXELS)

    def _measure(self) -> None:
        room = self.canvas.winfo_width() - self._gap
        columns = max(1, room // (self._theme.px(_CARD_WIDTH) + self._gap))
        card = self._card = CardLayout(self._theme, max(room // columns - self._gap, self._theme.px(80)))
        head = round(-self._theme.font(0)[1] * 2.7)
        sizes = [self._model.size(number) for number in self._numbers]
        self._layout = ListLayout(sizes, Measures(columns, card.width, card.height, head, self._gap))

    def _at(self, seat: Seat) -> tuple[int, GroupMember]:
        number = self._numbers[seat.place]
        return number, self._model.members(number)[seat.file]

    def _spot(self, seat: Seat) -> Spot:
        number, member = self._at(seat)
        return Spot(number, member.picture.key)

    def _seat(self, spot: Spot | None) -> Seat | None:
        """None where the group, or the file in it, is no more."""
        place = -1 if spot is None else bisect_right(self._numbers, spot.number) - 1
        if spot is None or place < 0 or self._numbers[place] != spot.number:
            return None
        keys = [member.picture.key for member in self._model.members(spot.number)]
        return Seat(place, keys.index(spot.key)) if spot.key in keys else None

    def _corner(self, seat: Seat) -> tuple[int, int]:
        """On the canvas as it is scrolled now."""
        x, y = self._layout.corner(seat)
        return x, y - self._top

    def _seat_at(self, event: Any) -> Seat | None:
        return self._layout.seat_at(event.x, event.y + self._top)

    # Drawing

    def _draw_between(self, top: int, bottom: int) -> None:
        self.canvas.delete("head")
        self._links.clear()
        self._members.clear()
        corners: dict[Spot, tuple[int, int]] = {}
        for place in self._layout.places(top, bottom):
            number = self._numbers[place]
            self._draw_head(number, self._layout.top(place) - top)
            members = self._model.members(number)
            for file in self._layout.files(place, top, bottom):
                spot = Spot(number, members[file].picture.key)
                self._members[spot] = members[file]
                corners[spot] = self._corner(Seat(place, file))
        self._show_cells(corners)
        if not self._numbers:
            middle = self.canvas.winfo_width() // 2, (bottom - top) // 2
            self._words(*middle, self._empty_words, self._theme.faint, 1, anchor="center")

    def _new_cell(self) -> FileCell:
        return FileCell(self.canvas, self._photos, self._lettering)

    def _fill(self, cell: FileCell, spot: Spot) -> None:
        member, box = self._members[spot], self._card.picture
        thumb = Thumb(member.picture, member.digest, box.width, box.height)
        mark = self._mark_of(current=spot == self._current, hover=spot == self._hover)
        fate = fate_of(self._model, spot.number, member)
        cell.show(self._card, member, fate, mark, thumb, self._thumbnail(cell, thumb))

    def _draw_head(self, number: int, top: int) -> None:
        theme, middle = self._theme, top + self._layout.measures.head // 2 + self._theme.px(3)
        title = kind_words(self._model.kind(number), self._model.size(number))
        self._words(self._gap, middle, title, theme.ink, 0, bold=True)
        right = self.canvas.winfo_width() - self._gap
        marks = _("Unmark all") if self._model.has_marks(number) else _("Mark the others")
        for words, follow in (
            (_("Not duplicates"), lambda: self._hooks.dismiss(number)),
            (marks, lambda: self._hooks.mark_others(number)),
        ):
            item = self._words(right, middle, words, theme.accent, 0, anchor="e")
            left, upper, end, lower = self.canvas.bbox(item)
            edge = theme.px(5)
            place = Place(left - edge, upper - edge, end - left + 2 * edge, lower - upper + 2 * edge)
            self._links.append(_Link(place, follow))
            right = left - theme.px(20)
        if top > 0:
            self.canvas.create_line(
                self._gap, top, self.canvas.winfo_width() - self._gap, top, fill=theme.line, tags="head"
            )

    def _words(
        self, x: int, y: int, text: str, colour: str, step: int, *, bold: bool = False, anchor: Any = "w"
    ) -> int:
        font = self._theme.font(step, bold=bold)
        return self.canvas.create_text(x, y, text=text, fill=colour, font=font, anchor=anchor, tags="head")

    # Mouse and keyboard

    def _resized(self) -> None:
        """What was on top stays there."""
        place = self._layout.place_at(self._top)
        within = self._top - self._layout.top(place)
        self._measure()
        self._scroll_to(self._layout.top(place) + within)

    def _move(self, key: str) -> None:
        seat = self._seat(self._current)
        if seat is not None:
            self._go_to(self._layout.moved(key, seat, self.canvas.winfo_height()))

    def _go_to(self, seat: Seat) -> None:
        self._current = self._spot(seat)
        measures, top = self._layout.measures, self._layout.corner(seat)[1]
        head = measures.head if seat.file < measures.columns else 0
        self._reveal(top - head, top + measures.card_height + measures.gap)

    def _pointed(self, event: Any) -> None:
        on_link = any(link.place.holds(event.x, event.y) for link in self._links)
        self.canvas.configure(cursor="hand2" if on_link else "")
        self._point_at(self._seat_at(event))

    def _left(self) -> None:
        self._point_at(None)

    def _point_at(self, seat: Seat | None) -> None:
        spot = None if seat is None else self._spot(seat)
        if spot == self._hover:
            return
        self._hover = spot
        self._redraw()
        self._tip.hide()
        if seat is not None:
            _number, member = self._at(seat)
            reason = None if self._model.is_marked(member) else self._model.why_not_markable(member)
            self._tip.soon(
                "\n".join(filter(None, (readable(member.picture.key), " · ".join(facts_of(member)), reason)))
            )

    def _is_tick(self, seat: Seat, event: Any) -> bool:
        x, y = self._corner(seat)
        return self._card.check.holds(event.x - x, event.y - y)

    def _pressed(self, event: Any) -> None:
        link = next((link for link in self._links if link.place.holds(event.x, event.y)), None)
        seat = self._seat_at(event)
        if link is not None:
            link.follow()
        elif seat is not None:
            self._current = self._spot(seat)
            if self._is_tick(seat, event):
                self._hooks.toggle(*self._at(seat))

    def _pressed_twice(self, event: Any) -> None:
        """On the box to tick, these are two clicks."""
        seat = self._seat_at(event)
        if seat is None or self._is_tick(seat, event):
            self._press(event)
        else:
            self._hooks.open(*self._at(seat))

    def _asked_for_menu(self, event: Any) -> None:
        seat = self._seat_at(event)
        if seat is not None:
            self.canvas.focus_set()
            self._current = self._spot(seat)
            self._redraw()
            self._hooks.menu(*self._at(seat), event.x_root, event.y_root)

    def _menu_by_key(self) -> None:
        seat = self._seat(self._current)
        if seat is not None:
            self._hooks.menu(*self._at(seat), *self._on_screen(self._corner(seat)))

    def _open_current(self) -> None:
        self._with_current(self._hooks.open)

    def _with_current(self, act: Callable[[int, GroupMember], None]) -> str:
        if (current := self.current) is not None:
            act(*current)
        return "break"
