"""The parts of a card, painted with Pillow, so that its corners and its frame are smooth."""

from dataclasses import dataclass
from enum import Enum, auto

from PIL import Image

from pictrace.gui.drawing import picture_icon, rounded, rounded_mask
from pictrace.gui.theme import Theme


class Mark(Enum):
    PLAIN = auto()
    HOVER = auto()
    CURRENT = auto()
    """Where the keyboard is, while it is on this canvas."""
    LAST = auto()
    """Where the keyboard was."""


class Missing(Enum):
    """Why there is no thumbnail."""

    YET = auto()
    BROKEN = auto()


Thumbnail = Image.Image | Missing


@dataclass(frozen=True, slots=True)
class Place:
    """In pixels, from the card's corner."""

    left: int
    top: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.left + self.width // 2, self.top + self.height // 2

    def holds(self, x: int, y: int) -> bool:
        return 0 <= x - self.left < self.width and 0 <= y - self.top < self.height


def paint_ground(theme: Theme, size: tuple[int, int], mark: Mark, *, plain: str, hover: str) -> Image.Image:
    """An empty card with its frame, which has these colours while the keyboard is elsewhere."""
    card = Image.new("RGB", size, theme.paper)
    colour, line = {
        Mark.PLAIN: (plain, 1),
        Mark.HOVER: (hover, 1),
        Mark.CURRENT: (theme.accent, 2),
        Mark.LAST: (theme.accent, 1),
    }[mark]
    rounded(card, (0, 0, *size), theme.px(8), theme.card, colour, max(1, theme.px(line)))
    return card


def paint_thumbnail(theme: Theme, image: Image.Image) -> Image.Image:
    """With round corners, as it lies on a card."""
    painted = Image.new("RGB", image.size, theme.card)
    painted.paste(image, (0, 0), rounded_mask(*image.size, theme.px(4)))
    return painted


def paint_missing(theme: Theme, size: tuple[int, int], why: Missing) -> Image.Image:
    """A plain field until it comes, an icon if it never will."""
    field = Image.new("RGB", size, theme.card)
    rounded(field, (0, 0, *size), theme.px(4), theme.paper)
    if why is Missing.BROKEN:
        icon = picture_icon(theme.px(36), theme.faint, theme.paper)
        field.paste(icon, ((size[0] - icon.width) // 2, (size[1] - icon.height) // 2))
    return field
