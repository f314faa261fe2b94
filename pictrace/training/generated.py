"""Pictures made by rules alone: heaps of things, fractals, façades, landscapes, trees.

They look like nothing in the world, but their edges, textures and colours are distributed much as in photographs:
enough to learn from without any photograph, and material for tests that need many different pictures.
"""

from collections.abc import Callable

import cv2
import numpy as np

from pictrace.picture import Pixels
from pictrace.training.shapes import lay, shape
from pictrace.training.textures import Canvas, Colours, Plane, Random, coordinates, noise, one_of, palette, texture


def picture(seed: int, side: int = 256) -> Pixels:
    """The picture of this seed, side × side; the same seed gives the same picture."""
    random = np.random.default_rng(seed)
    colours = palette(random)
    canvas = texture(random, side, colours)
    _SCENES[random.integers(len(_SCENES))](random, canvas, colours)
    return _developed(random, canvas)


def _textures(random: Random, side: int, colours: Colours) -> list[Canvas]:
    return [texture(random, side, colours) for _ in range(random.integers(2, 6))]


def _heap(random: Random, canvas: Canvas, colours: Colours) -> None:
    """Many things, each hiding part of those before it."""
    count = int(np.exp(random.uniform(np.log(3), np.log(120))))
    _things(random, canvas, colours, [None] * count)


def _table(random: Random, canvas: Canvas, colours: Colours) -> None:
    """A few large things on a ground."""
    count = int(np.exp(random.uniform(np.log(3), np.log(12))))
    _things(random, canvas, colours, [len(canvas) * random.uniform(0.1, 0.4) for _ in range(count)])


def _things(random: Random, canvas: Canvas, colours: Colours, radii: list[float] | list[None]) -> None:
    side = len(canvas)
    materials = _textures(random, side, colours)
    for radius in radii:
        mask = shape(random, side, radius)
        if random.random() < 0.5:
            paint = materials[random.integers(len(materials))]
        else:
            paint = one_of(random, colours) + random.normal(0, 0.05, 3).astype(np.float32)
        if random.random() < 0.4:
            paint = paint * _light_from_a_side(random, side)[..., None]
        if random.random() < 0.3:
            _shadow(canvas, mask)
        lay(canvas, mask, paint)


def _light_from_a_side(random: Random, side: int) -> Plane:
    angle, strength = random.uniform(0, 2 * np.pi), random.uniform(0.2, 0.9)
    down, across = coordinates(side)
    slope = (across - 0.5) * np.cos(angle) + (down - 0.5) * np.sin(angle)
    return np.asarray(1 + strength * slope, np.float32)


