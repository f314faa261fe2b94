"""The bar above: where to look, and what to find."""

import tkinter
from collections.abc import Callable
from typing import Any

import ttkbootstrap
from PIL import ImageTk

from pictrace.gui.drawing import menu_icon
from pictrace.gui.originals import with_short_home
from pictrace.gui.shown import Act, Shown
from pictrace.gui.theme import Theme
from pictrace.gui.tooltip import explain
from pictrace.language import _


class Toolbar(ttkbootstrap.Frame):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        *,
        on_archive: Callable[[str], None],
        on_folder: Callable[[], None],
        on_zip: Callable[[], None],
        on_duplicates: Callable[[], None],
        on_menu: Callable[[int, int], None],
        act: Callable[[Act], None],
    ) -> None:
        """`on_archive` gets what was typed or chosen from the recent ones; `on_menu` a place on the screen."""
        super().__init__(parent, padding=(theme.px(12), theme.px(8)))
        self._on_archive = on_archive
        self._missing = ""
        space = theme.px(6)
        self._words = ttkbootstrap.Label(self, text=_("Look in"))
        self._words.pack(side="left", padx=(0, space))
        self.find = ttkbootstrap.Button(
            self, text=_("Find similar"), bootstyle="primary", command=lambda: act(Act.FIND)
        )
        self.find.pack(side="right", padx=(space, 0))
        self._menu_image: ImageTk.PhotoImage | None = None
        self.menu = ttkbootstrap.Button(self, command=lambda: on_menu(*self._below(self.menu)))
        self.menu.pack(side="right", padx=(space, 0))
        self.duplicates = ttkbootstrap.Button(self, text=_("Find duplicates"), command=on_duplicates)
        self.duplicates.pack(side="right", padx=(space, 0))
        self._zip = ttkbootstrap.Button(self, text=_("ZIP…"), command=on_zip)
        self._folder = ttkbootstrap.Button(self, text=_("Folder…"), command=on_folder)
        self._place_box = ttkbootstrap.Combobox(self, width=12)
        self._zip.pack(side="right", padx=(space, 0))
        self._folder.pack(side="right", padx=(space, 0))
        self._place_box.pack(side="left", fill="x", expand=True)
        self._place_box.bind("<<ComboboxSelected>>", self._entered)
        self._place_box.bind("<Return>", self._entered)
        self._archives: tuple[str, ...] = ()
        self._tip = explain(self.find, theme, lambda: self._missing)
        self.set_theme(theme)

    def show(self, shown: Shown) -> None:
        self._missing = shown.missing
        state = "disabled" if shown.missing else "normal"
        if str(self.find.cget("state")) != state:
            self.find.configure(state=state)
        self.duplicates.configure(state="normal" if shown.archives else "disabled")
        self._place_box.configure(
            values=[with_short_home(one) for one in shown.preferences.recent if one not in shown.archives]
        )
        if shown.archives != self._archives:
            self._archives = shown.archives
            self._place_box.set(" + ".join(map(with_short_home, shown.archives)))
            self._place_box.icursor("end")
            self._place_box.xview_moveto(1)

    def set_theme(self, theme: Theme) -> None:
        self._tip.set_theme(theme)
        self._menu_image = ImageTk.PhotoImage(menu_icon(theme.px(15 * theme.text_scale), theme.ink), master=self)
        self.menu.configure(image=self._menu_image)

    def _below(self, widget: Any) -> tuple[int, int]:
        return widget.winfo_rootx(), widget.winfo_rooty() + widget.winfo_height()

    def _entered(self, _event: Any) -> None:
        typed = self._place_box.get().strip()
        if typed:
            self._on_archive(typed)
            # So that the next thing that is pasted is a picture, and no longer text for this field.
            self.winfo_toplevel().focus_set()
