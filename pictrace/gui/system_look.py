"""Light or dark, as the system is: asked now and then, for no system tells a program in a way that can be ended."""

import tkinter
from collections.abc import Callable

from pictrace.gui.errands import Errands

_EVERY_MS = 3000


class SystemLook:
    """`on_change` is called on the window's thread whenever the system has become dark or light."""

    def __init__(self, root: tkinter.Misc, errands: Errands, *, dark: bool, on_change: Callable[[bool], None]) -> None:
        self._root = root
        self._errands = errands
        self._on_change = on_change
        self.dark = dark
        self._waiting = root.after(_EVERY_MS, self._ask)

    def close(self) -> None:
        self._root.after_cancel(self._waiting)

    def _ask(self) -> None:
        # On Linux another program answers, and may take its time.
        self._errands.run(_is_dark, self._answered)

    def _answered(self, dark: object) -> None:
        self._waiting = self._root.after(_EVERY_MS, self._ask)
        if isinstance(dark, bool) and dark != self.dark:
            self.dark = dark
            self._on_change(dark)


def _is_dark() -> bool:
    import darkdetect

    return bool(darkdetect.isDark())
