"""How wide words are, and words cut to a width."""

import tkinter
from tkinter import font as tkfont

_MOST_REMEMBERED = 8192
TkFont = tuple[str, int, str]


class Lettering:
    """Measuring is slow for what is drawn sixty times a second, so what was measured last is remembered."""

    def __init__(self, widget: tkinter.Misc) -> None:
        self._widget = widget
        self._fonts: dict[TkFont, tkfont.Font] = {}
        self._widths: dict[tuple[str, TkFont], int] = {}
        self._shortened: dict[tuple[str, TkFont, int], str] = {}

    def width(self, text: str, font: TkFont) -> int:
        known = self._widths.get((text, font))
        if known is None:
            if len(self._widths) >= _MOST_REMEMBERED:
                self._widths.clear()
            known = self._widths[text, font] = self._measure(text, font)
        return known

    def shortened(self, text: str, font: TkFont, width: int) -> str:
        """As much of both ends as fits, since names that begin alike often end in different numbers."""
        known = self._shortened.get((text, font, width))
        if known is None:
            if len(self._shortened) >= _MOST_REMEMBERED:
                self._shortened.clear()
            known = self._shortened[text, font, width] = self._cut_to(text, font, width)
        return known

    def _cut_to(self, text: str, font: TkFont, width: int) -> str:
        if self.width(text, font) <= width:
            return text
        least, most = 0, len(text)
        while least < most:
            middle = (least + most + 1) // 2
            if self._measure(_cut(text, middle), font) <= width:
                least = middle
            else:
                most = middle - 1
        return _cut(text, least)

    def _measure(self, text: str, font: TkFont) -> int:
        if font not in self._fonts:
            self._fonts[font] = tkfont.Font(self._widget, font=font)
        return self._fonts[font].measure(text)


def _cut(text: str, length: int) -> str:
    tail = length * 2 // 5
    return f"{text[: length - tail]}…{text[len(text) - tail :]}"
