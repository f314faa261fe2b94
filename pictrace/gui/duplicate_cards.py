"""One file of a group as a card: painted with Pillow, so that frames, pills and ticks are smooth. Words are Tk's."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from PIL import Image, ImageDraw

from pictrace.gui.drawing import picture_icon, rounded, rounded_mask
from pictrace.gui.theme import Theme

_TALL = 0.72
"""Of a thumbnail's box: its height for its width."""
_WASHED = 0.5
_FINE = 4


class Fate(Enum):
    STAYS = auto()
    """Proposed, or chosen, to be the one that stays whatever happens."""
    GOES = auto()
    OPEN = auto()
    """Stays unless it is marked."""
    FIXED = auto()
    """Cannot be deleted."""


class Frame(Enum):
    PLAIN = auto()
    HOVER = auto()
    CURRENT = auto()
    LAST = auto()
    """Where the keyboard was, while it is elsewhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """In pixels."""

    left: int
    top: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        return 0 <= x - self.left < self.width and 0 <= y - self.top < self.height


@dataclass(frozen=True, slots=True)
class CardLayout:
    """From the card's corner."""

    theme: Theme
    width: int

    @property
    def pad(self) -> int:
        return self.theme.px(10)

    @property
    def line(self) -> int:
        return round(-self.theme.font(0)[1] * 1.45)

    @property
    def picture(self) -> Place:
        inner = self.width - 2 * self.pad
        return Place(self.pad, self.pad, inner, round(inner * _TALL))

    @property
    def check(self) -> Place:
        side = max(self.theme.px(20), self.line)
        return Place(self.pad + self.theme.px(6), self.pad + self.theme.px(6), side, side)

    def pill(self, words_width: int) -> Place:
        width = words_width + self.theme.px(16)
        return Place(self.width - self.pad - self.theme.px(6) - width, self.check.top, width, self.check.height)

    def line_middle(self, number: int) -> int:
        return self.pad + self.picture.height + self.theme.px(6) + self.line * number + self.line // 2

    @property
    def height(self) -> int:
        return self.line_middle(2) + self.line // 2 + self.pad - self.theme.px(2)


@dataclass(frozen=True, slots=True)
class Face:
    """All that a card's paint depends on, but the picture itself."""

    layout: CardLayout
    fate: Fate
    frame: Frame
    pill_width: int
    """Of its words; 0 for no pill."""
    broken: bool
    warns: bool


def pill_colours(theme: Theme, fate: Fate, *, warns: bool) -> tuple[str, str]:
    """Ground and ink."""
    if warns and fate is not Fate.GOES:
        return theme.warning, theme.on_warning
    return {
        Fate.STAYS: (theme.accent, theme.on_accent),
        Fate.GOES: (theme.danger, theme.on_accent),
        Fate.OPEN: (theme.panel, theme.ink),
        Fate.FIXED: (theme.panel, theme.faint),
    }[fate]


def paint(face: Face, thumbnail: Image.Image | None) -> Image.Image:
    """A thumbnail that is not there yet is a plain field."""
    layout, theme = face.layout, face.layout.theme
    card = _ground(layout, face.frame, face.fate).copy()
    box = layout.picture
    if thumbnail is not None:
        if face.fate is Fate.GOES:
            thumbnail = Image.blend(thumbnail.convert("RGB"), Image.new("RGB", thumbnail.size, theme.card), _WASHED)
        place = box.left + (box.width - thumbnail.width) // 2, box.top + (box.height - thumbnail.height) // 2
        card.paste(thumbnail, place, rounded_mask(thumbnail.width, thumbnail.height, theme.px(4)))
    else:
        rounded(card, (box.left, box.top, box.width, box.height), theme.px(4), theme.paper)
        if face.broken:
            icon = picture_icon(theme.px(36), theme.faint, theme.paper)
            card.paste(icon, (box.left + (box.width - icon.width) // 2, box.top + (box.height - icon.height) // 2))
    if face.fate is not Fate.FIXED:
        check = layout.check
        box_to_tick, mask = _check(theme, check.width, face.fate is Fate.GOES)
        card.paste(box_to_tick, (check.left, check.top), mask)
    if face.pill_width:
        pill = layout.pill(face.pill_width)
        ground, _ink = pill_colours(theme, face.fate, warns=face.warns)
        rounded(card, (pill.left, pill.top, pill.width, pill.height), pill.height // 2, ground)
    return card


@lru_cache(maxsize=64)
def _ground(layout: CardLayout, frame: Frame, fate: Fate) -> Image.Image:
    theme = layout.theme
    card = Image.new("RGB", (layout.width, layout.height), theme.paper)
    colour, line = {
        Frame.PLAIN: (theme.danger if fate is Fate.GOES else theme.line, 1),
        Frame.HOVER: (theme.danger if fate is Fate.GOES else theme.faint, 1),
        Frame.CURRENT: (theme.accent, 2),
        Frame.LAST: (theme.accent, 1),
    }[frame]
    rounded(card, (0, 0, layout.width, layout.height), theme.px(8), theme.card, colour, max(1, theme.px(line)))
    return card


@lru_cache(maxsize=16)
def _check(theme: Theme, side: int, ticked: bool) -> tuple[Image.Image, Image.Image]:
    """The box to tick, and its mask."""
    box = Image.new("RGB", (side, side), theme.card)
    rounded(box, (0, 0, side, side), theme.px(5), theme.card, theme.faint, max(1, theme.px(1.5)))
    if ticked:
        rounded(box, (0, 0, side, side), theme.px(5), theme.danger)
        tick = Image.new("L", (side * _FINE, side * _FINE))
        points = [(0.24, 0.52), (0.43, 0.71), (0.77, 0.31)]
        ImageDraw.Draw(tick).line(
            [(x * side * _FINE, y * side * _FINE) for x, y in points],
            fill=255,
            width=round(side * _FINE * 0.12),
            joint="curve",
        )
        box.paste(theme.on_accent, (0, 0), tick.resize((side, side), Image.Resampling.BOX))
    return box, rounded_mask(side, side, theme.px(5))
