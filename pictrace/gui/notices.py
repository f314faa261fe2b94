"""The bars above the results: what a person should know while the work goes on."""

import tkinter
from collections.abc import Callable

import ttkbootstrap

from pictrace.gui.dressing import bar_on_paper, on_ground
from pictrace.gui.shown import Act, Bar, Tone
from pictrace.gui.theme import Theme

_LEAST_WORDS = 240


class Notices(tkinter.Frame):
    """As high as its bars."""

    def __init__(self, parent: tkinter.Misc, theme: Theme, *, act: Callable[[Act], None]) -> None:
        super().__init__(parent, height=1, background=theme.paper)
        self._theme = theme
        self._act = act
        self._bars: tuple[Bar, ...] = ()
        self._shares: list[tuple[tkinter.Label, ttkbootstrap.Progressbar]] = []

    def show(self, bars: tuple[Bar, ...]) -> None:
        if bars == self._bars:
            return
        if _kinds(bars) == _kinds(self._bars):
            self._bars = bars
            for (words, progress), bar in zip(
                self._shares, (bar for bar in bars if bar.share is not None), strict=True
            ):
                words.configure(text=bar.words)
                progress.configure(value=bar.share or 0.0)
            return
        self._bars = bars
        self._build()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.configure(background=theme.paper)
        self._build()

    def _build(self) -> None:
        for child in self.winfo_children():
            child.destroy()
        self._shares.clear()
        for bar in self._bars:
            self._add(bar)
        if not self._bars:
            self.configure(height=1)

    def _add(self, bar: Bar) -> None:
        theme = self._theme
        ground, ink = {
            Tone.PLAIN: ("card", theme.ink),
            Tone.WARNING: ("warning", theme.on_warning),
            Tone.DANGER: ("card", theme.danger),
        }[bar.tone]
        colour = getattr(theme, ground)
        frame = ttkbootstrap.Frame(self, style=bar_on_paper(ground))
        frame.pack(fill="x", padx=theme.px(12), pady=(theme.px(10), 0))
        frame.columnconfigure(0, weight=1)
        words = tkinter.Label(
            frame, text=bar.words, background=colour, foreground=ink, font=theme.font(0), justify="left", anchor="w"
        )
        words.grid(row=0, column=0, sticky="we", padx=theme.px(10), pady=theme.px(8))
        words.bind("<Configure>", lambda event: words.configure(wraplength=event.width))
        actions = tkinter.Frame(frame, background=colour)
        if bar.share is not None:
            progress = ttkbootstrap.Progressbar(actions, maximum=1.0, value=bar.share, length=theme.px(140))
            progress.pack(side="left", padx=theme.px(10))
            self._shares.append((words, progress))
        for button in bar.buttons:
            ttkbootstrap.Button(
                actions,
                text=button.words,
                command=lambda button=button: self._act(button.act),
                style=on_ground("TButton", ground),
            ).pack(side="left", padx=(0, theme.px(8)))
        frame.bind("<Configure>", lambda event: self._place(actions, event.width))

    def _place(self, actions: tkinter.Frame, room: int) -> None:
        """Beside the words, or below where they would be squeezed."""
        theme = self._theme
        beside = room - actions.winfo_reqwidth() >= theme.px(_LEAST_WORDS * theme.text_scale)
        if beside:
            actions.grid(row=0, column=1, padx=0, pady=theme.px(6))
        else:
            actions.grid(row=1, column=0, sticky="w", padx=theme.px(12), pady=(0, theme.px(8)))


def _kinds(bars: tuple[Bar, ...]) -> list[object]:
    """What can be kept as it is while a download goes on."""
    return [bar if bar.share is None else (bar.tone, bar.buttons) for bar in bars]
