"""One match as a card: painted with Pillow, so that its corners, frame and bar are smooth. Words are Tk's own."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from PIL import Image

from pictrace.gui.drawing import picture_icon, rounded, rounded_mask
from pictrace.gui.theme import Theme

_TALL = 0.8
"""Of a thumbnail's box: its height for its width."""
_DIMMED = 0.55


class Mark(Enum):
    PLAIN = auto()
    HOVER = auto()
    CURRENT = auto()
    """Where the keyboard is, while it is in the grid."""
    LAST = auto()
    """Where the keyboard was."""


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
    def box(self) -> tuple[int, int]:
        """Of the thumbnail."""
        return self.width - 2 * self.pad, round(self.side * _TALL)

    @property
    def first_line(self) -> int:
        """The middle of the words' first line."""
        return self.pad + self.box[1] + self.theme.px(6) + self.line_height // 2

    @property
    def second_line(self) -> int:
        return self.first_line + self.line_height

    @property
    def height(self) -> int:
        return self.second_line + self.line_height // 2 + self.pad - self.theme.px(3)

    @property
    def bar(self) -> tuple[int, int, int, int]:
        """Left, top, width, height."""
        width, height = min(self.theme.px(46), self.width // 5), self.theme.px(4)
        return self.width - self.pad - width, self.second_line - height // 2, width, height


def paint_card(
    layout: CardLayout, score: float, thumbnail: Image.Image | None, *, broken: bool, mark: Mark, dimmed: bool
) -> Image.Image:
    """A thumbnail that is not there yet is a plain field."""
    theme = layout.theme
    card = _ground(layout, mark).copy()
    left, top, width, height = layout.bar
    filled = round(width * score)
    if filled:
        rounded(card, (left, top, max(filled, height), height), height // 2, theme.accent)
    box_width, box_height = layout.box
    if thumbnail is not None:
        place = (
            layout.pad + (box_width - thumbnail.width) // 2,
            layout.pad + (box_height - thumbnail.height) // 2,
        )
        card.paste(thumbnail, place, rounded_mask(thumbnail.width, thumbnail.height, theme.px(4)))
    else:
        rounded(card, (layout.pad, layout.pad, box_width, box_height), theme.px(4), theme.paper)
        if broken:
            icon = picture_icon(theme.px(36), theme.faint, theme.paper)
            card.paste(icon, (layout.pad + (box_width - icon.width) // 2, layout.pad + (box_height - icon.height) // 2))
    if dimmed:
        card = Image.blend(card, Image.new("RGB", card.size, theme.paper), _DIMMED)
    return card


@lru_cache(maxsize=32)
def _ground(layout: CardLayout, mark: Mark) -> Image.Image:
    theme = layout.theme
    card = Image.new("RGB", (layout.width, layout.height), theme.paper)
    colour, line = {
        Mark.PLAIN: (theme.line, theme.px(1)),
        Mark.HOVER: (theme.faint, theme.px(1)),
        Mark.CURRENT: (theme.accent, theme.px(2)),
        Mark.LAST: (theme.accent, theme.px(1)),
    }[mark]
    rounded(card, (0, 0, layout.width, layout.height), theme.px(8), theme.card, colour, max(1, line))
    rounded(card, layout.bar, layout.bar[3] // 2, theme.line)
    return card
