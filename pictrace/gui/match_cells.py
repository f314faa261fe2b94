"""The cells of the grid of matches."""

import tkinter

from pictrace.gui.cards import Mark, Missing, Thumbnail
from pictrace.gui.cells import Cell, Photos
from pictrace.gui.describing import percent
from pictrace.gui.lettering import Lettering
from pictrace.gui.match_cards import CardLayout, paint_bar, paint_card, paint_face
from pictrace.gui.originals import readable
from pictrace.gui.thumbnails import Thumb
from pictrace.picture import Match


class MatchCell(Cell):
    def __init__(self, canvas: tkinter.Canvas, photos: Photos, lettering: Lettering) -> None:
        super().__init__(canvas, photos, lettering)
        self._back, self._bar, self._face = (self._image_item(anchor) for anchor in ("nw", "nw", "center"))
        self._name, self._score, self._label = self._text_items(("w", "e", "w"))
        self._layout: CardLayout | None = None
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
        filled = round(layout.bar.width * match.score)
        bar = self._photos.get(("bar", layout, filled, dimmed), lambda: paint_bar(layout, filled, dimmed=dimmed))
        self._show_photo(self._bar, bar)
        theme = layout.theme
        score, name, label = percent(match.score), match.picture.name.rpartition("/")[2], match.label.words
        plain, bold, small = theme.font(0), theme.font(0, bold=True), theme.font(-1)
        inner = layout.width - 2 * layout.pad
        room = inner - self._lettering.width(score, bold) - theme.px(8)
        fitting = self._lettering.shortened(label[:1].upper() + label[1:], small, inner - layout.bar.width - 8)
        ink, accent = (theme.faint, theme.faint) if dimmed else (theme.ink, theme.accent)
        self._write(self._name, self._lettering.shortened(readable(name), plain, room), plain, ink)
        self._write(self._score, score, bold, accent)
        self._write(self._label, fitting, small, theme.faint)

    def _lay_out(self, layout: CardLayout) -> None:
        self._layout = layout
        self._move(self._bar, layout.bar.left, layout.bar.top)
        self._move(self._face, *layout.box.middle)
        self._move(self._name, layout.pad, layout.first_line)
        self._move(self._score, layout.width - layout.pad, layout.first_line)
        self._move(self._label, layout.pad, layout.second_line)
