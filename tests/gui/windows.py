"""A window that tests drive as a person would, and what they wait for."""

import gc
import time
import tkinter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pictrace.gui.app import Window, open_window
from pictrace.settings import Settings

PATIENCE_SECONDS = 90


@contextmanager
def opened(settings: Settings) -> Iterator[Window]:
    window = open_window(settings)
    until(window.root, lambda: window.main.winfo_viewable())
    try:
        yield window
    finally:
        if not window.closed:
            window.close()
        gc.collect()


def until(root: tkinter.Misc, condition: Callable[[], object]) -> None:
    """Runs the window until the condition holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        root.update()
        time.sleep(0.003)
    root.update()


def press(widget: Any, *keys: str) -> None:
    """Key events go to the widget that has the focus, as a window manager would give it."""
    widget.focus_force()
    widget.update()
    for key in keys:
        target = widget.focus_get() or widget
        target.event_generate(f"<{key}>")
        widget.update()


def click(widget: Any, x: int | None = None, y: int | None = None, button: int = 1) -> None:
    place = {
        "x": widget.winfo_width() // 2 if x is None else x,
        "y": widget.winfo_height() // 2 if y is None else y,
    }
    widget.update()
    widget.event_generate("<Motion>", **place)
    widget.event_generate(f"<ButtonPress-{button}>", **place)
    widget.event_generate(f"<ButtonRelease-{button}>", **place)
    widget.update()


def button_with(parent: Any, words: str) -> Any:
    """Below the parent: the button or link with these words."""
    for widget in _below(parent):
        if widget.winfo_class() in ("TButton", "Label") and str(widget.cget("text")) == words:
            return widget
    raise AssertionError(f"no button with {words!r}")


def words_in(parent: Any) -> list[str]:
    """All that labels, buttons and canvases below the parent say, where it is on the screen."""
    said = []
    for widget in _below(parent):
        if not widget.winfo_viewable():
            continue
        if widget.winfo_class() in ("Label", "TLabel", "TButton", "TCheckbutton"):
            said.append(str(widget.cget("text")))
        elif isinstance(widget, tkinter.Canvas):
            texts = (item for item in widget.find_all() if str(widget.type(item)) == "text")
            shown = (item for item in texts if widget.itemcget(item, "state") != "hidden")
            said += [widget.itemcget(item, "text") for item in shown]
    return said


def _below(widget: tkinter.Misc) -> Iterator[Any]:
    yield widget
    for child in widget.winfo_children():
        yield from _below(child)
