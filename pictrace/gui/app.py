"""The window: it draws what the session says, and tells it what the person does."""

import contextlib
import re
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
from pictrace.gui.grid import Grid
from pictrace.gui.layers import Layers
from pictrace.gui.link import Link
from pictrace.gui.menus import card_menu, main_menu, sort_menu
from pictrace.gui.notices import Notices
from pictrace.gui.pages import EmptyPage, MessagePage
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.preferences import Preferences, load_preferences, preferences_file, save_preferences
from pictrace.gui.query_panel import QueryPanel
from pictrace.gui.session import Session
from pictrace.gui.shortcuts import bind_shortcuts
from pictrace.gui.shown import Act, Page, Shown, Sort
from pictrace.gui.status_bar import StatusBar
from pictrace.gui.theme import apply_theme
from pictrace.gui.thumbnails import Thumb, Thumbnails
from pictrace.gui.toolbar import Toolbar
from pictrace.language import _
from pictrace.picture import Match
from pictrace.settings import Settings, load_settings

_POLL_MS = 25
_SAVE_MS = 1500
_THUMBNAIL_MEGABYTES = 64
_LEAST_SIZE = (900, 600)
_FIRST_SIZE = (1180, 780)
_SIDES = (96, 384)
_SIDE_STEP = 24


