"""Where the cards of the groups lie, and where the keyboard goes from each."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Seat:
    """The group's place in the list, and the file's in the group."""

    place: int
    file: int


@dataclass(frozen=True, slots=True)
class Measures:
    """In pixels, but for the columns."""

    columns: int
    card_width: int
    card_height: int
    head: int
    """Above the cards of each group."""
    gap: int


class ListLayout:
    """All of the list, in pixels from its top, whatever part of it is in sight."""

    def __init__(self, sizes: Sequence[int], measures: Measures) -> None:
        self._sizes = sizes
        self.measures = measures
        row = measures.card_height + measures.gap
        heights = (measures.head + -(-size // measures.columns) * row + measures.gap for size in sizes)
        self._tops = list(accumulate(heights, initial=0))

    @property
    def height(self) -> int:
        return self._tops[-1] + self.measures.gap

    def top(self, place: int) -> int:
        return self._tops[place]

    def place_at(self, y: int) -> int:
        """The group there; the nearest where there is none."""
        return max(0, min(bisect_right(self._tops, y), len(self._sizes)) - 1)

    def places(self, top: int, bottom: int) -> range:
        """The groups in between."""
        return range(self.place_at(top), min(len(self._sizes), bisect_right(self._tops, bottom)))

    def corner(self, seat: Seat) -> tuple[int, int]:
        measures = self.measures
        row, column = divmod(seat.file, measures.columns)
        x = measures.gap + column * (measures.card_width + measures.gap)
        return x, self._tops[seat.place] + measures.head + row * (measures.card_height + measures.gap)

    def files(self, place: int, top: int, bottom: int) -> range:
        """Those of the group whose cards are in between."""
        row = self.measures.card_height + self.measures.gap
        begin = self._tops[place] + self.measures.head
        first = max(0, (top - begin) // row) * self.measures.columns
        last = max(0, (bottom - begin) // row + 1) * self.measures.columns
        return range(first, min(last, self._sizes[place]))

    def seat_at(self, x: int, y: int) -> Seat | None:
        place = self.place_at(y)
        if not self._sizes:
            return None
        for file in self.files(place, y, y):
            left, top = self.corner(Seat(place, file))
            if 0 <= x - left < self.measures.card_width and 0 <= y - top < self.measures.card_height:
                return Seat(place, file)
        return None

    def moved(self, key: str, seat: Seat, page: int) -> Seat:
        """Where this key leads; "page" is how many pixels are in sight."""
        place, file = seat.place, seat.file
        last = len(self._sizes) - 1
        match key:
            case "Left" if file or place:
                return Seat(place, file - 1) if file else Seat(place - 1, self._sizes[place - 1] - 1)
            case "Right" if file + 1 < self._sizes[place] or place < last:
                return Seat(place, file + 1) if file + 1 < self._sizes[place] else Seat(place + 1, 0)
            case "Up":
                return self._above(seat)
            case "Down":
                return self._below(seat)
            case "Prior":
                return Seat(self.place_at(self._tops[place] - page), 0)
            case "Next":
                return Seat(self.place_at(self._tops[place] + page), 0)
            case "Home":
                return Seat(0, 0)
            case "End":
                return Seat(last, self._sizes[last] - 1)
        return seat

    def _above(self, seat: Seat) -> Seat:
        columns = self.measures.columns
        if seat.file >= columns:
            return Seat(seat.place, seat.file - columns)
        if seat.place == 0:
            return seat
        size = self._sizes[seat.place - 1]
        return Seat(seat.place - 1, min((size - 1) // columns * columns + seat.file % columns, size - 1))

    def _below(self, seat: Seat) -> Seat:
        columns, size = self.measures.columns, self._sizes[seat.place]
        if seat.file // columns < (size - 1) // columns:
            return Seat(seat.place, min(seat.file + columns, size - 1))
        if seat.place + 1 == len(self._sizes):
            return seat
        return Seat(seat.place + 1, min(seat.file % columns, self._sizes[seat.place + 1] - 1))
