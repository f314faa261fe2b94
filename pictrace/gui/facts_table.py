"""The facts of two files, one line each, with what differs marked."""

import tkinter
from collections.abc import Sequence

from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import FactOfBoth
from pictrace.gui.theme import Theme

_LONG = (0.45, 0.55)
"""The first two facts, name and place, share what the others leave."""


class FactsTable(tkinter.Canvas):
    def __init__(self, parent: tkinter.Misc, theme: Theme) -> None:
        super().__init__(parent, highlightthickness=0, borderwidth=0, takefocus=False)
        self._facts: Sequence[FactOfBoth] = ()
        self._lettering = Lettering(self)
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
        edge = px(12)
        left = edge + px(22)
        width = self.winfo_width() - left - edge
        lines = [px(8) + self._line * (number + 0.5) for number in range(3)]
        for letter, y in zip("AB", lines[1:], strict=True):
            self._cell(edge, y, letter, theme.accent, left - edge, 0, bold=True)
        for fact, column in zip(self._facts, self._columns(width), strict=True):
            room = column - px(14)
            colour = theme.accent if fact.differs else theme.faint
            self._cell(left, lines[0], _title(fact), colour, room, -1, fact.differs)
            for y, words in zip(lines[1:], (fact.one, fact.other), strict=True):
                self._cell(left, y, words, theme.ink, room, 0, fact.differs)
            left += column

    def _columns(self, width: int) -> list[int]:
        bold, small = self._theme.font(0, True), self._theme.font(-1, True)
        width_of = self._lettering.width
        needed = [
            max(width_of(fact.one, bold), width_of(fact.other, bold), width_of(_title(fact), small))
            + self._theme.px(16)
            for fact in self._facts[len(_LONG) :]
        ]
        return [round((width - sum(needed)) * share) for share in _LONG[: len(self._facts)]] + needed

    def _cell(self, x: int, y: float, words: str, colour: str, room: int, step: int, bold: bool) -> None:
        font = self._theme.font(step, bold)
        text = self._lettering.shortened(words, font, room)
        self.create_text(x, y, text=text, anchor="w", fill=colour, font=font, tags="words")


def _title(fact: FactOfBoth) -> str:
    return f"{fact.title} ≠" if fact.differs else fact.title
