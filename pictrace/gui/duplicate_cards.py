"""One file of a group as a card: painted with Pillow, so that frames, pills and ticks are smooth. Words are Tk's."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from PIL import Image, ImageDraw

from pictrace.gui.cards import Mark, Missing, Place, Thumbnail, paint_ground, paint_missing, paint_thumbnail
from pictrace.gui.drawing import rounded, rounded_mask
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


def paint_card(layout: CardLayout, mark: Mark, fate: Fate) -> Image.Image:
    """Without the picture and what lies over it."""
    theme, goes = layout.theme, fate is Fate.GOES
    plain, hover = (theme.danger, theme.danger) if goes else (theme.line, theme.faint)
    return paint_ground(theme, (layout.width, layout.height), mark, plain=plain, hover=hover)


def paint_face(layout: CardLayout, thumbnail: Thumbnail, fate: Fate, pill_width: int, *, warns: bool) -> Image.Image:
    """The picture in its box, with the box to tick, and the pill round words of this width; 0 for no pill."""
    theme, box = layout.theme, layout.picture
    if isinstance(thumbnail, Missing):
        face = paint_missing(theme, (box.width, box.height), thumbnail)
    else:
        if fate is Fate.GOES:
            thumbnail = Image.blend(thumbnail.convert("RGB"), Image.new("RGB", thumbnail.size, theme.card), _WASHED)
        face = Image.new("RGB", (box.width, box.height), theme.card)
        place = (box.width - thumbnail.width) // 2, (box.height - thumbnail.height) // 2
        face.paste(paint_thumbnail(theme, thumbnail), place)
    if fate is not Fate.FIXED:
        check = layout.check
        box_to_tick, mask = _check(theme, check.width, fate is Fate.GOES)
        face.paste(box_to_tick, (check.left - box.left, check.top - box.top), mask)
    if pill_width:
        pill = layout.pill(pill_width)
        ground, _ink = pill_colours(theme, fate, warns=warns)
        place_on_face = (pill.left - box.left, pill.top - box.top, pill.width, pill.height)
        rounded(face, place_on_face, pill.height // 2, ground)
    return face


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