class Window:
    def __init__(self, root: tkinter.Tk, settings: Settings) -> None:
        self.root = root
        self._file = preferences_file(settings)
        self.session = Session(settings, load_preferences(self._file))
        preferences = self.session.shown.preferences
        self.theme = apply_theme(root, preferences.appearance, preferences.text_scale)
        self._dressed = (preferences.appearance, preferences.text_scale)
        self.thumbnails = Thumbnails(settings)
        self.loader: PictureLoader[Thumb] = PictureLoader(self.thumbnails.read, megabytes=_THUMBNAIL_MEGABYTES)
        self.giving = Giving(self)
        self.comparing = Comparing(self)
        self.actions = CardActions(self)
        self.duplicating = Duplicating(self)
        self._saved = preferences
        self._saving: str | None = None
        self.closed = False
        root.title("PicTrace")
        self._place(preferences.geometry)
        self._build()
        bind_shortcuts(self)
        self.giving.accept_drops()
        root.protocol("WM_DELETE_WINDOW", self.close)
        self._draw(self.session.shown)
        self._polling = root.after(_POLL_MS, self._poll)

    def _place(self, remembered: str) -> None:
        """Where it was, as far as the screen has room there now."""
        root = self.root
        screen = root.winfo_screenwidth(), root.winfo_screenheight()
        least = [min(self.theme.px(side), room) for side, room in zip(_LEAST_SIZE, screen, strict=True)]
        root.minsize(*least)
        size = [self.theme.px(side) for side in _FIRST_SIZE]
        place = ""
        if known := re.fullmatch(r"(\d{3,5})x(\d{3,5})\+(\d{1,5})\+(\d{1,5})", remembered):
            size = [int(known[1]), int(known[2])]
            left, top = int(known[3]), int(known[4])
            if left + least[0] // 2 < screen[0] and top + least[1] // 2 < screen[1]:
                place = f"+{left}+{top}"
        width, height = (min(side, room) for side, room in zip(size, screen, strict=True))
        root.geometry(f"{width}x{height}{place}")

    def _build(self) -> None:
        theme, session = self.theme, self.session
        self.main = tkinter.Frame(self.root)
        self.main.pack(fill="both", expand=True)
        self.layers = Layers(self.main)
        self.toolbar = Toolbar(
            self.main,
            theme,
            on_archive=self.giving.take_archive_text,
            on_folder=self.giving.choose_folder,
            on_zip=self.giving.choose_zip,
            on_duplicates=self.duplicating.open,
            on_menu=lambda x, y: main_menu(self).tk_popup(x, y),
            act=self.act,
        )
        self.toolbar.pack(fill="x")
        self.status = StatusBar(
            self.main, theme, act=self.act, on_pause=session.pause, on_cancel=session.cancel, prefer=session.prefer
        )
        self.status.pack(fill="x", side="bottom")
        self._lines = [tkinter.Frame(self.main, height=1) for _line in range(2)]
        self._lines[0].pack(fill="x")
        self._lines[1].pack(fill="x", side="bottom")
        self.panel = QueryPanel(self.main, theme, act=self.act, on_region=session.choose_region, prefer=session.prefer)
        self.panel.pack(side="left", fill="y")
        self.right = tkinter.Frame(self.main)
        self.right.pack(side="left", fill="both", expand=True)
        self.notices = Notices(self.right, theme, act=self.act)
        self.notices.pack(fill="x")
        self.results = tkinter.Frame(self.right)
        head = self._head = tkinter.Frame(self.results)
        head.pack(fill="x", padx=(theme.px(14), theme.px(14)), pady=(theme.px(10), theme.px(8)))
        self._heading = tkinter.Label(head)
        self._heading.pack(side="left")
        self.sort = Link(head, theme, self._choose_sort, on_panel=False)
        self.sort.pack(side="right")
        self.grid = Grid(
            self.results,
            theme,
            self.loader,
            on_open=self.comparing.open,
            on_menu=lambda match, x, y: card_menu(self, match).tk_popup(x, y),
            on_zoom=self.zoom,
        )
        self.grid.pack(fill="both", expand=True)
        self.empty = EmptyPage(self.right, theme, act=self.act)
        self.message = MessagePage(self.right, theme, act=self.act)
        self._pages = {Page.EMPTY: self.empty, Page.RESULTS: self.results, Page.MESSAGE: self.message}
        self._page: Page | None = None
        self._paint()

    def _choose_sort(self) -> None:
        sort_menu(self).tk_popup(self.sort.winfo_rootx(), self.sort.winfo_rooty() + self.sort.winfo_height())

    # Drawing

    def _poll(self) -> None:
        if self.session.poll():
            self._draw(self.session.shown)
        self._polling = self.root.after(_POLL_MS, self._poll)

    def _draw(self, shown: Shown) -> None:
        self._dress(shown.preferences)
        self.toolbar.show(shown)
        self.panel.show(shown)
        self.status.show(shown)
        self.notices.show(shown.bars)
        self.message.show(shown.message)
        self._heading.configure(text=shown.heading)
        self.sort.configure(text=_("Sort: {order} ▾").format(order=sort_words(shown.sort)))
        self.grid.set_side(shown.preferences.card_side)
        self.grid.set_dimmed(shown.dimmed)
        self.grid.show(shown.results)
        if shown.page is not self._page:
            if self._page is not None:
                self._pages[self._page].pack_forget()
            self._page = shown.page
            self._pages[shown.page].pack(fill="both", expand=True)
            if shown.page is Page.RESULTS and self.root.focus_get() in (self.root, None):
                self.grid.canvas.focus_set()
        if shown.preferences != self._saved and self._saving is None:
            self._saving = self.root.after(_SAVE_MS, self._save)

    def _dress(self, preferences: Preferences) -> None:
        dressed = (preferences.appearance, preferences.text_scale)
        if dressed == self._dressed:
            return
        self._dressed = dressed
        self.theme = apply_theme(self.root, *dressed)
        for part in (
            self.toolbar,
            self.panel,
            self.status,
            self.notices,
            self.empty,
            self.message,
            self.grid,
            self.sort,
        ):
            part.set_theme(self.theme)
        self.comparing.set_theme(self.theme)
        self.duplicating.set_theme(self.theme)
        self._paint()

    def _paint(self) -> None:
        theme = self.theme
        for frame in (self.main, self.right, self.results, self._head):
            frame.configure(background=theme.paper)
        for line in self._lines:
            line.configure(background=theme.line)
        self._heading.configure(background=theme.paper, foreground=theme.ink, font=theme.font(1, bold=True))

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


def sort_words(sort: Sort) -> str:
    return {
        Sort.BEST: _("best match"),
        Sort.NAME: _("name"),
        Sort.NEWEST: _("newest"),
        Sort.LARGEST: _("largest"),
    }[sort]


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
    window.giving.offer_archive_beside(Path.cwd())
    window.root.mainloop()
