"""What stands in the middle when there are no results: how to begin, or what is the matter."""

import tkinter
from collections.abc import Callable

import ttkbootstrap
from PIL import ImageTk

from pictrace.gui.drawing import numbered_disc
from pictrace.gui.dressing import on_ground
from pictrace.gui.shown import Act, Button, Message
from pictrace.gui.theme import Theme
from pictrace.language import _


class MessagePage(tkinter.Frame):
    def __init__(self, parent: tkinter.Misc, theme: Theme, *, act: Callable[[Act], None]) -> None:
        super().__init__(parent)
        self._theme = theme
        self._act = act
        self._message: Message | None = None

    def show(self, message: Message | None) -> None:
        if message != self._message:
            self._message = message
            self._build()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._build()

    def _build(self) -> None:
        middle = _cleared(self, self._theme)
        theme = self._theme
        if self._message is None:
            return
        _words(middle, theme, self._message.title, theme.font(2, bold=True), theme.ink).pack(pady=(0, theme.px(12)))
        if self._message.text:
            _words(middle, theme, self._message.text, theme.font(0), theme.faint).pack()
        row = tkinter.Frame(middle, background=theme.paper)
        row.pack(pady=(theme.px(10), 0))
        for place, button in enumerate(self._message.buttons):
            _button(row, button, self._act, first=place == 0).pack(side="left", padx=theme.px(4))


class EmptyPage(tkinter.Frame):
    """The first thing that anybody sees."""

    def __init__(self, parent: tkinter.Misc, theme: Theme, *, act: Callable[[Act], None]) -> None:
        super().__init__(parent)
        self._act = act
        self._discs: list[ImageTk.PhotoImage] = []
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        middle = _cleared(self, theme)
        self._discs.clear()
        title = _("Find pictures that look alike")
        _words(middle, theme, title, theme.font(3, bold=True), theme.ink).pack(pady=(0, theme.px(20)))
        steps = tkinter.Frame(middle, background=theme.paper)
        steps.pack(pady=(0, theme.px(22)))
        said = (_("Choose a picture you know"), _("Choose the folder or ZIP to look in"), _("Press “Find similar”"))
        for number, step in enumerate(said):
            disc = ImageTk.PhotoImage(numbered_disc(theme.px(26), theme.accent, theme.paper), master=self)
            self._discs.append(disc)
            tkinter.Label(
                steps,
                image=disc,
                text=str(number + 1),
                compound="center",
                font=theme.font(-1, bold=True),
                background=theme.paper,
                foreground=theme.on_accent,
                borderwidth=0,
            ).grid(row=number, column=0, padx=(0, theme.px(12)), pady=theme.px(6))
            tkinter.Label(steps, text=step, font=theme.font(0), background=theme.paper, foreground=theme.ink).grid(
                row=number, column=1, sticky="w"
            )
        samples = Button(_("Try it with sample pictures"), Act.TRY_SAMPLES)
        _button(middle, samples, self._act, first=True).pack(pady=(0, theme.px(24)))
        _words(
            middle,
            theme,
            _("You can also drop a folder anywhere in this window. Nothing leaves this computer."),
            theme.font(-1),
            theme.faint,
        ).pack()


def _cleared(page: tkinter.Frame, theme: Theme) -> tkinter.Frame:
    for child in page.winfo_children():
        child.destroy()
    page.configure(background=theme.paper)
    middle = tkinter.Frame(page, background=theme.paper)
    middle.place(relx=0.5, rely=0.47, anchor="center")
    return middle


def _words(parent: tkinter.Misc, theme: Theme, words: str, font: tuple[str, int, str], ink: str) -> tkinter.Label:
    return tkinter.Label(
        parent,
        text=words,
        font=font,
        background=theme.paper,
        foreground=ink,
        wraplength=theme.px(600),
        justify="center",
    )


def _button(parent: tkinter.Misc, button: Button, act: Callable[[Act], None], *, first: bool) -> ttkbootstrap.Button:
    style = on_ground("primary.TButton" if first else "TButton", "paper")
    return ttkbootstrap.Button(parent, text=button.words, command=lambda: act(button.act), style=style)
