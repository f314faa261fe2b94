"""The grid of matches. Only the cards in sight exist, so a hundred thousand are as quick as ten."""

import tkinter
from collections.abc import Callable, Sequence
from typing import Any

import ttkbootstrap
from PIL import Image

from pictrace.errors import PictureUnreadable
from pictrace.gui.cards import Mark
from pictrace.gui.cells import Cell
from pictrace.gui.grid_layout import GridLayout
from pictrace.gui.lettering import Lettering
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.theme import Theme
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.tooltip import Tooltip
from pictrace.picture import Match

_POLL_MS = 15
_DRAW_MS = 6
_WHEEL_PARTS = 3
"""A card's height in so many turns of the wheel."""


class Grid(ttkbootstrap.Frame):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        loader: PictureLoader[Thumb],
        *,
        on_open: Callable[[Match], None],
        on_menu: Callable[[Match, int, int], None],
        on_zoom: Callable[[int], None],
    ) -> None:
        """`on_menu` gets the place on the screen; `on_zoom` gets −1 or 1."""
        super().__init__(parent)
        self._theme = theme
        self._loader = loader
        self._on_open, self._on_menu, self._on_zoom = on_open, on_menu, on_zoom
        self._results: Sequence[Match] = ()
        self._side = 168
        self._dimmed = False
        self._top = 0
        self._current = 0
        self._hover: int | None = None
        self._cells: dict[int, Cell] = {}
        self._free: list[Cell] = []
        self._drawing: str | None = None
        self._known_layout: GridLayout | None = None
        self._broken: set[Thumb] = set()
        self.canvas = tkinter.Canvas(self, highlightthickness=0, borderwidth=0, takefocus=True, width=1, height=1)
        self._scrollbar = ttkbootstrap.Scrollbar(self, orient="vertical", command=self._scrolled)
        self._groove = tkinter.Frame(self, width=self._scrollbar.winfo_reqwidth())
        self.canvas.pack(side="left", fill="both", expand=True)
        self._groove.pack(side="right", fill="y")
        self._tip = Tooltip(self.canvas, theme)
        self._lettering = Lettering(self.canvas)
        self._bind()
        self.set_theme(theme)
        self._polling = self.after(_POLL_MS, self._poll)

    # What is shown

    def show(self, results: Sequence[Match]) -> None:
        """The current picture stays current where it is still among them."""
        if results is self._results:
            return
        current = self.current
        self._results = results
        self._current = 0
        if current is not None:
            key = current.picture.key
            self._current = next((place for place, match in enumerate(results) if match.picture.key == key), 0)
        self._hover = None
        self._tip.hide()
        self._scroll_to(self._top)

    def set_side(self, side: int) -> None:
        """Of a thumbnail, in logical pixels. What was in the middle stays in sight."""
        if side != self._side:
            share = self._top / max(1, self.layout.height)
            self._side = side
            self._forget_cells()
            self._scroll_to(round(share * self.layout.height))

    def set_dimmed(self, dimmed: bool) -> None:
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self._redraw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._tip.set_theme(theme)
        self.canvas.configure(background=theme.paper)
        self._groove.configure(background=theme.paper)
        self._forget_cells()
        self._redraw()

    @property
    def current(self) -> Match | None:
        return self._results[self._current] if self._current < len(self._results) else None

    @property
    def current_place(self) -> int:
        """Of the current match among the results, from 0."""
        return self._current

    def go(self, steps: int) -> Match | None:
        """Makes the match so many places on the current one."""
        self._move_to(self._current + steps)
        return self.current

    def destroy(self) -> None:
        self.after_cancel(self._polling)
        if self._drawing is not None:
            self.after_cancel(self._drawing)
            self._drawing = None
        self._tip.hide()
        super().destroy()

    @property
    def layout(self) -> GridLayout:
        about = (self._theme, self.canvas.winfo_width(), self._side, len(self._results))
        known = self._known_layout
        if known is None or (known.theme, known.width, known.side, known.count) != about:
            known = self._known_layout = GridLayout(*about)
        return known

    def _index_at(self, x: int, y: int) -> int | None:
        return self.layout.index_at(x, y + self._top)

    # Scrolling and drawing

    def _scrolled(self, how: str, amount: str, unit: str = "") -> None:
        if how == "moveto":
            self._scroll_to(round(float(amount) * self.layout.height))
        else:
            page = self.canvas.winfo_height() if unit == "pages" else self.layout.row_height // _WHEEL_PARTS
            self._scroll_to(self._top + int(amount) * page)

    def _scroll_to(self, top: int) -> None:
        self._top = max(0, min(top, self.layout.height - self.canvas.winfo_height()))
        self._redraw()

    def _redraw(self) -> None:
        if self._drawing is None:
            self._drawing = self.after_idle(self._draw)

    def _draw(self) -> None:
        self._drawing = None
        height = self.canvas.winfo_height()
        if self.canvas.winfo_width() <= 1:
            return
        whole = max(1, self.layout.height)
        self._scrollbar.set(self._top / whole, min(1.0, (self._top + height) / whole))
        self._show_scrollbar(whole > height)
        layout = self.layout
        seen = layout.in_sight(self._top, height)
        for index in [index for index in self._cells if index not in seen]:
            cell = self._cells.pop(index)
            cell.hide()
            self._free.append(cell)
        # From the end, since what is asked for last is read first.
        for index in reversed(seen):
            cell = self._cells.get(index) or self._new_cell(index)
            x, y = layout.place_of(index)
            cell.place(x, y - self._top)
            self._fill(cell, index)

    def _show_scrollbar(self, needed: bool) -> None:
        """It keeps its room, so that the cards do not change their width."""
        if needed != bool(self._scrollbar.winfo_manager()):
            if needed:
                self._scrollbar.place(in_=self._groove, relwidth=1, relheight=1)
            else:
                self._scrollbar.place_forget()

    def _new_cell(self, index: int) -> Cell:
        cell = self._free.pop() if self._free else Cell(self.canvas, self._lettering)
        self._cells[index] = cell
        return cell

    def _fill(self, cell: Cell, index: int) -> None:
        card = self.layout.card
        match = self._results[index]
        thumb = Thumb(match.picture, match.digest, *card.box)
        image = self._loader.remembered(thumb)
        broken = thumb in self._broken
        if image is None and not broken and cell.thumb != thumb:
            self._loader.request(thumb)
        cell.show(card, match, thumb, image, broken=broken, mark=self._mark(index), dimmed=self._dimmed)

    def _mark(self, index: int) -> Mark:
        if index == self._current:
            return Mark.CURRENT if self.canvas.focus_get() is self.canvas else Mark.LAST
        return Mark.HOVER if index == self._hover else Mark.PLAIN

    def _forget_cells(self) -> None:
        for cell in (*self._cells.values(), *self._free):
            cell.delete()
        self._cells.clear()
        self._free.clear()

    def _poll(self) -> None:
        for thumb, result in self._loader.poll(_DRAW_MS):
            if isinstance(result, PictureUnreadable):
                self._broken.add(thumb)
            self._arrived(thumb, result)
        self._polling = self.after(_POLL_MS, self._poll)

    def _arrived(self, thumb: Thumb, _result: Image.Image | PictureUnreadable) -> None:
        for index, cell in self._cells.items():
            if cell.thumb == thumb:
                self._fill(cell, index)

    # Mouse and keyboard

    def _bind(self) -> None:
        canvas = self.canvas
        canvas.bind("<Configure>", lambda _event: self._scroll_to(self._top))
        canvas.bind("<FocusIn>", lambda _event: self._redraw())
        canvas.bind("<FocusOut>", lambda _event: self._redraw())
        canvas.bind("<Motion>", lambda event: self._point_at(self._index_at(event.x, event.y)))
        canvas.bind("<Leave>", lambda _event: self._point_at(None))
        canvas.bind("<Button-1>", self._pressed)
        canvas.bind("<Double-Button-1>", lambda event: self._open(self._index_at(event.x, event.y)))
        canvas.bind("<Return>", lambda _event: self._open(self._current))
        canvas.bind("<KP_Enter>", lambda _event: self._open(self._current))
        canvas.bind("<<ContextMenu>>", self._menu)
        canvas.bind("<Key-Menu>", self._menu_by_key)
        canvas.bind("<Shift-Key-F10>", self._menu_by_key)
        canvas.bind("<Button-4>", lambda _event: self._wheel(-1))
        canvas.bind("<Button-5>", lambda _event: self._wheel(1))
        canvas.bind("<MouseWheel>", lambda event: self._wheel(-1 if event.delta > 0 else 1))
        canvas.bind("<Control-Button-4>", lambda _event: self._on_zoom(1))
        canvas.bind("<Control-Button-5>", lambda _event: self._on_zoom(-1))
        canvas.bind("<Control-MouseWheel>", lambda event: self._on_zoom(1 if event.delta > 0 else -1))
        moves: dict[str, Callable[[], int]] = {
            "Left": lambda: self._current - 1,
            "Right": lambda: self._current + 1,
            "Up": lambda: self._current - self.layout.columns,
            "Down": lambda: self._current + self.layout.columns,
            "Prior": lambda: self._current - self.layout.columns * self._rows_in_sight(),
            "Next": lambda: self._current + self.layout.columns * self._rows_in_sight(),
            "Home": lambda: 0,
            "End": lambda: len(self._results) - 1,
        }
        for key, where in moves.items():
            canvas.bind(f"<Key-{key}>", lambda _event, where=where: self._move_to(where()))  # type: ignore[misc]

    def _rows_in_sight(self) -> int:
        return max(1, self.canvas.winfo_height() // self.layout.row_height)

    def _move_to(self, index: int) -> str:
        if self._results:
            self._current = min(max(index, 0), len(self._results) - 1)
            top = self._current // self.layout.columns * self.layout.row_height
            least = top + self.layout.row_height - self.canvas.winfo_height()
            self._scroll_to(min(max(self._top, least), top))
        return "break"

    def _wheel(self, turns: int) -> None:
        self._tip.hide()
        self._scroll_to(self._top + turns * self.layout.row_height // _WHEEL_PARTS)

    def _point_at(self, index: int | None) -> None:
        if index != self._hover:
            self._hover = index
            self._redraw()
            if index is None:
                self._tip.hide()
            else:
                match = self._results[index]
                self._tip.soon(f"{match.picture.name}\n{match.reason}")

    def _pressed(self, event: Any) -> None:
        self.canvas.focus_set()
        self._tip.hide()
        index = self._index_at(event.x, event.y)
        if index is not None:
            self._current = index
        self._redraw()

    def _open(self, index: int | None) -> None:
        if index is not None and index < len(self._results):
            self._on_open(self._results[index])

    def _menu(self, event: Any) -> None:
        self._pressed(event)
        index = self._index_at(event.x, event.y)
        if index is not None:
            self._on_menu(self._results[index], event.x_root, event.y_root)

    def _menu_by_key(self, _event: Any) -> None:
        cell = self._cells.get(self._current)
        if cell is not None and self.current is not None:
            x, y = cell.corner
            self._on_menu(self.current, self.canvas.winfo_rootx() + x + 20, self.canvas.winfo_rooty() + y + 20)
