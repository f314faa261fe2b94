"""One zoom and pan for two pictures: which part of each is seen, and where on the canvas it comes to lie."""

from dataclasses import dataclass, replace
from math import log2, sqrt

from pictrace.gui.maps import Map, Place, scaling

MOST_ZOOM = 64.0

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pane:
    """A part of the canvas, in its pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def centre(self) -> Place:
        return self.left + self.width / 2, self.top + self.height / 2

    def holds(self, place: Place) -> bool:
        x, y = place
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height


@dataclass(frozen=True, slots=True)
class Lens:
    """What of the one picture is in the middle, as shares of its width and height, and how large it is seen."""

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    """1 where the whole picture fits."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A pair of pictures seen through one lens. Views carry shares of a picture's sides to pixels of the canvas."""

    one: Size
    other: Size
    affine: Map | None
    """From shares of the one to shares of the other, where that is known: then both show the same thing."""
    lens: Lens = Lens()

    def view(self, of_other: bool, pane: Pane) -> Map:
        lens = self.lens
        size = self.other if of_other else self.one
        scale = _fitting(size, pane) * lens.zoom
        x, y = lens.x, lens.y
        if of_other and self.affine is not None:
            exact = _fitting(self.one, pane) * lens.zoom / self._enlarged(self.affine)
            scale = scale ** (1 - self._locked) * exact**self._locked
            there_x, there_y = self.affine((x, y))
            x, y = (0.5 + (there - 0.5) * self._locked for there in (there_x, there_y))
        across, down = size[0] * scale, size[1] * scale
        middle_x, middle_y = pane.centre
        return Map(across, 0, middle_x - x * across, 0, down, middle_y - y * down)

    def moved(self, of_other: bool, pane: Pane, dx: float, dy: float) -> "Sight":
        """As if the picture in this pane was dragged by so many pixels, and the other one followed."""
        view = self.view(of_other, pane)
        x, y = dx / view.a, dy / view.d
        if of_other and self.affine is not None:
            if self._locked < 1e-6:
                return self
            back = self.affine.inverse
            x, y = (back.a * x + back.b * y) / self._locked, (back.c * x + back.d * y) / self._locked
        return self._held(replace(self.lens, x=self.lens.x - x, y=self.lens.y - y), pane)

    def zoomed(self, of_other: bool, pane: Pane, factor: float, around: Place) -> "Sight":
        """The point of the picture under `around` stays there, as far as the picture's edges let it."""
        stays = self.view(of_other, pane).inverse(around)
        zoom = min(MOST_ZOOM, max(1.0, self.lens.zoom * factor))
        near = replace(self, lens=replace(self.lens, zoom=zoom))
        x, y = near.view(of_other, pane)(stays)
        return near.moved(of_other, pane, around[0] - x, around[1] - y)

    @property
    def _locked(self) -> float:
        """0 where both fit, each by itself; 1 from twofold zoom on, where both show the same thing at the same size."""
        return min(1.0, log2(self.lens.zoom))

    def _enlarged(self, affine: Map) -> float:
        """Pixels of the other for one of the one."""
        return sqrt(abs(affine.area) * self.other[0] * self.other[1] / (self.one[0] * self.one[1]))

    def _held(self, lens: Lens, pane: Pane) -> "Sight":
        """No further than to the edge of the picture."""
        scale = _fitting(self.one, pane) * lens.zoom
        half_x, half_y = (
            min(0.5, room / (2 * side * scale)) for room, side in zip((pane.width, pane.height), self.one, strict=True)
        )
        x, y = min(1 - half_x, max(half_x, lens.x)), min(1 - half_y, max(half_y, lens.y))
        return replace(self, lens=replace(lens, x=x, y=y))


def over_one_another(affine: Map | None, onto_other: bool) -> Map:
    """From shares of the picture that is laid over to shares of the one below."""
    if affine is None:
        return scaling(1, 1)
    return affine if onto_other else affine.inverse


def _fitting(size: Size, pane: Pane) -> float:
    return min(max(1, pane.width) / size[0], max(1, pane.height) / size[1])
