"""The list of groups. Only what is in sight exists on the canvas, so five thousand groups are as quick as five."""

import tkinter
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ttkbootstrap

from pictrace.errors import PictureUnreadable
from pictrace.gui.duplicate_cards import CardLayout, Frame, Place
from pictrace.gui.duplicate_cells import FileCell, facts_of, fate_of
from pictrace.gui.duplicates_layout import ListLayout, Measures, Seat
from pictrace.gui.duplicates_model import DuplicatesModel
from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import readable
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.theme import Theme
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.tooltip import Tooltip
from pictrace.language import _
from pictrace.questions import GroupMember
from pictrace.report import kind_words

_POLL_MS = 15
_DRAW_MS = 6
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


class DuplicatesList(ttkbootstrap.Frame):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        model: DuplicatesModel,
        loader: PictureLoader[Thumb],
        hooks: Hooks,
    ) -> None:
        """The loader is for this list alone."""
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._loader = loader
        self._hooks = hooks
        self._numbers: list[int] = []
        self._top = 0
        self._current: Spot | None = None
        self._hover: Spot | None = None
        self._cells: dict[Spot, FileCell] = {}
        self._free: list[FileCell] = []
        self._links: list[_Link] = []
        self._broken: set[Thumb] = set()
        self._empty_words = ""
        self._drawing: str | None = None
        self.canvas = tkinter.Canvas(self, highlightthickness=0, borderwidth=0, takefocus=True, width=1, height=1)
        self._scrollbar = ttkbootstrap.Scrollbar(self, orient="vertical", command=self._scrolled)
        self.canvas.pack(side="left", fill="both", expand=True)
        self._scrollbar.pack(side="right", fill="y")
        self._tip = Tooltip(self.canvas, theme)
        self._lettering = Lettering(self.canvas)
        self._bind()
        self.set_theme(theme)
        self._polling = self.after(_POLL_MS, self._poll)

    # What is shown

    def refresh(self) -> None:
        """The model has changed."""
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
        self._theme = theme
        self._tip.set_theme(theme)
        self.canvas.configure(background=theme.paper)
        for cell in (*self._cells.values(), *self._free):
            cell.delete()
        self._cells.clear()
        self._free.clear()
        self._measure()
        self._redraw()

    @property
    def current(self) -> tuple[int, GroupMember] | None:
        seat = self._seat(self._current)
        return None if seat is None else (self._numbers[seat.place], self._member(seat))

    def show_group(self, number: int) -> None:
        """Scrolls to it and makes its first file the current one."""
        seat = Seat(self._numbers.index(number), 0)
        self._current = self._spot(seat)
        self._reveal(seat)

    def destroy(self) -> None:
        self.after_cancel(self._polling)
        if self._drawing is not None:
            self.after_cancel(self._drawing)
            self._drawing = None
        self._tip.hide()
        super().destroy()

    # Where things are

    @property
    def _gap(self) -> int:
        return self._theme.px(12)

    def _measure(self) -> None:
        room = self.canvas.winfo_width() - self._gap
        columns = max(1, room // (self._theme.px(_CARD_WIDTH) + self._gap))
        card = self._card = CardLayout(self._theme, max(room // columns - self._gap, self._theme.px(80)))
        head = round(-self._theme.font(0)[1] * 2.7)
        sizes = [self._model.size(number) for number in self._numbers]
        self._layout = ListLayout(sizes, Measures(columns, card.width, card.height, head, self._gap))

    def _member(self, seat: Seat) -> GroupMember:
        return self._model.members(self._numbers[seat.place])[seat.file]

    def _spot(self, seat: Seat) -> Spot:
        return Spot(self._numbers[seat.place], self._member(seat).picture.key)

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

    # Scrolling and drawing

    def _scrolled(self, how: str, amount: str, unit: str = "") -> None:
        if how == "moveto":
            self._scroll_to(round(float(amount) * self._layout.height))
        else:
            page = self.canvas.winfo_height() if unit == "pages" else self._theme.px(_WHEEL_PIXELS)
            self._scroll_to(self._top + int(amount) * page)

    def _scroll_to(self, top: int) -> None:
        self._top = max(0, min(top, self._layout.height - self.canvas.winfo_height()))
        self._redraw()

    def _redraw(self) -> None:
        if self._drawing is None:
            self._drawing = self.after_idle(self._draw)

    def _draw(self) -> None:
        self._drawing = None
        width, height = self.canvas.winfo_width(), self.canvas.winfo_height()
        if width <= 1:
            return
        whole, bottom = max(1, self._layout.height), self._top + height
        self._scrollbar.set(self._top / whole, min(1.0, bottom / whole))
        self.canvas.delete("head")
        self._links.clear()
        seen: list[tuple[Seat, GroupMember]] = []
        for place in self._layout.places(self._top, bottom):
            number = self._numbers[place]
            self._draw_head(number, self._layout.top(place) - self._top)
            members = self._model.members(number)
            seen += [(Seat(place, file), members[file]) for file in self._layout.files(place, self._top, bottom)]
        self._draw_cards(seen)
        if not self._numbers:
            self._words(width // 2, height // 2, self._empty_words, self._theme.faint, 1, anchor="center")

    def _draw_cards(self, seen: list[tuple[Seat, GroupMember]]) -> None:
        spots = [Spot(self._numbers[seat.place], member.picture.key) for seat, member in seen]
        for spot in self._cells.keys() - set(spots):
            cell = self._cells.pop(spot)
            cell.hide()
            self._free.append(cell)
        # From the end, since what is asked for last is read first.
        for spot, (seat, member) in reversed(list(zip(spots, seen, strict=True))):
            known = self._cells.get(spot)
            if known is None:
                known = self._free.pop() if self._free else FileCell(self.canvas, self._lettering)
                self._cells[spot] = known
            known.place(*self._corner(seat))
            self._fill(known, spot, member)

    def _fill(self, cell: FileCell, spot: Spot, member: GroupMember) -> None:
        box = self._card.picture
        thumb = Thumb(member.picture, member.digest, box.width, box.height)
        image = self._loader.remembered(thumb)
        broken = thumb in self._broken
        if image is None and not broken and cell.thumb != thumb:
            self._loader.request(thumb)
        fate = fate_of(self._model, spot.number, member)
        cell.show(self._card, member, fate, self._frame(spot), thumb, image, broken=broken)

    def _frame(self, spot: Spot) -> Frame:
        if spot == self._current:
            return Frame.CURRENT if self.canvas.focus_get() is self.canvas else Frame.LAST
        return Frame.HOVER if spot == self._hover else Frame.PLAIN

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

    def _poll(self) -> None:
        arrived = set()
        for thumb, result in self._loader.poll(_DRAW_MS):
            if isinstance(result, PictureUnreadable):
                self._broken.add(thumb)
            arrived.add(thumb)
        if any(cell.thumb in arrived for cell in self._cells.values()):
            self._redraw()
        self._polling = self.after(_POLL_MS, self._poll)

    # Mouse and keyboard

    def _bind(self) -> None:
        canvas = self.canvas
        canvas.bind("<Configure>", self._resized)
        canvas.bind("<FocusIn>", lambda _event: self._redraw())
        canvas.bind("<FocusOut>", lambda _event: self._redraw())
        canvas.bind("<Motion>", self._pointed)
        canvas.bind("<Leave>", lambda _event: self._point_at(None))
        canvas.bind("<Button-1>", self._pressed)
        canvas.bind("<Double-Button-1>", self._pressed_twice)
        canvas.bind("<<ContextMenu>>", self._asked_for_menu)
        for key in ("<Key-Menu>", "<Shift-Key-F10>"):
            canvas.bind(key, self._menu_by_key)
        canvas.bind("<Button-4>", lambda _event: self._wheel(-1))
        canvas.bind("<Button-5>", lambda _event: self._wheel(1))
        canvas.bind("<MouseWheel>", lambda event: self._wheel(-1 if event.delta > 0 else 1))
        canvas.bind("<Return>", lambda _event: self._with_current(self._hooks.open))
        canvas.bind("<KP_Enter>", lambda _event: self._with_current(self._hooks.open))
        canvas.bind("<space>", lambda _event: self._with_current(self._hooks.toggle))
        canvas.bind("<Key-k>", lambda _event: self._with_current(self._hooks.keep))
        canvas.bind("<Key-m>", lambda _event: self._with_current(lambda number, _one: self._hooks.mark_others(number)))
        canvas.bind("<Key-n>", lambda _event: self._with_current(lambda number, _one: self._hooks.dismiss(number)))
        for key in ("Left", "Right", "Up", "Down", "Prior", "Next", "Home", "End"):
            canvas.bind(f"<Key-{key}>", lambda _event, key=key: self._move(key))  # type: ignore[misc]

    def _resized(self, _event: Any) -> None:
        """What was on top stays there."""
        place = self._layout.place_at(self._top)
        within = self._top - self._layout.top(place)
        self._measure()
        self._scroll_to(self._layout.top(place) + within)

    def _move(self, key: str) -> str:
        seat = self._seat(self._current)
        if seat is not None:
            seat = self._layout.moved(key, seat, self.canvas.winfo_height())
            self._current = self._spot(seat)
            self._reveal(seat)
        return "break"

    def _reveal(self, seat: Seat) -> None:
        measures = self._layout.measures
        top = self._layout.corner(seat)[1]
        least = top + measures.card_height + measures.gap - self.canvas.winfo_height()
        head = measures.head if seat.file < measures.columns else 0
        self._scroll_to(min(max(self._top, least), top - head))

    def _wheel(self, turns: int) -> None:
        self._tip.hide()
        self._scroll_to(self._top + turns * self._theme.px(_WHEEL_PIXELS))

    def _pointed(self, event: Any) -> None:
        on_link = any(link.place.holds(event.x, event.y) for link in self._links)
        self.canvas.configure(cursor="hand2" if on_link else "")
        self._point_at(self._seat_at(event))

    def _point_at(self, seat: Seat | None) -> None:
        spot = None if seat is None else self._spot(seat)
        if spot == self._hover:
            return
        self._hover = spot
        self._redraw()
        self._tip.hide()
        if seat is not None:
            member = self._member(seat)
            reason = None if self._model.is_marked(member) else self._model.why_not_markable(member)
            self._tip.soon(
                "\n".join(filter(None, (readable(member.picture.key), " · ".join(facts_of(member)), reason)))
            )

    def _is_tick(self, seat: Seat, event: Any) -> bool:
        x, y = self._corner(seat)
        return self._card.check.holds(event.x - x, event.y - y)

    def _pressed(self, event: Any) -> None:
        self.canvas.focus_set()
        self._tip.hide()
        link = next((link for link in self._links if link.place.holds(event.x, event.y)), None)
        seat = self._seat_at(event)
        if link is not None:
            link.follow()
        elif seat is not None:
            self._current = self._spot(seat)
            if self._is_tick(seat, event):
                self._hooks.toggle(self._numbers[seat.place], self._member(seat))
        self._redraw()

    def _pressed_twice(self, event: Any) -> None:
        """On the box to tick, these are two clicks."""
        seat = self._seat_at(event)
        if seat is None or self._is_tick(seat, event):
            self._pressed(event)
        else:
            self._hooks.open(self._numbers[seat.place], self._member(seat))

    def _asked_for_menu(self, event: Any) -> None:
        seat = self._seat_at(event)
        if seat is not None:
            self.canvas.focus_set()
            self._current = self._spot(seat)
            self._redraw()
            self._hooks.menu(self._numbers[seat.place], self._member(seat), event.x_root, event.y_root)

    def _menu_by_key(self, _event: Any) -> None:
        seat = self._seat(self._current)
        if seat is not None:
            x, y = self._corner(seat)
            left, top = self.canvas.winfo_rootx() + x, self.canvas.winfo_rooty() + y
            self._hooks.menu(self._numbers[seat.place], self._member(seat), left + 20, top + 20)

    def _with_current(self, act: Callable[[int, GroupMember], None]) -> str:
        if (current := self.current) is not None:
            act(*current)
        return "break"
