"""Light or dark, as the system is: asked now and then, for no system tells a program in a way that can be ended."""

import tkinter
from collections.abc import Callable

from pictrace.gui.errands import Errands

_EVERY_MS = 3000


class SystemLook:
    """`on_change` is called on the window's thread whenever the system has become dark or light."""

    def __init__(
        self, root: tkinter.Misc, errands: Errands, *, dark: bool, following: bool, on_change: Callable[[], None]
    ) -> None:
        self._root = root
        self._errands = errands
        self._on_change = on_change
        self.dark = dark
        self._following = following
        self._asking = False
        self._waiting: str | None = root.after(_EVERY_MS, self._ask) if following else None

    def follow(self, following: bool) -> None:
        """Nothing is asked while nobody wants to know."""
        if following == self._following:
            return
        self._following = following
        if following:
            self._ask()
        else:
            self.close()

    def close(self) -> None:
        if self._waiting is not None:
            self._root.after_cancel(self._waiting)
            self._waiting = None

    def _ask(self) -> None:
        self._waiting = None
        if not self._asking:
            self._asking = True
            # On Linux another program answers, and may take its time.
            self._errands.run(_is_dark, self._answered)

    def _answered(self, dark: object) -> None:
        self._asking = False
        if not self._following:
            return
        self._waiting = self._root.after(_EVERY_MS, self._ask)
        if isinstance(dark, bool) and dark != self.dark:
            self.dark = dark
            self._on_change()


def _is_dark() -> bool:
    import darkdetect

    return bool(darkdetect.isDark())
