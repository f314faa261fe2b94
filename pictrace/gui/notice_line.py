"""A sentence about what was done, above a list, until it is hidden."""

import tkinter
from collections.abc import Callable
from typing import Any

import ttkbootstrap

from pictrace.gui.dressing import on_ground
from pictrace.gui.theme import Theme
from pictrace.language import _


class NoticeLine(tkinter.Frame):
    def __init__(self, parent: tkinter.Misc, theme: Theme, *, below: tkinter.Misc) -> None:
        super().__init__(parent)
        self._below = below
        self._buttons: list[Any] = []
        self.words = tkinter.Label(self, anchor="w", justify="left")
        self.words.pack(side="left", fill="x", expand=True, padx=theme.px(12), pady=theme.px(8))
        self.words.bind("<Configure>", lambda event: self.words.configure(wraplength=event.width))
        self._new_button(_("Hide"), self.pack_forget).pack(side="right", padx=theme.px(6))
        self.set_theme(theme)

    def button(self, words: str, command: Callable[[], None]) -> Any:
        """Shown with the sentences that it is named with."""
        self._buttons.append(self._new_button(words, command))
        return self._buttons[-1]

    def tell(self, words: str, button: Any = None) -> None:
        for other in self._buttons:
            other.pack_forget()
        if button is not None:
            button.pack(side="right")
        self.words.configure(text=words)
        self.pack(fill="x", after=self._below)

    def set_theme(self, theme: Theme) -> None:
        self.configure(background=theme.warning)
        self.words.configure(background=theme.warning, foreground=theme.on_warning, font=theme.font(0))

    def _new_button(self, words: str, command: Callable[[], None]) -> Any:
        return ttkbootstrap.Button(self, text=words, command=command, style=on_ground("TButton", "warning"))
