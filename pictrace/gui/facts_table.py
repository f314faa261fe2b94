"""The facts of two files, one line each, with what differs marked."""

import tkinter
from collections.abc import Sequence
from tkinter import font as tkfont

from pictrace.gui.originals import FactOfBoth
from pictrace.gui.theme import Theme

_SHARES = (0.24, 0.30, 0.11, 0.13, 0.10, 0.12)
"""Of the width, for each fact; a path is long."""


class FactsTable(tkinter.Canvas):
    def __init__(self, parent: tkinter.Misc, theme: Theme) -> None:
        super().__init__(parent, highlightthickness=0, borderwidth=0, takefocus=False)
        self._facts: Sequence[FactOfBoth] = ()
        self.set_theme(theme)
        self.bind("<Configure>", lambda _event: self._draw())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._line = round(1.7 * abs(theme.font(0)[1]))
        self.configure(background=theme.panel, height=3 * self._line + theme.px(14))
        self._draw()

    def show(self, facts: Sequence[FactOfBoth]) -> None:
        self._facts = facts
        self._draw()

    def _draw(self) -> None:
        self.delete("all")
        theme, px = self._theme, self._theme.px
        edge = px(14)
        left = edge + px(22)
        width = self.winfo_width() - left - edge
        lines = [px(8) + self._line * (number + 0.5) for number in range(3)]
        for letter, y in zip("AB", lines[1:], strict=True):
            self.create_text(edge, y, text=letter, anchor="w", fill=theme.accent, font=theme.font(0, True))
        for fact, share in zip(self._facts, _SHARES, strict=False):
            room = round(width * share) - px(10)
            title = f"{fact.title} ≠" if fact.differs else fact.title
            self._cell(left, lines[0], title, theme.accent if fact.differs else theme.faint, room, -1, fact.differs)
            for y, words in zip(lines[1:], (fact.one, fact.other), strict=True):
                self._cell(left, y, words, theme.ink, room, 0, fact.differs)
            left += round(width * share)

    def _cell(self, x: int, y: float, words: str, colour: str, room: int, step: int, bold: bool) -> None:
        font = self._theme.font(step, bold)
        text = shortened(words, room, tkfont.Font(self, font))
        self.create_text(x, y, text=text, anchor="w", fill=colour, font=font)


def shortened(text: str, room: float, font: tkfont.Font) -> str:
    """With its middle left out where it is too long: both ends of a path tell more."""
    if font.measure(text) <= room:
        return text
    for kept in range(len(text) - 1, 1, -1):
        short = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        if font.measure(short) <= room:
            return short
    return "…"
