"""The comparison of two pictures: how they look beside and over one another, what is known of both, and the score."""

import tkinter
from collections.abc import Callable
from functools import partial
from tkinter import font as tkfont
from typing import Any

import ttkbootstrap

from pictrace.errors import PicTraceError, PictureUnreadable
from pictrace.gui.compare_canvas import CompareCanvas
from pictrace.gui.compare_scene import Mode
from pictrace.gui.describing import percent
from pictrace.gui.facts_table import FactsTable
from pictrace.gui.originals import Originals, Pair, Wanted, facts_of_both
from pictrace.gui.painting import Painted
from pictrace.gui.pictures import Loader
from pictrace.gui.query import last_name
from pictrace.gui.theme import Theme
from pictrace.language import _
from pictrace.picture import Match
from pictrace.questions import Explanation

_POLL_MS = 30
_DRAW_MS = 12
_LOADED_MEGABYTES = 400
_KEY_REPEAT_MS = 60
"""A key that is held down is, to X11, released and pressed again all the time."""
_ZOOM_STEP = 1.4
_SLIDE_STEP = 0.05


class CompareView(ttkbootstrap.Frame):
    """Fills the window. It opens the originals itself; `explain` is called with each pair that is shown, and whoever
    knows the answer calls `explained`."""

    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        originals: Originals,
        *,
        explain: Callable[[Pair], None],
        on_back: Callable[[], None],
        on_step: Callable[[int], None],
    ) -> None:
        """`on_step` gets −1 or 1: the previous or the next match is to be shown."""
        super().__init__(parent)
        self._theme = theme
        self._originals = originals
        self._loader: Loader[Wanted, Painted] = Loader(
            lambda wanted: Painted(originals.read(wanted)), lambda painted: painted.bytes, 2, _LOADED_MEGABYTES
        )
        self._explain = explain
        self._on_back = on_back
        self._on_step = on_step
        self._pair: Pair | None = None
        self._match: Match | None = None
        self._asked: set[Wanted] = set()
        self._steps = (False, False)
        self._polling: str | None = None
        self._releasing: str | None = None
        self._mode = tkinter.IntVar(self, Mode.SIDE_BY_SIDE.value)
        self._build()
        self._bind_keys()

    def show(self, pair: Pair, match: Match | None = None, place: tuple[int, int] | None = None) -> None:
        """The score and its sentence are the match's own where there is one; `place` is its number and of how many."""
        self._pair, self._match = pair, match
        self._asked.clear()
        self.canvas.clear((last_name(pair.one.location), last_name(pair.other.location)))
        number, count = place or (1, 1)
        self._steps = number > 1, number < count
        for button, possible in zip((self._previous, self._next), self._steps, strict=True):
            button.configure(state="normal" if possible else "disabled")
        self._place.configure(text=_("{number} of {count}").format(number=number, count=count) if place else "")
        self._tell(None)
        self._show_facts()
        self._want()
        self._explain(pair)
        self.canvas.focus_set()

    def explained(self, pair: Pair, answer: Explanation | PicTraceError) -> None:
        """An answer about another pair than the one that is shown comes too late, and is passed over."""
        if pair != self._pair:
            return
        if isinstance(answer, PicTraceError):
            self.canvas.set_problem(answer.message)
            if self._match is None:
                self._reason.configure(text=answer.message)
            return
        self._tell(answer)
        if answer.overlay is not None:
            self.canvas.set_overlay(answer.overlay, answer.points_agreeing)

    def set_mode(self, mode: Mode) -> None:
        self._mode.set(mode.value)
        self.canvas.set_mode(mode)
        self.canvas.focus_set()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.set_theme(theme)
        self.table.set_theme(theme)
        self._dress()

    @property
    def settled(self) -> bool:
        """All that is of use now is read, and drawn."""
        return self._polling is None and self.canvas.still

    def destroy(self) -> None:
        for due in (self._polling, self._releasing):
            if due is not None:
                self.after_cancel(due)
        self._loader.close()
        super().destroy()

    def _build(self) -> None:
        px = self._theme.px
        bar = ttkbootstrap.Frame(self, padding=(px(12), px(8)))
        bar.pack(fill="x")
        back = ttkbootstrap.Button(bar, text=_("‹ Back"), bootstyle="secondary-outline", command=self._on_back)
        back.pack(side="left")
        # What comes last is cut off in a narrow window.
        self._next = self._step_button(bar, _("Next ›"), 1)
        self._previous = self._step_button(bar, _("‹ Prev"), -1)
        self._previous.pack(padx=px(4))
        modes = ttkbootstrap.Frame(bar)
        modes.pack(side="left", padx=px(12))
        for mode, title in _titles():
            ttkbootstrap.Radiobutton(
                modes,
                text=title,
                value=mode.value,
                variable=self._mode,
                command=lambda: self.set_mode(Mode(self._mode.get())),
                bootstyle="secondary-outline-toolbutton",
            ).pack(side="left", padx=(0, px(4)))
        self._place = ttkbootstrap.Label(bar)
        self._place.pack(side="right", padx=(0, px(6)))
        self._place.bind("<Configure>", lambda _event: self._dress_place())
        said = ttkbootstrap.Frame(self, padding=(px(12), 0, px(12), px(8)))
        said.pack(fill="x")
        # Room for two lines, so that nothing moves once the sentence is known.
        line = tkfont.Font(self, self._theme.font(0)).metrics("linespace")
        strut = ttkbootstrap.Frame(said, width=1, height=2 * line + px(8))
        strut.pack(side="left")
        self._score = ttkbootstrap.Label(said)
        self._score.pack(side="left")
        self.canvas = CompareCanvas(self, self._theme, self._want)
        self._zoom_button(said, _("Fit"), self.canvas.fit)
        self._zoom_button(said, "+", lambda: self.canvas.zoom(_ZOOM_STEP))
        self._percent = ttkbootstrap.Label(said, width=6, anchor="center")
        self._percent.pack(side="right")
        self._zoom_button(said, "−", lambda: self.canvas.zoom(1 / _ZOOM_STEP))
        self._reason = ttkbootstrap.Label(said, anchor="w", justify="left")
        self._reason.pack(side="left", fill="x", expand=True, padx=(px(12), px(8)))
        self._reason.bind("<Configure>", lambda event: self._reason.configure(wraplength=event.width - px(8)))
        self.table = FactsTable(self, self._theme)
        self.table.pack(side="bottom", fill="x")
        self.canvas.pack(fill="both", expand=True)
        self._dress()

    def _zoom_button(self, row: tkinter.Misc, text: str, command: Callable[[], None]) -> None:
        ttkbootstrap.Button(row, text=text, bootstyle="secondary-ghost", command=command).pack(side="right")

    def _step_button(self, bar: tkinter.Misc, text: str, way: int) -> Any:
        button = ttkbootstrap.Button(
            bar, text=text, bootstyle="secondary-outline", command=lambda: self._step(way), state="disabled"
        )
        button.pack(side="right")
        return button

    def _dress(self) -> None:
        theme = self._theme
        self._score.configure(font=theme.font(1, True), foreground=theme.accent)
        self._reason.configure(foreground=theme.ink, font=theme.font(0))
        for label in (self._place, self._percent):
            label.configure(foreground=theme.faint, font=theme.font(0))
        self._dress_place()

    def _dress_place(self) -> None:
        """Half a number would mislead: it is not seen where there is no room for all of it."""
        cut = 1 < self._place.winfo_width() < self._place.winfo_reqwidth()
        self._place.configure(foreground=self._theme.panel if cut else self._theme.faint)

    def _bind_keys(self) -> None:
        """They work wherever in the view the focus is, and come before what the window does with them."""
        for widget in _below(self):
            own, *others = widget.bindtags()
            widget.bindtags((own, str(self), *others))
        for mode in Mode:
            for key in (str(mode.value), f"KP_{mode.value}"):
                self._bind_key(f"<Key-{key}>", partial(self.set_mode, mode))
        self._bind_key("<Left>", lambda: self._step(-1))
        self._bind_key("<Right>", lambda: self._step(1))
        self._bind_key("<Shift-Left>", lambda: self.canvas.slide(-_SLIDE_STEP))
        self._bind_key("<Shift-Right>", lambda: self.canvas.slide(_SLIDE_STEP))
        self._bind_key("<Escape>", self._on_back)
        for key in ("b", "B"):
            self._bind_key(f"<KeyPress-{key}>", self._flip)
            self._bind_key(f"<KeyRelease-{key}>", self._flip_back_soon)
        self.bind("<FocusOut>", lambda _event: self._flip_back_soon())
        for key in ("plus", "equal", "KP_Add"):
            self._bind_key(f"<{key}>", lambda: self.canvas.zoom(_ZOOM_STEP))
        for key in ("minus", "KP_Subtract"):
            self._bind_key(f"<{key}>", lambda: self.canvas.zoom(1 / _ZOOM_STEP))
        for key in ("0", "KP_0"):
            self._bind_key(f"<Key-{key}>", self.canvas.fit)

    def _bind_key(self, sequence: str, action: Callable[[], None]) -> None:
        def obey(_event: "tkinter.Event[tkinter.Misc]") -> str:
            action()
            return "break"

        self.bind(sequence, obey)

    def _step(self, way: int) -> None:
        if self._steps[way > 0]:
            self._on_step(way)

    def _flip(self) -> None:
        if self._releasing is not None:
            self.after_cancel(self._releasing)
            self._releasing = None
        self.canvas.flip(True)

    def _flip_back_soon(self) -> None:
        if self._releasing is None and self.canvas.scene.flipped:
            self._releasing = self.after(_KEY_REPEAT_MS, self._flip_back)

    def _flip_back(self) -> None:
        self._releasing = None
        self.canvas.flip(False)

    def _tell(self, explanation: Explanation | None) -> None:
        """A match that was ranked without a closer look keeps its score; the sentence tells what the look found."""
        match = self._match
        known = match if match is not None else explanation
        if known is None:
            self._score.configure(text="")
            self._reason.configure(text=_("Comparing…"))
            return
        self._score.configure(text=f"{percent(known.score)} · {known.label.words}")
        closer = explanation if match is not None and match.structure is None else None
        self._reason.configure(text=(closer or known).reason)

    def _show_facts(self) -> None:
        if self._pair is not None:
            one, other = (self._originals.facts(source) for source in (self._pair.one, self._pair.other))
            self.table.show(facts_of_both(one, other))

    def _want(self) -> None:
        """Asks for the pictures at the size at which they are seen now."""
        if self._pair is None or self.canvas.winfo_width() <= 1:
            return
        scene = self.canvas.scene
        self._percent.configure(text=f"{scene.magnified:.0%}" if scene.complete else "")
        for source, side in zip((self._pair.one, self._pair.other), scene.longest_sides, strict=True):
            wanted = self._originals.wanted(source, side)
            if not any(asked.suffices(wanted) for asked in self._asked):
                self._asked.add(wanted)
                self._loader.request(wanted)
        self._poll_soon()

    def _poll_soon(self) -> None:
        if self._polling is None and not self._loader.idle:
            self._polling = self.after(_POLL_MS, self._poll)

    def _poll(self) -> None:
        self._polling = None
        for wanted, result in self._loader.poll(_DRAW_MS):
            self._take(wanted, result)
        self._poll_soon()

    def _take(self, wanted: Wanted, result: Painted | PictureUnreadable) -> None:
        if self._pair is None:
            return
        for side, source in enumerate((self._pair.one, self._pair.other)):
            if source != wanted.source:
                continue
            facts = self._originals.facts(source)
            if isinstance(result, PictureUnreadable):
                self.canvas.set_failure(side, result.message)
            elif facts is not None:
                self.canvas.set_picture(side, result, (facts.width, facts.height))
        self._show_facts()


def _titles() -> tuple[tuple[Mode, str], ...]:
    return (
        (Mode.SIDE_BY_SIDE, _("Side by side")),
        (Mode.POINTS, _("Match points")),
        (Mode.DIFFERENCES, _("Differences")),
        (Mode.SLIDER, _("Slider")),
    )


def _below(widget: tkinter.Misc) -> list[tkinter.Misc]:
    children = widget.winfo_children()
    return [*children, *(deeper for child in children for deeper in _below(child))]
