"""Views that fill the window, one over the other."""

import tkinter
from typing import Any


class Layers:
    """Only the uppermost is on the screen."""

    def __init__(self, ground: tkinter.Misc) -> None:
        self._layers: list[tuple[Any, tkinter.Misc | None]] = [(ground, None)]

    @property
    def top(self) -> Any:
        return self._layers[-1][0]

    def cover(self, view: Any) -> None:
        focused = view.focus_get()
        self.top.pack_forget()
        self._layers.append((view, focused))
        view.pack(fill="both", expand=True)

    def uncover(self) -> None:
        """The uppermost is gone for good; the keyboard is where it was before."""
        view, focused = self._layers.pop()
        view.destroy()
        self.top.pack(fill="both", expand=True)
        if focused is not None and focused.winfo_exists():
            focused.focus_set()
