"""The grid of matches. Only the cards in sight exist, so a hundred thousand are as quick as ten."""

import tkinter
from collections.abc import Callable, Sequence
from typing import Any

from pictrace.gui.grid_layout import GridLayout
from pictrace.gui.match_cells import MatchCell
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.theme import Theme
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.virtual_canvas import VirtualCanvas
from pictrace.picture import Match

_WHEEL_PARTS = 3
"""A card's height in so many turns of the wheel."""


class Grid(VirtualCanvas[int, MatchCell]):
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
        super().__init__(parent, theme, loader)
        self._on_open, self._on_menu = on_open, on_menu
        self._results: Sequence[Match] = ()
        self._side = 168
        self._dimmed = False
        self._current = 0
        self._hover: int | None = None
        self._known_layout: GridLayout | None = None
        self.canvas.bind("<Control-Button-4>", lambda _event: on_zoom(1))
        self.canvas.bind("<Control-Button-5>", lambda _event: on_zoom(-1))
        self.canvas.bind("<Control-MouseWheel>", lambda event: on_zoom(1 if event.delta > 0 else -1))
        self.set_theme(theme)

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
            self._scroll_to(round(share * self.layout.height))

    def set_dimmed(self, dimmed: bool) -> None:
        if dimmed != self._dimmed:
            self._dimmed = dimmed
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

    @property
    def layout(self) -> GridLayout:
        about = (self._theme, self.canvas.winfo_width(), self._side, len(self._results))
        known = self._known_layout
        if known is None or (known.theme, known.width, known.side, known.count) != about:
            known = self._known_layout = GridLayout(*about)
        return known

    # Drawing

    @property
    def _whole_height(self) -> int:
        return self.layout.height

    @property
    def _wheel_pixels(self) -> int:
        return self.layout.row_height // _WHEEL_PARTS

    def _draw_between(self, top: int, bottom: int) -> None:
        layout = self.layout
        corners = {}
        for index in layout.in_sight(top, bottom - top):
            x, y = layout.place_of(index)
            corners[index] = x, y - top
        self._show_cells(corners)

    def _new_cell(self) -> MatchCell:
        return MatchCell(self.canvas, self._photos, self._lettering)

    def _fill(self, cell: MatchCell, index: int) -> None:
        card, match = self.layout.card, self._results[index]
        thumb = Thumb(match.picture, match.digest, card.box.width, card.box.height)
        mark = self._mark_of(current=index == self._current, hover=index == self._hover)
        cell.show(card, match, thumb, self._thumbnail(cell, thumb), mark=mark, dimmed=self._dimmed)

    # Mouse and keyboard

    def _index_at(self, event: Any) -> int | None:
        return self.layout.index_at(event.x, event.y + self._top)

    def _rows_in_sight(self) -> int:
        return max(1, self.canvas.winfo_height() // self.layout.row_height)

    def _move(self, key: str) -> None:
        columns, page = self.layout.columns, self.layout.columns * self._rows_in_sight()
        steps = {"Left": -1, "Right": 1, "Up": -columns, "Down": columns, "Prior": -page, "Next": page}
        ends = {"Home": 0, "End": len(self._results) - 1}
        self._move_to(ends[key] if key in ends else self._current + steps[key])

    def _move_to(self, index: int) -> None:
        if self._results:
            self._current = min(max(index, 0), len(self._results) - 1)
            top = self.layout.place_of(self._current)[1]
            self._reveal(top, top + self.layout.row_height)

    def _pointed(self, event: Any) -> None:
        self._point_at(self._index_at(event))

    def _left(self) -> None:
        self._point_at(None)

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
        index = self._index_at(event)
        if index is not None:
            self._current = index

    def _pressed_twice(self, event: Any) -> None:
        self._open(self._index_at(event))

    def _open_current(self) -> None:
        self._open(self._current)

    def _open(self, index: int | None) -> None:
        if index is not None and index < len(self._results):
            self._on_open(self._results[index])

    def _asked_for_menu(self, event: Any) -> None:
        self._press(event)
        index = self._index_at(event)
        if index is not None:
            self._on_menu(self._results[index], event.x_root, event.y_root)

    def _menu_by_key(self) -> None:
        cell = self._cells.get(self._current)
        if cell is not None and self.current is not None:
            self._on_menu(self.current, *self._on_screen(cell.corner))
