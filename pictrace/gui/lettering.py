"""How wide words are, and words cut to a width."""

import tkinter
from bisect import bisect_right

TkFont = tuple[str, int, str]


class Lettering:
    def __init__(self, widget: tkinter.Misc) -> None:
        self._widget = widget
        self._in_use: dict[TkFont, tkinter.Label] = {}

    def width(self, text: str, font: TkFont) -> int:
        if font not in self._in_use:
            # Tk closes a font that no widget has, and opening it takes eighty times as long as measuring.
            self._in_use[font] = tkinter.Label(self._widget, font=font)
        return int(self._widget.tk.call("font", "measure", font, "-displayof", self._widget, text))

    def beginning(self, text: str, font: TkFont, width: int) -> str:
        """As many letters as fit, for words that are understood from their beginning."""
        if self.width(text, font) <= width:
            return text
        fitting = bisect_right(range(len(text)), width, key=lambda length: self.width(f"{text[:length]}…", font)) - 1
        return f"{text[: max(0, fitting)].rstrip()}…"

    def shortened(self, text: str, font: TkFont, width: int) -> str:
        """As much of both ends as fits, since names that begin alike often end in different numbers."""
        if self.width(text, font) <= width:
            return text
        least, most = 0, len(text)
        while least < most:
            middle = (least + most + 1) // 2
            if self.width(_cut(text, middle), font) <= width:
                least = middle
            else:
                most = middle - 1
        return _cut(text, least)


def _cut(text: str, length: int) -> str:
    tail = length * 2 // 5
    return f"{text[: length - tail]}…{text[len(text) - tail :]}"
