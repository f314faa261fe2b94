"""The parts of the window, where they stand, and what each of them draws."""

import tkinter
from typing import TYPE_CHECKING

from pictrace.gui.grid import Grid
from pictrace.gui.link import Link
from pictrace.gui.menus import card_menu, main_menu, sort_menu, sort_words
from pictrace.gui.notices import Notices
from pictrace.gui.pages import EmptyPage, MessagePage
from pictrace.gui.query_panel import QueryPanel
from pictrace.gui.shown import Page, Shown
from pictrace.gui.status_bar import StatusBar
from pictrace.gui.theme import Theme
from pictrace.gui.toolbar import Toolbar
from pictrace.language import _

if TYPE_CHECKING:
    from pictrace.gui.app import Window


class MainView(tkinter.Frame):
    """Toolbar above, status below, the query on the left; the rest is for results or a message."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window.root)
        self._window = window
        theme = window.theme
        self._build_edges(theme)
        self.right = tkinter.Frame(self)
        self.right.pack(side="left", fill="both", expand=True)
        self.notices = Notices(self.right, theme, act=window.act)
        self.notices.pack(fill="x")
        self._build_results(theme)
        self.empty = EmptyPage(self.right, theme, act=window.act)
        self.message = MessagePage(self.right, theme, act=window.act)
        self._pages = {Page.EMPTY: self.empty, Page.RESULTS: self.results, Page.MESSAGE: self.message}
        self._page: Page | None = None
        self._paint(theme)

    def _build_edges(self, theme: Theme) -> None:
        window, session = self._window, self._window.session
        self.toolbar = Toolbar(
            self,
            theme,
            on_archive=window.giving.take_archive_text,
            on_folder=window.giving.choose_folder,
            on_zip=window.giving.choose_zip,
            on_duplicates=window.duplicating.open,
            on_menu=lambda x, y: main_menu(window).tk_popup(x, y),
            act=window.act,
        )
        self.toolbar.pack(fill="x")
        self.status = StatusBar(
            self, theme, act=window.act, on_pause=session.pause, on_cancel=session.cancel, prefer=session.prefer
        )
        self.status.pack(fill="x", side="bottom")
        self._lines = [tkinter.Frame(self, height=1) for _line in range(2)]
        self._lines[0].pack(fill="x")
        self._lines[1].pack(fill="x", side="bottom")
        self.panel = QueryPanel(self, theme, act=window.act, on_region=session.choose_region, prefer=session.prefer)
        self.panel.pack(side="left", fill="y")

    def _build_results(self, theme: Theme) -> None:
        window = self._window
        self.results = tkinter.Frame(self.right)
        self._head = tkinter.Frame(self.results)
        self._head.pack(fill="x", padx=(theme.px(12), theme.px(20)), pady=(theme.px(10), theme.px(8)))
        self._heading = tkinter.Label(self._head, borderwidth=0, padx=0)
        self._heading.pack(side="left")
        self.sort = Link(self._head, theme, self._choose_sort, on_panel=False)
        self.sort.pack(side="right")
        self.grid_of_matches = Grid(
            self.results,
            theme,
            window.loader,
            on_open=window.comparing.open,
            on_menu=lambda match, x, y: card_menu(window, match).tk_popup(x, y),
            on_zoom=window.zoom,
        )
        self.grid_of_matches.pack(fill="both", expand=True)

    def show(self, shown: Shown) -> None:
        for part in (self.toolbar, self.panel, self.status):
            part.show(shown)
        self.notices.show(shown.bars)
        self.message.show(shown.message)
        self._heading.configure(text=shown.heading)
        self.sort.configure(text=_("Sort: {order} ▾").format(order=sort_words(shown.sort)))
        grid = self.grid_of_matches
        grid.set_side(shown.preferences.card_side)
        grid.set_dimmed(shown.dimmed)
        grid.show(shown.results)
        if shown.page is not self._page:
            if self._page is not None:
                self._pages[self._page].pack_forget()
            self._page = shown.page
            self._pages[shown.page].pack(fill="both", expand=True)
            root = self._window.root
            if shown.page is Page.RESULTS and root.focus_get() in (root, None):
                grid.canvas.focus_set()

    def set_theme(self, theme: Theme) -> None:
        for part in (self.toolbar, self.panel, self.status, self.notices, self.empty, self.message, self.sort):
            part.set_theme(theme)
        self.grid_of_matches.set_theme(theme)
        self._paint(theme)

    def _paint(self, theme: Theme) -> None:
        for frame in (self, self.right, self.results, self._head):
            frame.configure(background=theme.paper)
        for line in self._lines:
            line.configure(background=theme.line)
        self._heading.configure(background=theme.paper, foreground=theme.ink, font=theme.font(1, bold=True))

    def _choose_sort(self) -> None:
        sort_menu(self._window).tk_popup(self.sort.winfo_rootx(), self.sort.winfo_rooty() + self.sort.winfo_height())
