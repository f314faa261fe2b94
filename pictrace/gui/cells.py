"""A place on the canvas that shows one card after another, as the grid is scrolled."""

import tkinter

from PIL import Image, ImageTk

from pictrace.gui.cards import CardLayout, Mark, paint_card
from pictrace.gui.describing import percent
from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import readable
from pictrace.gui.thumbnails import Thumb
from pictrace.picture import Match


class Cell:
    def __init__(self, canvas: tkinter.Canvas, lettering: Lettering) -> None:
        self._canvas = canvas
        self._lettering = lettering
        self._tag = f"cell-{id(self)}"
        self._picture: ImageTk.PhotoImage | None = None
        self._back = canvas.create_image(0, 0, anchor="nw", tags=self._tag)
        self._name, self._score, self._label = (
            canvas.create_text(0, 0, anchor=anchor, tags=self._tag) for anchor in ("w", "e", "w")
        )
        self._layout: CardLayout | None = None
        self._shown: tuple[object, ...] = ()
        self.corner = (0, 0)
        self.thumb: Thumb | None = None

    def place(self, x: int, y: int) -> None:
        if (x, y) != self.corner:
            self._canvas.move(self._tag, x - self.corner[0], y - self.corner[1])
            self.corner = (x, y)

    def show(
        self,
        layout: CardLayout,
        match: Match,
        thumb: Thumb,
        image: Image.Image | None,
        *,
        broken: bool,
        mark: Mark,
        dimmed: bool,
    ) -> None:
        self.thumb = thumb
        shown = (layout, match, image is None, broken, mark, dimmed)
        if shown == self._shown:
            return
        self._shown = shown
        if layout != self._layout:
            self._lay_out(layout)
        card = paint_card(layout, match.score, image, broken=broken, mark=mark, dimmed=dimmed)
        if self._picture is None or (self._picture.width(), self._picture.height()) != card.size:
            self._picture = ImageTk.PhotoImage(card, master=self._canvas)
            self._canvas.itemconfigure(self._back, image=self._picture)
        else:
            self._picture.paste(card)
        theme = layout.theme
        score = percent(match.score)
        bold, plain = theme.font(0, bold=True), theme.font(0)
        inner = layout.width - 2 * layout.pad
        name = match.picture.name.rpartition("/")[2]
        room = inner - self._lettering.width(score, bold) - theme.px(8)
        label = match.label.words
        fitting = self._lettering.shortened(label[:1].upper() + label[1:], theme.font(-1), inner - layout.bar[2] - 8)
        ink, faint, accent = (
            (theme.faint, theme.faint, theme.faint) if dimmed else (theme.ink, theme.faint, theme.accent)
        )
        configure = self._canvas.itemconfigure
        configure(self._name, text=self._lettering.shortened(readable(name), plain, room), fill=ink, state="normal")
        configure(self._score, text=score, fill=accent, state="normal")
        configure(self._label, text=fitting, fill=faint, state="normal")
        configure(self._back, state="normal")

    def hide(self) -> None:
        self._canvas.itemconfigure(self._tag, state="hidden")
        self.thumb = None
        self._shown = ()

    def delete(self) -> None:
        self._canvas.delete(self._tag)

    def _lay_out(self, layout: CardLayout) -> None:
        self._layout = layout
        x, y = self.corner
        theme = layout.theme
        places = {
            self._name: (layout.pad, layout.first_line, theme.font(0)),
            self._score: (layout.width - layout.pad, layout.first_line, theme.font(0, bold=True)),
            self._label: (layout.pad, layout.second_line, theme.font(-1)),
        }
        for item, (right, down, font) in places.items():
            self._canvas.coords(item, x + right, y + down)
            self._canvas.itemconfigure(item, font=font)
