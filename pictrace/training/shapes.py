"""Shapes: masks between 0 and 1, with soft edges, that say where paint goes."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.training.textures import Canvas, Plane, Random

_Outline = npt.NDArray[np.float64]
"""Points around the origin, within about 1 of it, shape (points, 2)."""

_SUBPIXEL_BITS = 3


def _round_trip(corners: int) -> _Outline:
    return np.linspace(0, 2 * np.pi, corners, endpoint=False)


def _around(angles: _Outline, radii: _Outline) -> _Outline:
    return np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1)


def _rectangle(_random: Random) -> _Outline:
    return np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def _ellipse(_random: Random) -> _Outline:
    return _around(_round_trip(40), np.ones(40))


def _polygon(random: Random) -> _Outline:
    corners = int(random.integers(3, 9))
    return _around(_round_trip(corners) + random.normal(0, 0.2, corners), np.ones(corners))


def _star(random: Random) -> _Outline:
    corners = 2 * int(random.integers(4, 10))
    return _around(_round_trip(corners), np.where(np.arange(corners) % 2, random.uniform(0.25, 0.7), 1.0))


def _blob(random: Random) -> _Outline:
    angles = _round_trip(48)
    waves = [random.normal(0, 0.35 / k) * np.cos(k * angles + random.uniform(0, 2 * np.pi)) for k in range(1, 8)]
    return _around(angles, 1 + np.sum(waves, axis=0))


_OUTLINES: tuple[Callable[[Random], _Outline], ...] = (_rectangle, _ellipse, _polygon, _star, _blob)


def shape(random: Random, side: int, radius: float | None = None) -> Plane:
    """A closed shape or a thick curve somewhere in the picture. Without a radius: many small ones, few large ones."""
    if radius is None:
        radius = side * min(0.5, 0.04 * (1 - random.random()) ** -0.6)
    centre = random.random(2) * side
    mask = np.zeros((side, side), np.uint8)
    kind = int(random.integers(len(_OUTLINES) + 1))
    if kind == len(_OUTLINES):
        points = _curve(random) * radius + centre
        thickness = max(1, int(radius * random.uniform(0.05, 0.3)))
        cv2.polylines(mask, [_fixed(points)], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    else:
        squeeze, angle = np.exp(-abs(random.normal(0, 0.6))), random.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        points = (_OUTLINES[kind](random) * [radius, radius * squeeze]) @ turn + centre
        cv2.fillPoly(mask, [_fixed(points)], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    return np.asarray(mask / np.float32(255), np.float32)


def _curve(random: Random) -> _Outline:
    bends = np.cumsum(random.normal(0, 0.5, (int(random.integers(3, 8)), 2)), axis=0)
    along = np.linspace(0, len(bends) - 1, 40)
    points = np.stack([np.interp(along, range(len(bends)), bends[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(cv2.GaussianBlur(points, (1, 9), 2), np.float64)


def _fixed(points: _Outline) -> npt.NDArray[np.int32]:
    return (points * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def lay(canvas: Canvas, mask: Plane, paint: Canvas) -> None:
    """Paint (a canvas, or one colour) where the mask is, in place; only the mask's box is touched, which saves time."""
    x, y, width, height = cv2.boundingRect((mask > 0).astype(np.uint8))
    box = np.s_[y : y + height, x : x + width]
    inside = paint[box] if paint.ndim == 3 else paint
    canvas[box] += (inside - canvas[box]) * mask[box][..., None]
