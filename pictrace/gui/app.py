"""The window: it draws what the session says, and tells it what the person does."""

import contextlib
import gc
import tkinter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ttkbootstrap

from pictrace.errors import MachineRefuses
from pictrace.gui import dialogs
from pictrace.gui.card_actions import CardActions
from pictrace.gui.comparing import Comparing
from pictrace.gui.duplicating import Duplicating
from pictrace.gui.giving import Giving
from pictrace.gui.layers import Layers
from pictrace.gui.main_view import MainView
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.placing import place
from pictrace.gui.preferences import Appearance, Preferences, load_preferences, preferences_file, save_preferences
from pictrace.gui.session import Session
from pictrace.gui.shortcuts import bind_shortcuts
from pictrace.gui.shown import Act, Shown
from pictrace.gui.system_look import SystemLook
from pictrace.gui.theme import apply_theme
from pictrace.gui.thumbnails import Thumb, Thumbnails
from pictrace.language import _
from pictrace.picture import Match
from pictrace.settings import Settings, load_settings

_POLL_MS = 25
_SAVE_MS = 1500
THUMBNAIL_MEGABYTES = 48
_SIDES = (96, 384)
_SIDE_STEP = 24


class Window:
    def __init__(self, root: tkinter.Tk, settings: Settings) -> None:
        self.root = root
        self._file = preferences_file(settings)
        self.session = Session(settings, load_preferences(self._file))
        preferences = self.session.shown.preferences
        self.theme = apply_theme(root, preferences.appearance, preferences.text_scale)
        self._system = SystemLook(
            root,
            self.session.errands,
            dark=self.theme.dark,
            following=preferences.appearance is Appearance.SYSTEM,
            on_change=self._system_changed,
        )
        self._dressed = self._look(preferences)
        self.thumbnails = Thumbnails(settings)
        self.loader: PictureLoader[Thumb] = PictureLoader(self.thumbnails.read, megabytes=THUMBNAIL_MEGABYTES)
        self.giving = Giving(self)
        self.comparing = Comparing(self)
        self.actions = CardActions(self)
        self.duplicating = Duplicating(self)
        self._saved = preferences
        self._saving: str | None = None
        self.closed = False
        root.title("PicTrace")
        place(root, self.theme, preferences.geometry)
        self.main = main = MainView(self)
        main.pack(fill="both", expand=True)
        self.layers = Layers(main)
        self.toolbar, self.panel, self.status = main.toolbar, main.panel, main.status
        self.grid, self.sort = main.grid_of_matches, main.sort
        bind_shortcuts(self)
        self.giving.accept_drops()
        root.protocol("WM_DELETE_WINDOW", self.close)
        self._draw(self.session.shown)
        self._polling = root.after(_POLL_MS, self._poll)

    # Drawing

    def _poll(self) -> None:
        if self.session.poll():
            self._draw(self.session.shown)
        self._polling = self.root.after(_POLL_MS, self._poll)

    def _draw(self, shown: Shown) -> None:
        self._dress(shown.preferences)
        self.main.show(shown)
        if shown.preferences != self._saved and self._saving is None:
            self._saving = self.root.after(_SAVE_MS, self._save)

    def _dress(self, preferences: Preferences) -> None:
        self._system.follow(preferences.appearance is Appearance.SYSTEM)
        look = self._look(preferences)
        if look == self._dressed:
            return
        self._dressed = look
        self.theme = apply_theme(self.root, *look)
        self.main.set_theme(self.theme)
        self.comparing.set_theme(self.theme)
        self.duplicating.set_theme(self.theme)

    def _system_changed(self) -> None:
        self._dress(self.session.shown.preferences)

    def _look(self, preferences: Preferences) -> tuple[Appearance, float]:
        appearance = preferences.appearance
        if appearance is Appearance.SYSTEM:
            appearance = Appearance.DARK if self._system.dark else Appearance.LIGHT
        return appearance, preferences.text_scale

    # What a person does

    def act(self, act: Act) -> None:
        match act:
            case Act.CHOOSE_PICTURE:
                self.giving.choose_picture()
            case Act.CHOOSE_ARCHIVE:
                self.giving.choose_folder()
            case Act.CHOOSE_WEIGHTS:
                self.giving.choose_weights()
            case Act.SHOW_UNREADABLE:
                dialogs.show_unreadable(self.root, self.theme, self.session.shown.unreadable)
            case Act.SHOW_DETAILS:
                dialogs.show_text(self.root, self.theme, _("Details"), self.session.details)
            case _:
                self.session.do(act)

    def find(self) -> None:
        """Or says what is missing for it."""
        if missing := self.session.missing:
            self.session.notify(missing)
        else:
            self.session.find()

    def zoom(self, steps: int) -> None:
        """Of the thumbnails; 0 is the size of the first start."""
        side = self.session.preferences.card_side + steps * _SIDE_STEP if steps else Preferences().card_side
        self.session.prefer(card_side=min(max(side, _SIDES[0]), _SIDES[1]))

    def with_current(self, do: Callable[[Match], None]) -> None:
        if self.grid.current is not None:
            do(self.grid.current)

    def copy(self, text: str) -> None:
        self.root.clipboard_clear()
        self.root.clipboard_append(text)

    def next_pane(self) -> None:
        panes: list[Any] = [self.toolbar.find, self.panel.slider, self.grid.canvas, self.status.slider]
        panes = [pane for pane in panes if pane.winfo_viewable()]
        focused = self.root.focus_get()
        now = next((place for place, pane in enumerate(panes) if pane is focused), -1)
        panes[(now + 1) % len(panes)].focus_set()

    def escape(self) -> None:
        if self.comparing.is_open:
            self.comparing.close()
        elif self.duplicating.view is not None:
            self.duplicating.escape()
        else:
            self.session.cancel()

    def _save(self) -> None:
        self._saving = None
        preferences, file = self.session.shown.preferences, self._file
        self._saved = preferences
        self.session.errands.run(lambda: save_preferences(file, preferences), lambda _answer: None)

    def close(self) -> None:
        """The window is gone at once, and after about two seconds everything else is."""
        self.closed = True
        preferences = self.session.preferences
        geometry = self.root.geometry()
        self._system.close()
        self.root.withdraw()
        self.root.update_idletasks()
        for due in (self._polling, self._saving):
            if due is not None:
                self.root.after_cancel(due)
        with contextlib.suppress(OSError):
            save_preferences(self._file, replace(preferences, geometry=geometry))
        self.comparing.close()
        self.duplicating.close()
        self.session.close()
        self.loader.close()
        self.thumbnails.close()
        self.actions.close()
        self.root.destroy()


def open_window(settings: Settings | None = None) -> Window:
    """Raises MachineRefuses where there is no display."""
    try:
        root = ttkbootstrap.Window(title="PicTrace", iconphoto=None)
    except tkinter.TclError as error:
        raise MachineRefuses(
            _(
                "There is no display to open the window on ({reason}). The commands work here: "
                'try "python3 main.py demo", or "python3 main.py --help" for all of them.'
            ).format(reason=error)
        ) from error
    root.withdraw()
    window = Window(root, settings or load_settings()[0])
    root.deiconify()
    return window


def run() -> None:
    """Until the window is closed."""
    window = open_window()
    window.giving.offer_archive_beside(Path(__file__).parents[2])
    # What is there by now stays until the end. Looking through it for rubbish would stop the window again and again.
    gc.freeze()
    window.root.mainloop()
