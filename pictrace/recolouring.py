"""Whether one change of tone and colour makes one picture of another, or only what lies around them is shared."""

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.picture import Pixels
from pictrace.structure import Alignment, Blur, Mask, Plane, worst_region

Colours = npt.NDArray[np.uint8]
"""Lab, all three axes over about 255; shape (height, width, 3)."""

COLOUR_SIDE = 64

_SOFT, _WINDOW = 0.75, 1.5
_NOTHING_IN_IT = 4.0
_RUNS_OTHERWISE, _RUNS_ALIKE = 0.5, 0.7
_OTHER_COLOUR = 14.0
_GREY = 2.0
_REGION = 0.55
_FEWEST_WITNESSES, _ENOUGH_WITNESSES = 40, 600
_ROUNDS = 3
_KEPT = np.diag([0.0, 30, 30, 30, 30, 30, 30]).astype(np.float32)
"""How strongly colours are held to stay as they are where the witnesses say little."""
_AS_IT_IS = np.eye(7, 3, k=-1, dtype=np.float32)


def small_colours(pixels: Pixels) -> Colours:
    height, width = pixels.shape[:2]
    scale = min(1.0, COLOUR_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2Lab), np.uint8)


def foreign_region(alignment: Alignment) -> float:
    """Of two pictures' colours: the share of the worst region, of 55% of each side, that shows something else.

    There patterns run differently, or the colours are not those that the change seen elsewhere makes one expect.
    """
    overlap = alignment.overlap
    weight = overlap.astype(np.float32)
    soften = Blur(weight, _SOFT)
    one, other = (soften(side.astype(np.float32)) for side in (alignment.one, alignment.other))
    likeness, something = _patterns(one[..., 0], other[..., 0], Blur(weight, _WINDOW))
    witnesses = overlap & something & (likeness > _RUNS_ALIKE)
    if witnesses.sum() < _FEWEST_WITNESSES:
        witnesses = overlap
    strange = something & (likeness < _RUNS_OTHERWISE)
    ways = (strange | (_unexplained(*way, witnesses) > _OTHER_COLOUR) for way in ((one, other), (other, one)))
    there, back = (worst_region(way & overlap, overlap, _REGION) for way in ways)
    # No change makes grey colourful again.
    colourless = any(float(side[overlap, 1:].std(axis=0).max()) < _GREY for side in (one, other))
    return min(there, back) if colourless else (there + back) / 2


def _patterns(one: Plane, other: Plane, blur: Blur) -> tuple[Plane, Mask]:
    """How alike they run around each pixel, and where there is anything to run."""
    mean_one, mean_other = blur(one), blur(other)
    spread_one = np.sqrt(np.maximum(blur(one * one) - mean_one * mean_one, 0))
    spread_other = np.sqrt(np.maximum(blur(other * other) - mean_other * mean_other, 0))
    covariance = blur(one * other) - mean_one * mean_other
    likeness = (covariance + _NOTHING_IN_IT) / (spread_one * spread_other + _NOTHING_IN_IT)
    return np.asarray(likeness, np.float32), np.maximum(spread_one, spread_other) >= _NOTHING_IN_IT


def _unexplained(one: Plane, other: Plane, witnesses: Mask) -> Plane:
    """How far the other's colours are from what the best change makes of this one's; the witnesses tell which it is.

    It bends the lightness, mixes the axes of colour, and grows to a side, as of a lamp beside the paper.
    """
    height, width = witnesses.shape
    across = np.broadcast_to(np.linspace(-64, 64, width, dtype=np.float32), (height, width))
    down = np.broadcast_to(np.linspace(-64, 64, height, dtype=np.float32)[:, None], (height, width))
    known = np.dstack([np.ones_like(across), one, one[..., 0] ** 2 / 255, across, down]).reshape(-1, 7)
    wanted = other.reshape(-1, 3)
    asked = np.flatnonzero(witnesses)
    asked = asked[:: max(1, len(asked) // _ENOUGH_WITNESSES)]
    heard, told = known[asked], wanted[asked]
    for _ in range(_ROUNDS):
        mean = heard.mean(axis=0)
        mean[0] = 0
        centred = heard - mean
        held = len(heard) * _KEPT
        change = np.linalg.solve(centred.T @ centred + held, centred.T @ told + held @ _AS_IT_IS)
        miss = _distance((known[asked] - mean) @ change, wanted[asked])
        believed = asked[miss < max(6.0, 2 * float(np.median(miss)))]
        if len(believed) < _FEWEST_WITNESSES:
            break
        heard, told = known[believed], wanted[believed]
    return _distance((known - mean) @ change, wanted).reshape(height, width)


def _distance(expected: Plane, found: Plane) -> Plane:
    miss = np.clip(expected, 0, 255) - found
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", miss, miss)), np.float32)
