"""Maps of the plane that turn, scale, shear and move."""

from dataclasses import dataclass
from math import sqrt

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Map:
    """Carries (x, y) to (a·x + b·y + left, c·x + d·y + top)."""

    a: float
    b: float
    left: float
    c: float
    d: float
    top: float

    def __call__(self, place: Place) -> Place:
        x, y = place
        return self.a * x + self.b * y + self.left, self.c * x + self.d * y + self.top

    def after(self, first: "Map") -> "Map":
        """What carries like `first` and then like this one."""
        left, top = self((first.left, first.top))
        return Map(
            self.a * first.a + self.b * first.c,
            self.a * first.b + self.b * first.d,
            left,
            self.c * first.a + self.d * first.c,
            self.c * first.b + self.d * first.d,
            top,
        )

    def moved(self, dx: float, dy: float) -> "Map":
        return Map(self.a, self.b, self.left + dx, self.c, self.d, self.top + dy)

    @property
    def area(self) -> float:
        """Of the unit square, carried; negative where it is mirrored."""
        return self.a * self.d - self.b * self.c

    @property
    def scale(self) -> float:
        return sqrt(abs(self.area))

    @property
    def upright(self) -> bool:
        """Neither turned nor sheared nor mirrored, but for what nobody sees."""
        return self.a > 0 and self.d > 0 and max(abs(self.b), abs(self.c)) < 1e-3 * self.scale

    @property
    def inverse(self) -> "Map":
        area = self.area
        a, b, c, d = self.d / area, -self.b / area, -self.c / area, self.a / area
        return Map(a, b, -(a * self.left + b * self.top), c, d, -(c * self.left + d * self.top))


SAME = Map(1, 0, 0, 0, 1, 0)


def scaling(across: float, down: float) -> Map:
    return Map(across, 0, 0, 0, down, 0)
