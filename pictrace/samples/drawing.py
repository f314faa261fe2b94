"""Paint, light and noise from which the sample scenes are made: shapes with soft edges, a developed photograph."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Field = npt.NDArray[np.floating[Any]]
"""One number a pixel, usually 0 to 1; shape (height, width), or one that spreads to it."""

Mask = Field | npt.NDArray[np.bool]
"""Where paint goes, and how thick."""

Colour = npt.NDArray[np.floating[Any]]
"""Red, green and blue of 0 to 1, plane by plane: shape (3, height, width), or one that spreads to it."""

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 900, 600
FINER = 3
"""Shapes are drawn this many times larger and reduced, which makes their edges smooth."""


def colour(hexadecimal: str) -> Colour:
    """ "ff8000" as numbers."""
    return np.array([int(hexadecimal[at : at + 2], 16) / 255 for at in (0, 2, 4)], np.float32)[:, None, None]


def mix(first: Colour, second: Colour, share: float | Field) -> Colour:
    """first where share is 0, second where it is 1."""
    return first + (second - first) * share


def smooth(low: float, high: float, values: Field) -> Field:
    """0 up to low, 1 from high on, without a kink between them."""
    t = np.clip((np.asarray(values, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def blur(layer: Mask, across: float, down: float | None = None) -> Field:
    """Gaussian, with the standard deviation in pixels."""
    import cv2

    down = across if down is None else down
    return np.asarray(cv2.GaussianBlur(np.asarray(layer, np.float32), (0, 0), across, sigmaY=down))


def moved(layer: Field, down: int, across: int) -> Field:
    """Its edges follow, where numpy's roll would bring in the other side."""
    rows = np.clip(np.arange(layer.shape[0]) - down, 0, layer.shape[0] - 1)
    columns = np.clip(np.arange(layer.shape[1]) - across, 0, layer.shape[1] - 1)
    return layer.take(rows, 0).take(columns, 1)