def _shadow(canvas: Canvas, mask: Plane) -> None:
    away = max(1, len(mask) // 50)
    cast = cv2.GaussianBlur(np.roll(mask, (away, away), (0, 1)), (0, 0), away)
    canvas *= 1 - 0.5 * cast[..., None]


def _portrait(random: Random, canvas: Canvas, colours: Colours) -> None:
    """One thing before a soft ground."""
    side = len(canvas)
    canvas += (texture(random, side, colours) - canvas) * 0.5
    lay(canvas, shape(random, side, side * random.uniform(0.15, 0.45)), texture(random, side, colours))


def _fractal(random: Random, canvas: Canvas, colours: Colours) -> None:
    density = _attractor(random, len(canvas))[..., None]
    paint = one_of(random, colours) * (1 - density) + one_of(random, colours) * density
    canvas += (paint - canvas) * np.minimum(1, density * 2)


def _attractor(random: Random, side: int) -> Plane:
    """How often points come by that a few random contractions throw about; 0 to 1."""
    count, points = int(random.integers(2, 6)), 4000
    left, __, right = np.linalg.svd(random.uniform(-1, 1, (count, 2, 2)))
    maps = (left * random.uniform(0.25, 0.85, (count, 1, 2))) @ right
    shifts = random.uniform(-1, 1, (count, 2))
    at, visited = random.uniform(-1, 1, (points, 2)), []
    for step in range(16):
        chosen = random.integers(count, size=points)
        at = np.einsum("nij,nj->ni", maps[chosen], at) + shifts[chosen]
        if step > 5:  # by then they have reached the attractor
            visited.append(at)
    cloud = np.concatenate(visited)
    low, high = np.percentile(cloud, [1, 99], axis=0)
    place = ((cloud - low) / (high - low + 1e-6) * (side - 1)).astype(int)
    place = place[((place >= 0) & (place < side)).all(axis=1)]
    hits = np.bincount(place[:, 1] * side + place[:, 0], minlength=side * side).reshape(side, side)
    density = cv2.GaussianBlur(np.log1p(hits).astype(np.float32), (0, 0), 0.8)
    return np.asarray(density / (density.max() + 1e-6), np.float32)


def _facade(random: Random, canvas: Canvas, colours: Colours) -> None:
    """Rows of equal rectangles, and often lettering: what people build and print."""
    side = len(canvas)
    for _ in range(random.integers(4, 50)):
        width, height = (np.exp(random.uniform(np.log(0.03), np.log(0.6), 2)) * side).astype(int) + 1
        x, y = random.integers(0, side, 2)
        columns, rows = random.integers(1, 5, 2)
        colour = one_of(random, colours)
        for column in range(columns):
            for row in range(rows):
                left, top = x + int(column * width * 1.5), y + int(row * height * 1.5)
                canvas[top : top + height, left : left + width] = colour * (1 if random.random() < 0.9 else 0.7)
    if random.random() < 0.6:
        for _ in range(random.integers(1, 6)):
            _letters(random, canvas, one_of(random, colours))


def _letters(random: Random, canvas: Canvas, colour: Colours) -> None:
    side = len(canvas)
    text = "".join(chr(random.integers(33, 123)) for _ in range(random.integers(2, 10)))
    start = int(random.integers(-side // 6, side // 2)), int(random.integers(10, max(11, side)))
    font, size, weight = int(random.integers(0, 7)), side / 256 * np.exp(random.normal(0, 0.5)), random.integers(1, 4)
    mask = np.zeros((side, side), np.uint8)
    cv2.putText(mask, text, start, font, float(size), 255, int(weight), cv2.LINE_AA)
    lay(canvas, np.asarray(mask / np.float32(255), np.float32), colour)


def _landscape(random: Random, canvas: Canvas, colours: Colours) -> None:
    """Ridges, one before the other, and some things on them."""
    side = len(canvas)
    grounds = _textures(random, side, colours)
    height = random.uniform(0.2, 0.5)
    down = np.arange(side)[:, None]
    for layer in range(random.integers(2, 6)):
        ridge = noise(random, side, random.uniform(1, 1.8))[0] * side * random.uniform(0.01, 0.07) + height * side
        height += random.uniform(0.08, 0.25)
        lay(canvas, (down > ridge[None]).astype(np.float32), grounds[layer % len(grounds)])
    for _ in range(random.integers(0, 8)):
        lay(canvas, shape(random, side), grounds[random.integers(len(grounds))])


def _tree(random: Random, canvas: Canvas, colours: Colours) -> None:
    """Branches that branch."""
    side = len(canvas)
    colour = [float(value) for value in one_of(random, colours)]
    spread, forks = random.uniform(0.2, 0.8), int(random.integers(2, 4))
    root, trunk = side * random.uniform(0.2, 0.8), side * random.uniform(0.15, 0.3)
    growing = [(root, float(side), -np.pi / 2, trunk, side * 0.03)]
    for x, y, angle, length, thickness in growing:
        tip_x, tip_y = x + length * np.cos(angle), y + length * np.sin(angle)
        ends = (int(x), int(y)), (int(tip_x), int(tip_y))
        cv2.line(canvas, *ends, colour, max(1, int(thickness)), cv2.LINE_AA)
        if length > side * 0.02 and len(growing) < 400:
            for _ in range(forks):
                turned, shorter = angle + random.normal(0, spread), length * random.uniform(0.6, 0.85)
                growing.append((tip_x, tip_y, turned, shorter, thickness * 0.7))


# How often each kind of scene comes.
_SCENES: tuple[Callable[[Random, Canvas, Colours], None], ...] = (
    *(_heap, _heap, _heap, _table, _table),
    *(_portrait, _fractal, _facade, _landscape, _tree),
)


def _developed(random: Random, canvas: Canvas) -> Pixels:
    """As a camera would have it: uneven light, a bent lens, soft focus, another gamma, grain."""
    side = len(canvas)
    if random.random() < 0.6:
        canvas = canvas * (1 + noise(random, side, 2.2)[..., None] * np.float32(random.uniform(0.05, 0.25)))
    if random.random() < 0.4:
        bend = np.float32(side * random.uniform(0.01, 0.05))
        down, across = (plane * side for plane in coordinates(side))
        across, down = across + noise(random, side, 2.0) * bend, down + noise(random, side, 2.0) * bend
        canvas = np.asarray(
            cv2.remap(canvas, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
        )
    if random.random() < 0.5:
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), random.uniform(0.4, 1.5) * side / 256), np.float32)
    canvas = np.clip(canvas, 0, 1) ** np.float32(random.uniform(0.7, 1.4))
    canvas = canvas + random.normal(0, random.choice([0, 0.01, 0.03]), canvas.shape).astype(np.float32)
    return np.asarray(np.clip(canvas, 0, 1) * 255, np.uint8)
