"""Words that can be pressed."""

import tkinter
from collections.abc import Callable
from typing import Any

from pictrace.gui.theme import Theme


class Link(tkinter.Label):
    """Underlined under the pointer; framed while the keyboard is on it."""

    def __init__(
        self, parent: tkinter.Misc, theme: Theme, command: Callable[[], None], *, on_panel: bool, text: str = ""
    ) -> None:
        super().__init__(parent, text=text, cursor="hand2", takefocus=True, borderwidth=0, highlightthickness=1)
        self._command = command
        self._on_panel = on_panel
        self._theme = theme
        self.bind("<Button-1>", self._pressed)
        self.bind("<Return>", self._pressed)
        self.bind("<space>", self._pressed)
        self.bind("<Enter>", lambda _event: self._underline(True))
        self.bind("<Leave>", lambda _event: self._underline(False))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        ground = theme.panel if self._on_panel else theme.paper
        self.configure(
            foreground=theme.accent,
            background=ground,
            activebackground=ground,
            highlightbackground=ground,
            highlightcolor=theme.accent,
            font=theme.font(0),
        )

    def _pressed(self, _event: Any) -> str:
        self.focus_set()
        self._command()
        return "break"

    def _underline(self, underlined: bool) -> None:
        family, size, weight = self._theme.font(0)
        self.configure(font=(family, size, weight, "underline") if underlined else (family, size, weight))