def enlarged(small: Field, width: int, height: int) -> Field:
    import cv2

    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def curve_through(points: Points, closed: bool = False, steps: int = 10) -> list[tuple[float, float]]:
    """A soft line (Catmull–Rom) through the points."""
    given = list(points)
    around = [given[-1], *given, given[0], given[1]] if closed else [given[0], *given, given[-1]]
    line: list[tuple[float, float]] = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False):
        for step in range(steps):
            t = step / steps
            line.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return line if closed else [*line, given[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def _extent(filled: Field) -> slice:
    """From the first to the last that is not 0."""
    places = np.flatnonzero(filled)
    return slice(places[0], places[-1] + 1) if places.size else slice(0)


class Shapes:
    """A mask in the making: everything drawn here gets its paint together."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("L", (width * FINER, height * FINER))
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points: Points, value: float = 1) -> "Shapes":
        self._draw.polygon([(x * FINER, y * FINER) for x, y in points], fill=round(value * 255))
        return self

    def box(self, left: float, top: float, right: float, bottom: float, value: float = 1) -> "Shapes":
        return self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], value)

    def line(self, points: Points, thickness: float, value: float = 1) -> "Shapes":
        enlarged_points = [(x * FINER, y * FINER) for x, y in points]
        self._draw.line(enlarged_points, round(value * 255), max(1, round(thickness * FINER)), joint="curve")
        return self

    def disc(self, x: float, y: float, across: float, down: float | None = None, value: float = 1) -> "Shapes":
        down = across if down is None else down
        box = [(x - across) * FINER, (y - down) * FINER, (x + across) * FINER, (y + down) * FINER]
        self._draw.ellipse(box, fill=round(value * 255))
        return self

    def ring(self, x: float, y: float, radius: float, thickness: float) -> "Shapes":
        box = [(x - radius) * FINER, (y - radius) * FINER, (x + radius) * FINER, (y + radius) * FINER]
        self._draw.ellipse(box, outline=255, width=max(1, round(thickness * FINER)))
        return self

    def mask(self, softness: float = 0) -> Field:
        field = np.zeros((self._image.height // FINER, self._image.width // FINER), np.float32)
        if drawn := self._image.getbbox():
            left, top = drawn[0] // FINER, drawn[1] // FINER
            right, bottom = -(-drawn[2] // FINER), -(-drawn[3] // FINER)
            part = self._image.reduce(FINER, (left * FINER, top * FINER, right * FINER, bottom * FINER))
            field[top:bottom, left:right] = np.asarray(part, np.float32) / 255
        return blur(field, softness) if softness else field


class Painting:
    """Pixels to paint on from the back to the front, then develop into a photograph."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.width, self.height = WIDTH, HEIGHT
        self.x: Field = np.arange(WIDTH, dtype=np.float32)[None, :] + np.float32(0.5)
        self.y: Field = np.arange(HEIGHT, dtype=np.float32)[:, None] + np.float32(0.5)
        self.pixels: Colour = np.zeros((3, HEIGHT, WIDTH), np.float32)

    # --- paint

    def sky(self, stops: Sequence[tuple[float, str]], bottom: float | None = None) -> None:
        """Colours from above to below; the stops count from 0 at the top to 1 at the bottom."""
        places = [at * (self.height if bottom is None else bottom) for at, _ in stops]
        colours = np.array([colour(text) for _, text in stops])
        for plane in range(3):
            self.pixels[plane] = np.interp(self.y, places, colours[:, plane, 0, 0])

    def lay(self, paint: Colour, mask: Mask) -> None:
        """Covers what is there, as much as the mask says."""
        mask = np.broadcast_to(np.asarray(mask, np.float32), (self.height, self.width))
        rows, columns = _extent(mask.max(axis=1)), _extent(mask.max(axis=0))
        below = self.pixels[:, rows, columns]
        layer = np.broadcast_to(np.asarray(paint, np.float32), self.pixels.shape)[:, rows, columns] - below
        layer *= mask[rows, columns]
        below += layer

    def shade(self, strength: Field, tint: Colour | None = None) -> None:
        """Darkens towards the tint (black if there is none)."""
        depth = np.asarray(strength, np.float32)
        self.pixels *= 1 - (depth if tint is None else depth * (1 - tint))

    def light(self, strength: Field, tint: Colour) -> None:
        """Adds light that never burns out."""
        added = np.clip(np.asarray(strength, np.float32) * np.asarray(tint, np.float32), 0, 1)
        self.pixels += (1 - self.pixels) * added

    def glow(self, x: float, y: float, radius: float, tint: Colour, strength: float = 1) -> None:
        distance = ((self.x - x) ** 2 + (self.y - y) ** 2) / np.float32(radius * radius)
        fall = 1 / (1 + distance * 4)
        self.light(np.float32(strength) * fall * np.sqrt(fall), tint)

    def haze(self, tint: Colour, y: float, thickness: float, strength: float = 1) -> None:
        self.lay(tint, np.exp(-(((self.y - y) / thickness) ** 2)) * strength)

    # --- noise

    def noise(self, across: float, down: float | None = None, octaves: int = 4, fade: float = 0.5) -> Field:
        """Clouds around 0.5, mostly from 0.2 to 0.8; the largest blots have the size given, in pixels."""
        down = across if down is None else down
        field = np.zeros((self.height, self.width), np.float32)
        weight, total = 1.0, 0.0
        for _octave in range(octaves):
            size = (int(self.height / down) + 3, int(self.width / across) + 3)
            if size[0] > self.height or size[1] > self.width:
                break
            grid = self.random.random(size, np.float32)
            field += enlarged(grid, self.width, self.height) * weight
            total += weight
            weight *= fade
            across, down = across / 2, down / 2
        return field / total

    def outline(self, roughness: Sequence[tuple[float, float]], shift: float = 0) -> Field:
        """A wandering line, one height for each column: (wavelength, amplitude) pairs in pixels are summed."""
        columns = self.x[0] + shift
        line = np.zeros(self.width, np.float32)
        for wavelength, amplitude in roughness:
            knots = self.random.uniform(-1, 1, 64 + int(3 * self.width / wavelength)).astype(np.float32)
            at = (columns + self.width) / wavelength
            first = at.astype(np.int32)
            part = at - first
            part = part * part * (3 - 2 * part)
            line += (knots[first] * (1 - part) + knots[first + 1] * part) * np.float32(amplitude)
        return line

    def below(self, line: Field) -> Field:
        """1 under the line that has one height a column."""
        return np.clip(self.y - line[None, :] + np.float32(0.5), 0, 1)

    def ground_noise(self, horizon: float, scale: float = 1, stretch: float = 1) -> Field:
        """Noise that lies flat and runs away to the horizon; around 0.5 and calm far off."""
        import cv2

        side = 512
        spectrum = np.fft.rfft2(self.random.standard_normal((side, side)))
        frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :]) * side
        spectrum *= np.where(frequency < 4, 0, 1 / np.maximum(frequency, 1) ** 1.1)
        tile = np.fft.irfft2(spectrum).astype(np.float32)
        tile /= tile.std() * 5
        depth = np.float32(self.height) / np.maximum(self.y - np.float32(horizon), 1)
        u = (self.x - self.width / 2) * depth * np.float32(0.7 / scale / stretch)
        v = np.broadcast_to(depth * np.float32(160 / scale), u.shape)
        wrapped = cv2.remap(
            tile, u % side, np.ascontiguousarray(v % side), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        calm = smooth(0, self.height * 0.3, self.y - np.float32(horizon)) * 0.85 + 0.15
        return np.asarray(wrapped * calm + 0.5, np.float32)

    # --- parts that many scenes have

    def shapes(self) -> Shapes:
        return Shapes(self.width, self.height)

    def spruces(self, base: Field, count: int, tall: tuple[float, float], slope: float = 3.2) -> Field:
        """The outline of a row of conifers that stand on the base line."""
        line = base.copy()
        for x, height in zip(
            self.random.uniform(-20, self.width + 20, count), self.random.uniform(*tall, count), strict=True
        ):
            distance = np.abs(self.x[0] - np.float32(x))
            at = int(np.clip(x, 0, self.width - 1))
            boughs = distance * slope + (distance * slope * 1.3) % (height * 0.14) * 0.9
            line = np.minimum(line, base[at] - height + boughs)
        return line.astype(np.float32)

    def mirror(self, horizon: int, tint: Colour, share: float = 0.35, ripple: float = 1) -> None:
        """Water under the horizon: what stands above it, upside down, moved by ripples."""
        import cv2

        rows = self.height - horizon
        depth = np.arange(rows, dtype=np.float32)[:, None]
        waves = (self.ground_noise(horizon, 0.6, 3)[horizon:] - 0.5) * np.float32(ripple)
        source_y = np.clip(horizon - 1 - depth * np.float32(0.94) - np.abs(waves) * (8 + depth * 0.35), 0, horizon - 1)
        source_x = np.broadcast_to(self.x, waves.shape) + waves * (6 + depth * np.float32(0.14))
        image = np.empty((3, rows, self.width), np.float32)
        for plane in range(3):
            cv2.remap(self.pixels[plane], source_x, source_y, cv2.INTER_LINEAR, image[plane], cv2.BORDER_REFLECT)
            image[plane] = blur(image[plane], 0.8, 1.6)
        towards = np.broadcast_to(
            np.float32(share) + depth / np.float32(rows) * (1 - share) * np.float32(0.5), waves.shape
        )
        self.pixels[:, horizon:] = mix(image, tint, np.clip(towards + waves * 0.25, 0, 1))

    # --- the photograph

    def develop(
        self, warmth: float = 0, contrast: float = 0.5, grain: float = 0.016, bloom: float = 0.25
    ) -> Image.Image:
        """The finished photograph: bloom around lights, a tone curve, darker corners, grain."""
        pixels = np.clip(self.pixels, 0, 1)
        if bloom:
            for plane in pixels:
                bright = blur(np.maximum(plane[::4, ::4] - np.float32(0.55), 0), 6)
                plane += np.maximum(enlarged(bright, self.width, self.height), 0) * np.float32(bloom * 2)
            np.clip(pixels, 0, 1, out=pixels)
        pixels += (pixels * pixels * (3 - 2 * pixels) - pixels) * np.float32(contrast)
        distance = ((self.x / self.width - 0.5) ** 2 + (self.y / self.height - 0.5) ** 2).astype(np.float32)
        pixels *= np.float32(1.02) - np.float32(0.38) * distance
        pixels *= np.array([1 + warmth, 1, 1 - warmth], np.float32)[:, None, None]
        grains = blur(self.random.standard_normal((self.height, self.width), np.float32), 0.6)
        pixels += grains * np.float32(grain)
        planes = (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
        return Image.merge("RGB", [Image.fromarray(plane) for plane in planes])
