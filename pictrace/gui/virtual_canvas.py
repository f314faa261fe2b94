"""A canvas that scrolls over more cards than could ever be drawn. Only those in sight exist, and are used again."""

import tkinter
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from typing import Any, Generic, TypeVar

import ttkbootstrap

from pictrace.errors import PictureUnreadable
from pictrace.gui.cards import Mark, Missing, Thumbnail
from pictrace.gui.cells import Cell, Photos
from pictrace.gui.lettering import Lettering
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.theme import Theme
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.tooltip import Tooltip

_POLL_MS = 15
_DRAW_MS = 5
_MENU_INSET = 20

Spot = TypeVar("Spot", bound=Hashable)
AnyCell = TypeVar("AnyCell", bound=Cell)


class VirtualCanvas(ttkbootstrap.Frame, ABC, Generic[Spot, AnyCell]):
    """What is shown is told apart by its spot. The subclass says where spots lie, and fills their cells."""

    def __init__(self, parent: tkinter.Misc, theme: Theme, loader: PictureLoader[Thumb]) -> None:
        """The loader is for this canvas alone."""
        super().__init__(parent)
        self._theme = theme
        self._loader = loader
        self._top = 0
        self._cells: dict[Spot, AnyCell] = {}
        self._free: list[AnyCell] = []
        self._broken: set[Thumb] = set()
        self._drawing: str | None = None
        self.canvas = tkinter.Canvas(self, highlightthickness=0, borderwidth=0, takefocus=True, width=1, height=1)
        self._scrollbar = ttkbootstrap.Scrollbar(self, orient="vertical", command=self._scrolled)
        self._groove = tkinter.Frame(self, width=self._scrollbar.winfo_reqwidth())
        self.canvas.pack(side="left", fill="both", expand=True)
        self._groove.pack(side="right", fill="y")
        self._tip = Tooltip(self.canvas, theme)
        self._lettering = Lettering(self.canvas)
        self._photos = Photos(self.canvas)
        self._bind()
        self._polling = self.after(_POLL_MS, self._poll)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._tip.set_theme(theme)
        self.canvas.configure(background=theme.paper)
        self._groove.configure(background=theme.paper)
        self._forget_cells()
        self._redraw()

    def destroy(self) -> None:
        self.after_cancel(self._polling)
        if self._drawing is not None:
            self.after_cancel(self._drawing)
            self._drawing = None
        self._tip.hide()
        super().destroy()

    # For the subclass to say

    @property
    @abstractmethod
    def _whole_height(self) -> int: ...

    @property
    @abstractmethod
    def _wheel_pixels(self) -> int:
        """Scrolled by one turn."""

    @abstractmethod
    def _draw_between(self, top: int, bottom: int) -> None:
        """Calls `_show_cells`, and draws what else there is."""

    @abstractmethod
    def _new_cell(self) -> AnyCell: ...

    @abstractmethod
    def _fill(self, cell: AnyCell, spot: Spot) -> None:
        """Called often: what did not change should cost nothing."""

    @abstractmethod
    def _pointed(self, event: Any) -> None: ...

    @abstractmethod
    def _left(self) -> None:
        """The mouse is elsewhere."""

    @abstractmethod
    def _pressed(self, event: Any) -> None: ...

    @abstractmethod
    def _pressed_twice(self, event: Any) -> None: ...

    @abstractmethod
    def _asked_for_menu(self, event: Any) -> None: ...

    @abstractmethod
    def _menu_by_key(self) -> None: ...

    @abstractmethod
    def _open_current(self) -> None: ...

    @abstractmethod
    def _move(self, key: str) -> None:
        """The keyboard's place, as this key says."""

    def _resized(self) -> None:
        self._scroll_to(self._top)

    # Scrolling and drawing

    def _scrolled(self, how: str, amount: str, unit: str = "") -> None:
        if how == "moveto":
            self._scroll_to(round(float(amount) * self._whole_height))
        else:
            step = self.canvas.winfo_height() if unit == "pages" else self._wheel_pixels
            self._scroll_to(self._top + int(amount) * step)

    def _scroll_to(self, top: int) -> None:
        self._top = max(0, min(top, self._whole_height - self.canvas.winfo_height()))
        self._redraw()

    def _reveal(self, top: int, bottom: int) -> None:
        """Scrolls no further than needed to have all in between in sight."""
        self._scroll_to(min(max(self._top, bottom - self.canvas.winfo_height()), top))

    def _wheel(self, turns: int) -> None:
        self._tip.hide()
        self._scroll_to(self._top + turns * self._wheel_pixels)

    def _redraw(self) -> None:
        """Once, when everything that happens now has happened."""
        if self._drawing is None:
            self._drawing = self.after_idle(self._draw)

    def _draw(self) -> None:
        self._drawing = None
        if self.canvas.winfo_width() <= 1:
            return
        height, whole = self.canvas.winfo_height(), max(1, self._whole_height)
        self._scrollbar.set(self._top / whole, min(1.0, (self._top + height) / whole))
        self._show_scrollbar(whole > height)
        self._draw_between(self._top, self._top + height)

    def _show_scrollbar(self, needed: bool) -> None:
        """It keeps its room, so that the cards do not change their width."""
        if needed != bool(self._scrollbar.winfo_manager()):
            if needed:
                self._scrollbar.place(in_=self._groove, relwidth=1, relheight=1)
            else:
                self._scrollbar.place_forget()

    def _show_cells(self, corners: Mapping[Spot, tuple[int, int]]) -> None:
        """Of all spots in sight, in their order, where they are on the canvas now."""
        for spot in self._cells.keys() - corners.keys():
            cell = self._cells.pop(spot)
            cell.hide()
            self._free.append(cell)
        # From the end, since what is asked for last is read first.
        for spot in reversed(list(corners)):
            known = self._cells.get(spot)
            if known is None:
                known = self._cells[spot] = self._free.pop() if self._free else self._new_cell()
            known.place(*corners[spot])
            self._fill(known, spot)

    def _forget_cells(self) -> None:
        for cell in (*self._cells.values(), *self._free):
            cell.delete()
        self._cells.clear()
        self._free.clear()

    def _thumbnail(self, cell: AnyCell, thumb: Thumb) -> Thumbnail:
        """To be shown in this cell now; what is missing is asked for, once."""
        image = self._loader.remembered(thumb)
        if image is not None:
            return image
        if thumb in self._broken:
            return Missing.BROKEN
        if cell.thumb != thumb:
            self._loader.request(thumb)
        return Missing.YET

    def _poll(self) -> None:
        for thumb, result in self._loader.poll(_DRAW_MS):
            if isinstance(result, PictureUnreadable):
                self._broken.add(thumb)
            if self._drawing is None:
                # Else spots may be gone already, and all that are left are filled soon.
                for spot, cell in self._cells.items():
                    if cell.thumb == thumb:
                        self._fill(cell, spot)
        self._polling = self.after(_POLL_MS, self._poll)

    def _mark_of(self, *, current: bool, hover: bool) -> Mark:
        if current:
            return Mark.CURRENT if self.canvas.focus_get() is self.canvas else Mark.LAST
        return Mark.HOVER if hover else Mark.PLAIN

    # Mouse and keyboard

    def _bind(self) -> None:
        canvas = self.canvas
        canvas.bind("<Configure>", lambda _event: self._resized())
        for event in ("<FocusIn>", "<FocusOut>"):
            canvas.bind(event, lambda _event: self._redraw())
        canvas.bind("<Motion>", self._pointed)
        canvas.bind("<Leave>", lambda _event: self._left())
        canvas.bind("<Button-1>", self._press)
        canvas.bind("<Double-Button-1>", self._pressed_twice)
        canvas.bind("<<ContextMenu>>", self._asked_for_menu)
        for key in ("<Key-Menu>", "<Shift-Key-F10>"):
            canvas.bind(key, lambda _event: self._menu_by_key())
        for key in ("<Return>", "<KP_Enter>"):
            canvas.bind(key, lambda _event: self._open_current())
        for button, turns in ((4, -1), (5, 1)):
            canvas.bind(f"<Button-{button}>", lambda _event, turns=turns: self._wheel(turns))  # type: ignore[misc]
        canvas.bind("<MouseWheel>", lambda event: self._wheel(-1 if event.delta > 0 else 1))
        for key in ("Left", "Right", "Up", "Down", "Prior", "Next", "Home", "End"):
            canvas.bind(f"<Key-{key}>", lambda _event, key=key: self._moved(key))  # type: ignore[misc]

    def _press(self, event: Any) -> None:
        self.canvas.focus_set()
        self._tip.hide()
        self._pressed(event)
        self._redraw()

    def _moved(self, key: str) -> str:
        self._move(key)
        return "break"

    def _on_screen(self, corner: tuple[int, int]) -> tuple[int, int]:
        """Of a menu that belongs to the card with this corner."""
        return self.canvas.winfo_rootx() + corner[0] + _MENU_INSET, self.canvas.winfo_rooty() + corner[1] + _MENU_INSET
