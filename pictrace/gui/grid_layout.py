"""Where the cards of the grid are, in pixels from its upper left corner, unscrolled."""

from dataclasses import dataclass
from functools import cached_property

from pictrace.gui.match_cards import CardLayout
from pictrace.gui.theme import Theme


@dataclass(frozen=True)
class GridLayout:
    theme: Theme
    width: int
    side: int
    """Of a thumbnail, in logical pixels."""
    count: int

    @cached_property
    def gap(self) -> int:
        return self.theme.px(12)

    @cached_property
    def columns(self) -> int:
        least = self.theme.px(self.side + 20)
        return max(1, (self.width - self.gap) // (least + self.gap))

    @cached_property
    def card(self) -> CardLayout:
        """As broad as fills the row."""
        width = (self.width - self.gap * (self.columns + 1)) // self.columns
        return CardLayout(self.theme, max(width, self.theme.px(60)), self.theme.px(self.side))

    @cached_property
    def row_height(self) -> int:
        return self.card.height + self.gap

    @cached_property
    def height(self) -> int:
        rows = -(-self.count // self.columns)
        return rows * self.row_height + self.theme.px(8)

    def place_of(self, index: int) -> tuple[int, int]:
        row, column = divmod(index, self.columns)
        return self.gap + column * (self.card.width + self.gap), row * self.row_height

    def in_sight(self, top: int, height: int) -> range:
        first = top // self.row_height * self.columns
        return range(first, min(self.count, ((top + height) // self.row_height + 1) * self.columns))

    def index_at(self, x: int, y: int) -> int | None:
        row, below = divmod(y, self.row_height)
        column, beside = divmod(x - self.gap, self.card.width + self.gap)
        index = row * self.columns + column
        inside = 0 <= column < self.columns and beside < self.card.width and below < self.card.height
        return index if inside and 0 <= index < self.count else None
