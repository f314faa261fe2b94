"""The part of a picture that counts, at the size that counts."""

import math
from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.picture import Pixels

_LEAST_SIDE = 8
_BORDER_SIDE = 128
_BORDER_TOLERANCE = 10
"""Grey levels that JPEG and paper may differ by within an even border."""
_BORDER_SPECKS = 0.02
"""The share of a border line that may differ by more."""
_BORDER_LIMIT = 0.6
"""What would cut more than this off two opposite sides is no border: the picture itself is even."""


def fitted(pixels: Pixels, longest: int) -> Pixels:
    """The picture at this longest side, in its own proportions; no side becomes less than a few pixels."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale == 1 and min(height, width) >= _LEAST_SIDE:
        return pixels
    size = max(_LEAST_SIDE, round(width * scale)), max(_LEAST_SIDE, round(height * scale))
    return resized(pixels, size, shrinks=scale < 1)


def squared(pixels: Pixels, side: int) -> Pixels:
    """The whole picture pressed into a square."""
    return resized(pixels, (side, side), shrinks=True)


def resized(pixels: Pixels, size: tuple[int, int], shrinks: bool) -> Pixels:
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8)


def without_even_borders(pixels: Pixels) -> Pixels:
    """The picture without frames, bars and paper of one colour around it."""
    grey = cv2.cvtColor(fitted(pixels, _BORDER_SIDE), cv2.COLOR_RGB2GRAY).astype(np.int16)
    top, bottom = _both_ends(grey, pixels.shape[0])
    left, right = _both_ends(grey.T, pixels.shape[1])
    return pixels[top:bottom, left:right]


def _both_ends(lines: npt.NDArray[np.int16], length: int) -> tuple[int, int]:
    """Where, along `length` pixels, what is no border begins and ends."""
    before, after = _even_lines(lines), _even_lines(lines[::-1])
    if before + after > _BORDER_LIMIT * len(lines):
        return 0, length
    first = math.ceil(before * length / len(lines))
    end = length - math.ceil(after * length / len(lines))
    return (first, end) if first < end else (0, length)


def _even_lines(lines: Iterable[npt.NDArray[np.int16]]) -> int:
    """How many lines from the start on are of the first one's colour."""
    count, colour = 0, None
    for line in lines:
        if colour is None:
            colour = np.median(line)
        if np.mean(np.abs(line - colour) > _BORDER_TOLERANCE) >= _BORDER_SPECKS:
            break
        count += 1
    return count
