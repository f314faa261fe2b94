"""The menus: of the program, of a match, of the order."""

import tkinter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from pictrace.gui import dialogs
from pictrace.gui.preferences import Appearance
from pictrace.gui.settings_window import TEXT_SCALES, show_settings
from pictrace.gui.shown import Sort
from pictrace.language import _
from pictrace.picture import Match

if TYPE_CHECKING:
    from pictrace.gui.app import Window


def main_menu(window: "Window") -> tkinter.Menu:
    menu = _menu(window)
    giving, session = window.giving, window.session
    preferences = session.shown.preferences
    menu.add_command(label=_("Open picture…"), accelerator="Ctrl+O", command=giving.choose_picture)
    menu.add_command(label=_("Open address…"), command=lambda: dialogs.ask_address(window))
    menu.add_command(label=_("Open folder…"), accelerator="Ctrl+Shift+O", command=giving.choose_folder)
    menu.add_command(label=_("Open ZIP…"), command=giving.choose_zip)
    menu.add_command(label=_("Look in another folder too…"), command=giving.add_folder)
    recent = _menu(window, menu)
    for archive in preferences.recent:
        recent.add_command(label=archive, command=partial(giving.take_archives, (archive,)))
    menu.add_cascade(label=_("Recent"), menu=recent, state="normal" if preferences.recent else "disabled")
    has_results: Literal["normal", "disabled"] = "normal" if session.shown.results else "disabled"
    menu.add_command(label=_("Export results…"), command=window.actions.export, state=has_results)
    menu.add_separator()
    appearance = _menu(window, menu)
    names = {Appearance.SYSTEM: _("System"), Appearance.LIGHT: _("Light"), Appearance.DARK: _("Dark")}
    chosen = tkinter.StringVar(menu, preferences.appearance)
    for one, name in names.items():
        appearance.add_radiobutton(
            label=name, value=one, variable=chosen, command=partial(session.prefer, appearance=one)
        )
    menu.add_cascade(label=_("Theme"), menu=appearance)
    size = _menu(window, menu)
    scale = tkinter.StringVar(menu, str(preferences.text_scale))
    for factor in TEXT_SCALES:
        size.add_radiobutton(
            label=f"{factor:.0%}",
            value=str(factor),
            variable=scale,
            command=partial(session.prefer, text_scale=factor),
        )
    menu.add_cascade(label=_("Text size"), menu=size)
    # Tk forgets a variable that Python has forgotten, and with it the mark in the menu.
    menu.variables = (chosen, scale)  # type: ignore[attr-defined]
    menu.add_separator()
    menu.add_command(label=_("Settings…"), accelerator="Ctrl+,", command=lambda: show_settings(window))
    menu.add_command(
        label=_("Shortcuts"), accelerator="F1", command=lambda: dialogs.show_shortcuts(window.root, window.theme)
    )
    menu.add_command(label=_("About PicTrace"), command=lambda: dialogs.show_about(window.root, window.theme))
    menu.add_separator()
    menu.add_command(label=_("Quit"), accelerator="Ctrl+Q", command=window.close)
    return menu


def card_menu(window: "Window", match: Match) -> tkinter.Menu:
    menu = _menu(window)
    actions = window.actions

    def add(words: str, action: Callable[[Match], None], keys: str = "") -> None:
        menu.add_command(label=words, accelerator=keys, command=lambda: action(match))

    add(_("Compare"), window.comparing.open, _("Enter"))
    add(_("Quick look"), actions.quick_look.open, _("Space"))
    add(_("Open"), actions.open, "Ctrl+Enter")
    add(_("Show in folder"), actions.show_in_folder, "Ctrl+R")
    menu.add_separator()
    add(_("Search with this picture"), actions.search_with)
    add(_("Copy path"), actions.copy_path, "Ctrl+C")
    add(_("Save a copy…"), actions.save_copy)
    return menu


def sort_menu(window: "Window") -> tkinter.Menu:
    from pictrace.gui.app import sort_words

    menu = _menu(window)
    for sort in Sort:
        menu.add_command(label=sort_words(sort), command=partial(window.session.sort_by, sort))
    return menu


def _menu(window: "Window", parent: tkinter.Misc | None = None) -> tkinter.Menu:
    theme = window.theme
    return tkinter.Menu(
        parent or window.root,
        tearoff=False,
        background=theme.card,
        foreground=theme.ink,
        activebackground=theme.accent,
        activeforeground=theme.on_accent,
        disabledforeground=theme.faint,
        selectcolor=theme.accent,
        font=theme.font(0),
        borderwidth=1,
        relief="flat",
        activeborderwidth=0,
    )
