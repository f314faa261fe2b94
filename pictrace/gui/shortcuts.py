"""The keys of the window. What a single widget does with keys is its own."""

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from pictrace.gui import dialogs
from pictrace.gui.settings_window import show_settings
from pictrace.language import _
from pictrace.picture import Match

if TYPE_CHECKING:
    from pictrace.gui.app import Window

COMMAND = "Command" if sys.platform == "darwin" else "Control"


def bind_shortcuts(window: "Window") -> None:
    giving = window.giving
    everywhere: dict[str, Callable[[], object]] = {
        f"<{COMMAND}-o>": giving.choose_picture,
        f"<{COMMAND}-O>": giving.choose_folder,
        f"<{COMMAND}-q>": window.close,
        "<F5>": window.find,
        f"<{COMMAND}-plus>": lambda: window.zoom(1),
        f"<{COMMAND}-equal>": lambda: window.zoom(1),
        f"<{COMMAND}-KP_Add>": lambda: window.zoom(1),
        f"<{COMMAND}-minus>": lambda: window.zoom(-1),
        f"<{COMMAND}-KP_Subtract>": lambda: window.zoom(-1),
        f"<{COMMAND}-Key-0>": lambda: window.zoom(0),
        "<Escape>": window.escape,
        "<F6>": window.next_pane,
        f"<{COMMAND}-comma>": lambda: show_settings(window),
        "<F1>": lambda: dialogs.show_shortcuts(window.root, window.theme),
    }
    for sequence, action in everywhere.items():
        window.root.bind(sequence, _obeying(action))
    window.root.bind(f"<{COMMAND}-v>", lambda event: _paste(window, event))
    actions = window.actions
    in_grid: dict[str, Callable[[Match], None]] = {
        "<space>": actions.quick_look.open,
        f"<{COMMAND}-Return>": actions.open,
        f"<{COMMAND}-c>": actions.copy_path,
        f"<{COMMAND}-r>": actions.show_in_folder,
    }
    for sequence, on_match in in_grid.items():
        window.grid.canvas.bind(sequence, _obeying(partial(window.with_current, on_match)))


def _obeying(action: Callable[[], object]) -> Callable[[Any], str]:
    def obey(_event: Any) -> str:
        action()
        return "break"

    return obey


def _paste(window: "Window", event: Any) -> None:
    """In a field for text it is the text that is pasted."""
    if event.widget.winfo_class() not in ("TEntry", "TCombobox", "Entry", "Text"):
        window.giving.paste()


def shortcut_list() -> list[tuple[str, str]]:
    """What the window's keys are, for a person."""
    key = "⌘" if sys.platform == "darwin" else "Ctrl+"
    return [
        (f"{key}O", _("choose a picture")),
        (f"{key}Shift+O" if key != "⌘" else "⌘⇧O", _("choose the folder to look in")),
        (f"{key}V", _("paste a picture, a file or a path")),
        ("F5", _("find similar")),
        (_("arrows, Home, End, PgUp, PgDn"), _("move among the results")),
        (_("Enter"), _("compare")),
        (_("Space"), _("quick look")),
        (f"{key}Enter", _("open with the system's viewer")),
        (f"{key}C", _("copy the path")),
        (f"{key}R", _("show in its folder")),
        (_("{key}plus, minus, 0, wheel").format(key=key), _("size of the thumbnails")),
        (_("1–4, ←, →, hold B"), _("in a comparison: mode, previous, next, flip")),
        (
            _("Space, K, M, N, Del"),
            _("among duplicates: mark, keep, mark the others, not duplicates, to the trash"),
        ),
        ("Esc", _("close the comparison, else cancel the running work")),
        ("F6", _("next part of the window")),
        (f"{key}{_('comma')}", _("settings")),
        ("F1", _("this list")),
    ]
