"""The cells of the grid of matches."""

import tkinter

from PIL import Image

from pictrace.gui.cards import Mark, Missing, Thumbnail
from pictrace.gui.cells import Cell, Photos
from pictrace.gui.describing import percent
from pictrace.gui.lettering import Lettering
from pictrace.gui.match_cards import CardLayout, paint_bar, paint_card, paint_face
from pictrace.gui.originals import readable
from pictrace.gui.thumbnails import Thumb
from pictrace.picture import Label, Match


class MatchCell(Cell):
    def __init__(self, canvas: tkinter.Canvas, photos: Photos, lettering: Lettering) -> None:
        super().__init__(canvas, photos, lettering)
        self._back, self._bar, self._face = (self._image_item(anchor) for anchor in ("nw", "nw", "center"))
        self._name, self._score, self._label = self._text_items(("w", "e", "w"))
        self._layout: CardLayout | None = None
        self._has_bar = True
        self._pictured: tuple[object, ...] = ()
        self._worded: tuple[object, ...] = ()

    def show(
        self, layout: CardLayout, match: Match, thumb: Thumb, thumbnail: Thumbnail, *, mark: Mark, dimmed: bool
    ) -> None:
        self.thumb = thumb
        missing = thumbnail if isinstance(thumbnail, Missing) else None
        shown = (layout, match, missing, mark, dimmed)
        if shown == self._shown:
            return
        if not self._shown:
            self._show_all()
        self._shown = shown
        if layout != self._layout:
            self._lay_out(layout)
        back = self._photos.get(("card", layout, mark, dimmed), lambda: paint_card(layout, mark, dimmed=dimmed))
        self._show_photo(self._back, back)
        if (layout, thumb, missing, dimmed) != self._pictured:
            self._pictured = (layout, thumb, missing, dimmed)
            self._show_thumbnail(layout, thumbnail, dimmed)
        if (layout, match, dimmed) != self._worded:
            self._worded = (layout, match, dimmed)
            self._write_words(layout, match, dimmed)

    def _show_thumbnail(self, layout: CardLayout, thumbnail: Thumbnail, dimmed: bool) -> None:
        if isinstance(thumbnail, Missing):
            about = ("missing", layout, thumbnail, dimmed)
            field = self._photos.get(about, lambda: paint_face(layout, thumbnail, dimmed=dimmed))
            self._show_photo(self._face, field)
        else:
            self._show_image(self._face, paint_face(layout, thumbnail, dimmed=dimmed))

    def _write_words(self, layout: CardLayout, match: Match, dimmed: bool) -> None:
        theme = layout.theme
        plain, bold, small = theme.font(0), theme.font(0, bold=True), theme.font(-1)
        inner = layout.width - 2 * layout.pad
        if self._has_bar:
            filled = round(layout.bar.width * match.score)
            bar = self._photos.get(("bar", layout, filled, dimmed), lambda: paint_bar(layout, filled, dimmed=dimmed))
        else:
            bar = self._photos.get("no bar", lambda: Image.new("RGBA", (1, 1)))
        self._show_photo(self._bar, bar)
        score, name = percent(match.score), match.picture.name.rpartition("/")[2]
        room = inner - self._lettering.width(score, bold) - theme.px(8)
        label = self._lettering.beginning(_words(match.label), small, inner)
        ink, accent = (theme.faint, theme.faint) if dimmed else (theme.ink, theme.accent)
        self._write(self._name, self._lettering.shortened(readable(name), plain, room), plain, ink)
        self._write(self._score, score, bold, accent)
        self._write(self._label, label, small, theme.faint)

    def _lay_out(self, layout: CardLayout) -> None:
        self._layout = layout
        self._move(self._bar, layout.bar.left, layout.bar.top)
        self._move(self._face, *layout.box.middle)
        self._move(self._name, layout.pad, layout.first_line)
        self._move(self._score, layout.width - layout.pad, layout.first_line)
        self._move(self._label, layout.pad, layout.second_line)
        # No bar rather than cut words, and then on no card.
        widest = max(self._lettering.width(_words(label), layout.theme.font(-1)) for label in Label)
        beside = layout.width - 2 * layout.pad - layout.bar.width - layout.theme.px(6)
        self._has_bar = widest <= beside


def _words(label: Label) -> str:
    return label.words[:1].upper() + label.words[1:]
