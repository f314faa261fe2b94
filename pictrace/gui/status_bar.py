"""The bar below: what was found, the running work, what could not be read, the size of the thumbnails."""

import tkinter
from collections.abc import Callable

import ttkbootstrap

from pictrace.gui.link import Link
from pictrace.gui.shown import Act, Shown, Work
from pictrace.gui.slider import Slider
from pictrace.gui.theme import Theme
from pictrace.language import _


class StatusBar(ttkbootstrap.Frame):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        *,
        act: Callable[[Act], None],
        on_pause: Callable[[], None],
        on_cancel: Callable[[], None],
        prefer: Callable[..., None],
    ) -> None:
        super().__init__(parent, padding=(theme.px(12), theme.px(5)))
        space = theme.px(10)
        self._words = ttkbootstrap.Label(self)
        self._words.pack(side="left")
        self._size = ttkbootstrap.Frame(self)
        self._size_words = ttkbootstrap.Label(self._size, text=_("Size"))
        self._size_words.pack(side="left", padx=(0, theme.px(6)))
        self.slider = Slider(
            self._size,
            theme,
            least=96,
            most=384,
            step=8,
            width=110,
            on_change=lambda side: prefer(card_side=round(side)),
        )
        self.slider.pack(side="left")
        self._size.pack(side="right")
        self.cancel = ttkbootstrap.Button(self, text=_("Cancel"), command=on_cancel)
        self.pause = ttkbootstrap.Button(self, text=_("Pause"), command=on_pause)
        self._bar = ttkbootstrap.Progressbar(self, bootstyle="primary", maximum=1.0)
        self._moving = False
        self.unreadable = Link(self, theme, lambda: act(Act.SHOW_UNREADABLE), on_panel=True)
        self._space = space
        self._work: Work | None = None
        self.set_theme(theme)

    def show(self, shown: Shown) -> None:
        work = shown.work
        self._words.configure(text=shown.status if work is None else work.words)
        self.unreadable.configure(text=shown.unreadable_words)
        if bool(shown.unreadable_words) != bool(self.unreadable.winfo_manager()):
            if shown.unreadable_words:
                self.unreadable.pack(side="left", padx=(self._space, 0), after=self._words)
            else:
                self.unreadable.pack_forget()
        self.slider.set(shown.preferences.card_side)
        if (work is None) != (self._work is None) or (work and self._work and work.can_pause != self._work.can_pause):
            self._lay_out(work)
        self._work = work
        if work is not None:
            self.pause.configure(text=_("Go on") if work.paused else _("Pause"))
            self._move(work)

    def set_theme(self, theme: Theme) -> None:
        self.slider.set_theme(theme)
        self.unreadable.set_theme(theme)
        self._size_words.configure(foreground=theme.faint)

    def _lay_out(self, work: Work | None) -> None:
        for widget in (self.cancel, self.pause, self._bar):
            widget.pack_forget()
        if work is None:
            self._stop()
            self._size.pack(side="right")
            return
        self._size.pack_forget()
        # Before the words, so that a narrow window cuts these and no button.
        self.cancel.pack(side="right", padx=(self._space, 0), before=self._words)
        if work.can_pause:
            self.pause.pack(side="right", padx=(self._space, 0), before=self._words)
        self._bar.pack(side="right", fill="x", expand=True, padx=(self._space, 0))

    def _move(self, work: Work) -> None:
        if work.share is not None:
            self._stop()
            self._bar.configure(value=work.share)
        elif not self._moving:
            self._moving = True
            self._bar.configure(mode="indeterminate", value=0)
            self._bar.start(15)

    def _stop(self) -> None:
        if self._moving:
            self._moving = False
            self._bar.stop()
            self._bar.configure(mode="determinate")
