"""One match as a card. Words are Tk's own, the rest is painted."""

from dataclasses import dataclass

from PIL import Image

from pictrace.gui.cards import Mark, Missing, Place, paint_ground, paint_missing, paint_thumbnail
from pictrace.gui.drawing import rounded
from pictrace.gui.theme import Theme

_TALL = 0.8
"""Of a thumbnail's box: its height for its width."""
_DIMMED = 0.55


@dataclass(frozen=True, slots=True)
class CardLayout:
    """In pixels, from the card's corner."""

    theme: Theme
    width: int
    side: int

    @property
    def pad(self) -> int:
        return self.theme.px(10)

    @property
    def line_height(self) -> int:
        return round(-self.theme.font(0)[1] * 1.5)

    @property
    def box(self) -> Place:
        """Of the thumbnail."""
        return Place(self.pad, self.pad, self.width - 2 * self.pad, round(self.side * _TALL))

    @property
    def first_line(self) -> int:
        """The middle of the words' first line."""
        return self.pad + self.box.height + self.theme.px(6) + self.line_height // 2

    @property
    def second_line(self) -> int:
        return self.first_line + self.line_height

    @property
    def height(self) -> int:
        return self.second_line + self.line_height // 2 + self.pad - self.theme.px(3)

    @property
    def bar(self) -> Place:
        width, height = min(self.theme.px(46), self.width // 6), self.theme.px(4)
        return Place(self.width - self.pad - width, self.second_line - height // 2, width, height)


def paint_card(layout: CardLayout, mark: Mark, *, dimmed: bool) -> Image.Image:
    """Without the thumbnail and the bar."""
    theme = layout.theme
    card = paint_ground(theme, (layout.width, layout.height), mark, plain=theme.line, hover=theme.faint)
    return _dimmed(card, theme, dimmed)


def paint_bar(layout: CardLayout, filled: int, *, dimmed: bool) -> Image.Image:
    """So many of its pixels are filled."""
    theme, place = layout.theme, layout.bar
    bar = Image.new("RGB", (place.width, place.height), theme.card)
    rounded(bar, (0, 0, place.width, place.height), place.height // 2, theme.line)
    if filled:
        rounded(bar, (0, 0, max(filled, place.height), place.height), place.height // 2, theme.accent)
    return _dimmed(bar, theme, dimmed)


def paint_face(layout: CardLayout, thumbnail: Image.Image | Missing, *, dimmed: bool) -> Image.Image:
    theme = layout.theme
    if isinstance(thumbnail, Missing):
        return _dimmed(paint_missing(theme, (layout.box.width, layout.box.height), thumbnail), theme, dimmed)
    return _dimmed(paint_thumbnail(theme, thumbnail), theme, dimmed)


def _dimmed(image: Image.Image, theme: Theme, dimmed: bool) -> Image.Image:
    return Image.blend(image, Image.new("RGB", image.size, theme.paper), _DIMMED) if dimmed else image
