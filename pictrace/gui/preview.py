"""The picture that is looked for, or the place to drop one. A frame dragged over it chooses a part."""

import tkinter
from collections.abc import Callable
from typing import Any

import ttkbootstrap
from PIL import Image, ImageTk

from pictrace.gui.drawing import dashes_mask, picture_icon, rounded, rounded_mask
from pictrace.gui.query import Look
from pictrace.gui.theme import Theme
from pictrace.language import _
from pictrace.questions import Region

_TALL = 0.75
_LEAST_DRAG = 8


class Preview(tkinter.Canvas):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        *,
        side: int,
        on_choose: Callable[[], None],
        on_region: Callable[[Region | None], None],
    ) -> None:
        """The side is the least width, in logical pixels; where there is more room, it is used."""
        self._size = (theme.px(side), theme.px(side * _TALL))
        super().__init__(parent, width=self._size[0], height=self._size[1], highlightthickness=0, borderwidth=0)
        self._theme = theme
        self._on_region = on_region
        self._look: Look | None = None
        self._region: Region | None = None
        self._waiting = False
        self._from: tuple[int, int] | None = None
        self._picture: ImageTk.PhotoImage | None = None
        self._icon: ImageTk.PhotoImage | None = None
        self._box = (0, 0, 1, 1)
        self._button = ttkbootstrap.Button(self, text=_("Choose picture…"), bootstyle="primary-outline")
        self._button.configure(command=on_choose)
        self.bind("<Configure>", self._resized)
        self.bind("<Button-1>", self._pressed)
        self.bind("<B1-Motion>", self._dragged)
        self.bind("<ButtonRelease-1>", self._released)

    def show(self, picture: tuple[Look | None, Region | None] | None, *, waiting: bool) -> None:
        """None is no picture yet; a picture without a look is being read."""
        self._look, self._region = picture or (None, None)
        self._waiting = waiting
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.configure(background=theme.panel)
        self._draw()

    def _resized(self, event: Any) -> None:
        size = event.width, round(event.width * _TALL)
        if size != self._size:
            self._size = size
            self.configure(height=size[1])
            self._draw()

    def _draw(self) -> None:
        # The button learns its height only now. This may also bring a new size, and draw within the drawing.
        self._button.update_idletasks()
        self.delete("all")
        if self._look is not None:
            self._draw_picture(self._look)
        else:
            self._draw_zone()

    def _draw_picture(self, look: Look) -> None:
        theme = self._theme
        width, height = self._size
        scale = min(width / look.preview.width, height / look.preview.height)
        size = max(1, round(look.preview.width * scale)), max(1, round(look.preview.height * scale))
        sheet = Image.new("RGB", self._size, theme.panel)
        rounded(sheet, (0, 0, width, height), theme.px(6), theme.paper)
        self._box = ((width - size[0]) // 2, (height - size[1]) // 2, *size)
        small = look.preview.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        if self._region is not None:
            small = self._with_region(small, look, self._region)
        sheet.paste(small, self._box[:2], rounded_mask(*size, theme.px(6)))
        self._show_image(sheet)
        self.configure(cursor="crosshair")

    def _with_region(self, small: Image.Image, look: Look, region: Region) -> Image.Image:
        """What lies outside is pale."""
        across, down = small.width / look.width, small.height / look.height
        box = (
            round(region.x * across),
            round(region.y * down),
            round((region.x + region.width) * across),
            round((region.y + region.height) * down),
        )
        pale = Image.blend(small, Image.new("RGB", small.size, self._theme.panel), 0.65)
        line = self._theme.px(2)
        pale.paste(self._theme.accent, (box[0] - line, box[1] - line, box[2] + line, box[3] + line))
        pale.paste(small.crop(box), box[:2])
        return pale

    def _draw_zone(self) -> None:
        theme = self._theme
        width, height = self._size
        zone = Image.new("RGB", self._size, theme.panel)
        zone.paste(theme.faint, (0, 0), dashes_mask(width, height, theme.px(8), max(1, theme.px(1))))
        self._show_image(zone)
        self.configure(cursor="")
        if self._waiting:
            self.create_text(width // 2, height // 2, text=_("Opening…"), font=theme.font(0), fill=theme.faint)
            return
        self._write_zone(width // 2, width - theme.px(24), height)

    def _write_zone(self, middle: int, room: int, height: int) -> None:
        """One below the other, and all of it in the middle."""
        theme = self._theme
        self._icon = ImageTk.PhotoImage(picture_icon(theme.px(30), theme.faint, theme.panel), master=self)
        parts = [
            self.create_image(middle, 0, anchor="n", image=self._icon),
            *(
                self.create_text(
                    middle, 0, anchor="n", justify="center", width=room, text=words, font=font, fill=ink, tags="words"
                )
                for words, font, ink in (
                    (_("Drop a picture here"), theme.font(1, bold=True), theme.ink),
                    (_("or paste it with Ctrl+V"), theme.font(-1), theme.faint),
                )
            ),
            self.create_window(middle, 0, anchor="n", window=self._button),
        ]
        gaps = [theme.px(8), theme.px(4), theme.px(14), 0]
        tall = [self._button.winfo_reqheight() if part == parts[-1] else _height(self, part) for part in parts]
        top = max(0, (height - sum(tall) - sum(gaps)) // 2)
        for part, own, gap in zip(parts, tall, gaps, strict=True):
            self.coords(part, middle, top)
            top += own + gap

    def _show_image(self, image: Image.Image) -> None:
        self._picture = ImageTk.PhotoImage(image, master=self)
        self.create_image(0, 0, anchor="nw", image=self._picture)

    def _pressed(self, event: Any) -> None:
        self._from = (event.x, event.y) if self._look is not None else None

    def _dragged(self, event: Any) -> None:
        if self._from is not None:
            self.delete("frame")
            self.create_rectangle(
                *self._from, event.x, event.y, outline=self._theme.accent, width=self._theme.px(2), tags="frame"
            )

    def _released(self, event: Any) -> None:
        """A click takes the frame away again."""
        if self._from is None or self._look is None:
            return
        start, self._from = self._from, None
        self.delete("frame")
        left, top, width, height = self._box
        xs = sorted(min(max(x - left, 0), width) for x in (start[0], event.x))
        ys = sorted(min(max(y - top, 0), height) for y in (start[1], event.y))
        if xs[1] - xs[0] < _LEAST_DRAG or ys[1] - ys[0] < _LEAST_DRAG:
            self._on_region(None)
            return
        across, down = self._look.width / width, self._look.height / height
        x, y = round(xs[0] * across), round(ys[0] * down)
        self._on_region(Region(x, y, max(1, round(xs[1] * across) - x), max(1, round(ys[1] * down) - y)))


def _height(canvas: tkinter.Canvas, item: int) -> int:
    _left, top, _right, bottom = canvas.bbox(item)
    return bottom - top
