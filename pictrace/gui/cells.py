"""A place on a canvas that shows one card after another, as the canvas is scrolled: photos below, words above."""

import tkinter
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Literal

from PIL import Image, ImageTk

from pictrace.gui.lettering import Lettering, TkFont
from pictrace.gui.thumbnails import Thumb

_REMEMBERED_PIXELS = 2_000_000

Anchor = Literal["nw", "w", "e", "center"]


class Photos:
    """What many cells show alike is painted once, and given to Tk once."""

    def __init__(self, canvas: tkinter.Canvas) -> None:
        self._canvas = canvas
        self._pixels = 0
        self._remembered: OrderedDict[Hashable, ImageTk.PhotoImage] = OrderedDict()

    def get(self, about: Hashable, paint: Callable[[], Image.Image]) -> ImageTk.PhotoImage:
        """Whoever shows it keeps it: forgotten here, it would vanish from the screen."""
        photo = self._remembered.get(about)
        if photo is not None:
            self._remembered.move_to_end(about)
            return photo
        photo = self._remembered[about] = ImageTk.PhotoImage(paint(), master=self._canvas)
        self._pixels += photo.width() * photo.height()
        while self._pixels > _REMEMBERED_PIXELS and len(self._remembered) > 1:
            forgotten = self._remembered.popitem(last=False)[1]
            self._pixels -= forgotten.width() * forgotten.height()
        return photo


class Cell:
    def __init__(self, canvas: tkinter.Canvas, photos: Photos, lettering: Lettering) -> None:
        self._canvas = canvas
        self._photos = photos
        self._lettering = lettering
        self._tag = f"cell-{id(self)}"
        self._kept: dict[int, ImageTk.PhotoImage] = {}
        self._own: ImageTk.PhotoImage | None = None
        self._shown: tuple[object, ...] = ()
        self.corner = (0, 0)
        self.thumb: Thumb | None = None

    def place(self, x: int, y: int) -> None:
        if (x, y) != self.corner:
            self._canvas.move(self._tag, x - self.corner[0], y - self.corner[1])
            self.corner = (x, y)

    def hide(self) -> None:
        self._canvas.itemconfigure(self._tag, state="hidden")
        self.thumb = None
        self._shown = ()

    def delete(self) -> None:
        self._canvas.delete(self._tag)

    # For the subclass

    def _image_item(self, anchor: Anchor) -> int:
        return self._canvas.create_image(0, 0, anchor=anchor, tags=self._tag)

    def _text_items(self, anchors: Sequence[Anchor]) -> list[int]:
        return [self._canvas.create_text(0, 0, anchor=anchor, tags=self._tag) for anchor in anchors]

    def _move(self, item: int, right: int, down: int) -> None:
        """From the corner."""
        self._canvas.coords(item, self.corner[0] + right, self.corner[1] + down)

    def _show_all(self) -> None:
        self._canvas.itemconfigure(self._tag, state="normal")

    def _show_photo(self, item: int, photo: ImageTk.PhotoImage) -> None:
        if self._kept.get(item) is not photo:
            self._canvas.itemconfigure(item, image=photo)
            self._kept[item] = photo

    def _show_image(self, item: int, image: Image.Image) -> None:
        """One that no other cell shows; there is one such item in a cell."""
        own = self._own
        if own is None or (own.width(), own.height()) != image.size:
            own = self._own = ImageTk.PhotoImage(image, master=self._canvas)
        else:
            own.paste(image)
        self._show_photo(item, own)

    def _write(self, item: int, text: str, font: TkFont, ink: str) -> None:
        self._canvas.itemconfigure(item, text=text, font=font, fill=ink)
