"""The menus: of the program, of a match, of the order."""

import sys
import tkinter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pictrace.gui import dialogs
from pictrace.gui.dressing import dress_menu
from pictrace.gui.help_window import show_help
from pictrace.gui.settings_window import TEXT_SCALES, Section, appearance_names, show_settings
from pictrace.gui.shown import Sort
from pictrace.language import _
from pictrace.picture import Match

if TYPE_CHECKING:
    from pictrace.gui.app import Window

IS_MAC = sys.platform == "darwin"


def main_menu(window: "Window") -> tkinter.Menu:
    menu = _menu(window)
    giving, session = window.giving, window.session
    _add(menu, _("Open picture…"), giving.choose_picture, "Ctrl+O")
    _add(menu, _("Open address…"), lambda: dialogs.ask_address(window))
    _add(menu, _("Open folder…"), giving.choose_folder, "Ctrl+Shift+O")
    _add(menu, _("Open ZIP…"), giving.choose_zip)
    _add(menu, _("Look in another folder too…"), giving.add_folder, possible=bool(session.shown.archives))
    _add_recent(window, menu)
    has_results = bool(session.shown.results)
    _add(menu, _("Export results…"), window.actions.export, possible=has_results)
    _add(menu, _("Copy results to a folder…"), window.actions.copy_results, possible=has_results)
    menu.add_separator()
    _add_looks(window, menu)
    _add(menu, _("Model…"), lambda: show_settings(window, Section.MODEL))
    _add(menu, _("Cache…"), lambda: show_settings(window, Section.CACHE))
    _add(menu, _("Settings…"), lambda: show_settings(window), "Ctrl+,")
    menu.add_separator()
    _add(menu, _("Help"), lambda: show_help(window.root, window.theme))
    _add(menu, _("Shortcuts"), lambda: dialogs.show_shortcuts(window.root, window.theme), "F1")
    _add(menu, _("About PicTrace"), lambda: dialogs.show_about(window.root, window.theme))
    menu.add_separator()
    _add(menu, _("Quit"), window.close, "Ctrl+Q")
    return menu


def card_menu(window: "Window", match: Match) -> tkinter.Menu:
    menu = _menu(window)
    actions = window.actions

    def add(words: str, action: Callable[[Match], None], keys: str = "") -> None:
        _add(menu, words, lambda: action(match), keys)

    add(_("Compare"), window.comparing.open, _("Enter"))
    add(_("Quick look"), actions.quick_look.open, _("Space"))
    add(_("Open"), actions.open, "Ctrl+Enter")
    add(_("Show in folder"), actions.show_in_folder, "Ctrl+R")
    menu.add_separator()
    add(_("Copy path"), actions.copy_path, "Ctrl+C")
    add(_("Copy picture"), actions.copy_picture)
    add(_("Search with this picture"), actions.search_with)
    add(_("Save a copy…"), actions.save_copy)
    return menu


def sort_menu(window: "Window") -> tkinter.Menu:
    menu = _menu(window)
    for sort in Sort:
        menu.add_command(label=sort_words(sort), command=partial(window.session.sort_by, sort))
    return menu


def sort_words(sort: Sort) -> str:
    return {
        Sort.BEST: _("best match"),
        Sort.NAME: _("name"),
        Sort.NEWEST: _("newest"),
        Sort.LARGEST: _("largest"),
    }[sort]


def _add_recent(window: "Window", menu: tkinter.Menu) -> None:
    archives = window.session.shown.preferences.recent
    recent = _menu(window, menu)
    for archive in archives:
        _add(recent, archive, partial(window.giving.take_archives, (archive,)))
    menu.add_cascade(label=_("Recent"), menu=recent, state="normal" if archives else "disabled")


def _add_looks(window: "Window", menu: tkinter.Menu) -> None:
    session = window.session
    preferences = session.shown.preferences
    appearance, size = _menu(window, menu), _menu(window, menu)
    chosen = tkinter.StringVar(menu, preferences.appearance)
    for one, name in appearance_names().items():
        appearance.add_radiobutton(
            label=name, value=one, variable=chosen, command=partial(session.prefer, appearance=one)
        )
    scale = tkinter.StringVar(menu, str(preferences.text_scale))
    for factor in TEXT_SCALES:
        choose = partial(session.prefer, text_scale=factor)
        size.add_radiobutton(label=f"{factor:.0%}", value=str(factor), variable=scale, command=choose)
    menu.add_cascade(label=_("Theme"), menu=appearance)
    menu.add_cascade(label=_("Text size"), menu=size)
    # Tk forgets a variable that Python has forgotten, and with it the mark in the menu.
    menu.variables = (chosen, scale)  # type: ignore[attr-defined]


def _add(
    menu: tkinter.Menu, words: str, command: Callable[[], object], keys: str = "", *, possible: bool = True
) -> None:
    if IS_MAC:
        keys = keys.replace("Ctrl+", "Command-").replace("Shift+", "Shift-")
    menu.add_command(label=words, accelerator=keys, command=command, state="normal" if possible else "disabled")


def _menu(window: "Window", parent: tkinter.Misc | None = None) -> tkinter.Menu:
    """One without a parent takes the place of the one before, which nobody sees any more."""
    menu = tkinter.Menu(parent or window.root, name="" if parent else "popup", tearoff=False)
    dress_menu(menu, window.theme)
    return menu
