"""Where on the screen the window stands."""

import re
import tkinter

from pictrace.gui.theme import Theme

_LEAST_SIZE = (900, 600)
_FIRST_SIZE = (1180, 780)


def place(root: tkinter.Tk, theme: Theme, remembered: str) -> None:
    """Where it was, as far as the screen has room there now."""
    screen = root.winfo_screenwidth(), root.winfo_screenheight()
    least = [min(theme.px(side), room) for side, room in zip(_LEAST_SIZE, screen, strict=True)]
    root.minsize(*least)
    size = [theme.px(side) for side in _FIRST_SIZE]
    corner = ""
    if known := re.fullmatch(r"(\d{3,5})x(\d{3,5})\+(\d{1,5})\+(\d{1,5})", remembered):
        size = [int(known[1]), int(known[2])]
        left, top = int(known[3]), int(known[4])
        if left + least[0] // 2 < screen[0] and top + least[1] // 2 < screen[1]:
            corner = f"+{left}+{top}"
    width, height = (min(side, room) for side, room in zip(size, screen, strict=True))
    root.geometry(f"{width}x{height}{corner}")
