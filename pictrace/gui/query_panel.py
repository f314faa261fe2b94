"""The column on the left: the picture that is looked for, and how alike the matches must be."""

import tkinter
from collections.abc import Callable
from typing import Any

import ttkbootstrap

from pictrace.gui.lettering import Lettering
from pictrace.gui.link import Link
from pictrace.gui.preview import Preview
from pictrace.gui.shown import Act, Shown
from pictrace.gui.slider import Slider
from pictrace.gui.theme import Theme
from pictrace.language import _
from pictrace.questions import Region

_WIDTH = 244


class QueryPanel(ttkbootstrap.Frame):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        *,
        act: Callable[[Act], None],
        on_region: Callable[[Region | None], None],
        prefer: Callable[..., None],
    ) -> None:
        super().__init__(parent, padding=(theme.px(12), theme.px(14)))
        self._theme = theme
        self._prefer = prefer
        self._lettering = Lettering(self)
        self.preview = Preview(self, theme, side=_WIDTH, on_choose=lambda: act(Act.CHOOSE_PICTURE), on_region=on_region)
        self.preview.pack(fill="x")
        self._about = ttkbootstrap.Frame(self)
        line = ttkbootstrap.Frame(self._about)
        line.pack(fill="x", pady=(theme.px(8), theme.px(2)))
        self._change = Link(line, theme, lambda: act(Act.CHOOSE_PICTURE), on_panel=True, text=_("Change…"))
        self._change.pack(side="right")
        self._name = ttkbootstrap.Label(line)
        self._name.pack(side="left")
        self._facts = ttkbootstrap.Label(self._about)
        self._facts.pack(fill="x")
        self._separator = ttkbootstrap.Separator(self)
        self._separator.pack(fill="x", pady=theme.px(14))
        self._title = ttkbootstrap.Label(self, text=_("How similar?"))
        self._title.pack(anchor="w")
        self.slider = Slider(
            self, theme, least=0.0, most=1.0, step=0.01, on_change=lambda value: prefer(threshold=round(value, 2))
        )
        self.slider.pack(fill="x", pady=(theme.px(4), 0))
        scale = ttkbootstrap.Frame(self)
        scale.pack(fill="x", pady=(0, theme.px(12)))
        scale.columnconfigure((0, 2), weight=1, uniform="ends")
        scale.bind("<Configure>", lambda event: self._wrap_ends(event.width))
        self._looser = ttkbootstrap.Label(scale, text=_("looser"), justify="left")
        self._looser.grid(row=0, column=0, sticky="w")
        self._least = ttkbootstrap.Label(scale)
        self._least.grid(row=0, column=1, padx=theme.px(8))
        self._stricter = ttkbootstrap.Label(scale, text=_("stricter"), justify="right")
        self._stricter.grid(row=0, column=2, sticky="e")
        self._turned = tkinter.BooleanVar(self)
        self._subfolders = tkinter.BooleanVar(self)
        self._box(_("Also mirrored and turned"), self._turned, lambda: prefer(turned=self._turned.get()))
        self._box(_("Search in subfolders"), self._subfolders, lambda: prefer(subfolders=self._subfolders.get()))
        self._shown: tuple[Any, ...] = ()
        self.set_theme(theme)

    def show(self, shown: Shown) -> None:
        what = (shown.chosen, shown.look, shown.opening, shown.preferences)
        if what == self._shown:
            return
        self._shown = what
        self.preview.show(
            None if shown.look is None or shown.chosen is None else (shown.look, shown.chosen.region),
            waiting=shown.opening,
        )
        room = (
            max(self._theme.px(_WIDTH), self.preview.winfo_width()) - self._change.winfo_reqwidth() - self._theme.px(8)
        )
        name = "" if shown.chosen is None else shown.chosen.name
        self._name.configure(text=self._lettering.shortened(name, self._theme.font(0, bold=True), room))
        self._facts.configure(text="" if shown.look is None else shown.look.facts)
        if shown.chosen is None:
            self._about.pack_forget()
        else:
            self._about.pack(fill="x", before=self._separator)
        self.slider.set(shown.preferences.threshold)
        self._least.configure(text=_("at least {share:.0%}").format(share=shown.preferences.threshold))
        self._turned.set(shown.preferences.turned)
        self._subfolders.set(shown.preferences.subfolders)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.preview.set_theme(theme)
        self.slider.set_theme(theme)
        self._change.set_theme(theme)
        self._name.configure(font=theme.font(0, bold=True))
        self._title.configure(font=theme.font(0, bold=True))
        for faint in (self._facts, self._looser, self._stricter):
            faint.configure(foreground=theme.faint, font=theme.font(-1))
        self._least.configure(font=theme.font(-1, bold=True))

    def _wrap_ends(self, width: int) -> None:
        """Long words take two lines rather than being cut."""
        room = (width - self._least.winfo_reqwidth() - 2 * self._theme.px(8)) // 2
        for end in (self._looser, self._stricter):
            end.configure(wraplength=max(1, room))

    def _box(self, words: str, variable: tkinter.BooleanVar, changed: Callable[[], None]) -> None:
        box = ttkbootstrap.Checkbutton(self, text=words, variable=variable, command=changed, bootstyle="primary")
        box.pack(anchor="w", pady=self._theme.px(3))
