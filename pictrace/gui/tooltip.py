"""A small note beside the pointer."""

import tkinter
from collections.abc import Callable
from typing import Any

from pictrace.gui.theme import Theme

_DELAY_MS = 500


class Tooltip:
    """Shown a moment after `soon`, until `hide`. One serves a whole widget, also one that draws many things."""

    def __init__(self, widget: tkinter.Misc, theme: Theme) -> None:
        self._widget = widget
        self._theme = theme
        self._waiting: str | None = None
        self._window: tkinter.Toplevel | None = None

    def set_theme(self, theme: Theme) -> None:
        self.hide()
        self._theme = theme

    def soon(self, words: str) -> None:
        self.hide()
        if words:
            self._waiting = self._widget.after(_DELAY_MS, lambda: self._show(words))

    def hide(self) -> None:
        if self._waiting is not None:
            self._widget.after_cancel(self._waiting)
            self._waiting = None
        if self._window is not None:
            self._window.destroy()
            self._window = None

    def _show(self, words: str) -> None:
        self._waiting = None
        theme = self._theme
        window = self._window = tkinter.Toplevel(self._widget, background=theme.faint)
        window.withdraw()
        window.overrideredirect(True)
        tkinter.Label(
            window,
            text=words,
            font=theme.font(-1),
            background=theme.card,
            foreground=theme.ink,
            justify="left",
            wraplength=theme.px(380),
            padx=theme.px(8),
            pady=theme.px(5),
        ).pack(padx=1, pady=1)
        window.update_idletasks()
        x, y = self._widget.winfo_pointerx() + theme.px(12), self._widget.winfo_pointery() + theme.px(16)
        x = min(x, self._widget.winfo_screenwidth() - window.winfo_reqwidth())
        if y + window.winfo_reqheight() > self._widget.winfo_screenheight():
            y -= window.winfo_reqheight() + theme.px(28)
        window.geometry(f"+{x}+{y}")
        window.deiconify()


def explain(widget: tkinter.Misc, theme: Theme, words: Callable[[], str]) -> Tooltip:
    """A tooltip for the whole widget."""
    tip = Tooltip(widget, theme)

    def entered(_event: Any) -> None:
        tip.soon(words())

    def left(_event: Any) -> None:
        tip.hide()

    widget.bind("<Enter>", entered, add="+")
    widget.bind("<Leave>", left, add="+")
    widget.bind("<ButtonPress>", left, add="+")
    return tip
