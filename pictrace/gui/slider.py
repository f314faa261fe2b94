"""A slider that is smooth and shows where the keyboard is."""

import tkinter
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageTk

from pictrace.gui.drawing import disc_mask, rounded
from pictrace.gui.theme import Theme


class Slider(tkinter.Canvas):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        *,
        least: float,
        most: float,
        step: float,
        on_change: Callable[[float], None],
        width: int = 200,
    ) -> None:
        """The width is in logical pixels, until the slider is stretched."""
        self._height = theme.px(26)
        super().__init__(
            parent, width=theme.px(width), height=self._height, highlightthickness=0, borderwidth=0, takefocus=True
        )
        self._theme = theme
        self._least, self._most, self._step = least, most, step
        self._on_change = on_change
        self.value = least
        self._picture = ImageTk.PhotoImage(Image.new("RGB", (1, 1)), master=self)
        self._item = self.create_image(0, 0, anchor="nw", image=self._picture)
        self._hover = False
        self.bind("<Configure>", lambda _event: self._draw())
        self.bind("<Button-1>", self._pressed)
        self.bind("<B1-Motion>", self._dragged)
        for sequence, hover in (("<Enter>", True), ("<Leave>", False)):
            self.bind(sequence, lambda _event, hover=hover: self._hovered(hover))  # type: ignore[misc]
        for sequence in ("<FocusIn>", "<FocusOut>"):
            self.bind(sequence, lambda _event: self._draw())
        steps = {"Left": -1, "Down": -1, "Right": 1, "Up": 1, "Prior": 10, "Next": -10}
        for key, count in steps.items():
            self.bind(f"<Key-{key}>", lambda _event, count=count: self._moved(count))  # type: ignore[misc]
        self.bind("<Key-Home>", lambda _event: self._take(self._least))
        self.bind("<Key-End>", lambda _event: self._take(self._most))

    def set(self, value: float) -> None:
        """Without telling anybody."""
        if value != self.value:
            self.value = min(max(value, self._least), self._most)
            self._draw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def _take(self, value: float) -> str:
        value = min(max(round(value / self._step) * self._step, self._least), self._most)
        if abs(value - self.value) > self._step / 2:
            self.value = value
            self._draw()
            self._on_change(value)
        return "break"

    def _moved(self, steps: int) -> str:
        return self._take(self.value + steps * self._step)

    def _pressed(self, event: Any) -> None:
        self.focus_set()
        self._dragged(event)

    def _dragged(self, event: Any) -> None:
        knob = self._theme.px(16)
        share = (event.x - knob / 2) / max(1, self.winfo_width() - knob)
        self._take(self._least + share * (self._most - self._least))

    def _hovered(self, hover: bool) -> None:
        self._hover = hover
        self._draw()

    def _draw(self) -> None:
        theme = self._theme
        width = self.winfo_width()
        if width <= 1:
            return
        knob, track = theme.px(16), theme.px(4)
        image = Image.new("RGB", (width, self._height), theme.panel)
        middle = self._height // 2
        x = round((self.value - self._least) / (self._most - self._least) * (width - knob))
        box = (0, middle - track // 2, width, track)
        rounded(image, box, track // 2, theme.line)
        rounded(image, (0, box[1], x + knob // 2, track), track // 2, theme.accent)
        if self.focus_get() is self:
            ring = min(self._height, knob + theme.px(8))
            place = (min(max(x + (knob - ring) // 2, 0), width - ring), middle - ring // 2)
            image.paste(theme.accent, place, disc_mask(ring))
            inner = ring - 2 * theme.px(2)
            image.paste(theme.panel, (place[0] + theme.px(2), place[1] + theme.px(2)), disc_mask(inner))
        image.paste(theme.ink if self._hover else theme.accent, (x, middle - knob // 2), disc_mask(knob))
        self.configure(background=theme.panel)
        self._picture = ImageTk.PhotoImage(image, master=self)
        self.itemconfigure(self._item, image=self._picture)
