"""Likeness of pictures without corners to hold on to: skies, walls, gradients."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.embedders.framing import fitted, without_even_borders
from pictrace.picture import Pixels

_SIDE = 32
_ENOUGH = 128
"""Longest side from which the washes are taken."""
_CROPS = (1.0, 0.9, 0.8)
"""Of each side, from the middle."""
_PAIRS_OF_CROPS = ((0, 0), (1, 0), (2, 0), (0, 1), (0, 2))

_LAB_UNITS = np.array([2.55, 1, 1], np.float32)
"""All three axes run over about 255."""


@dataclass(frozen=True, slots=True, eq=False)
class Washes:
    """A picture as a few washes of colour."""

    crops: npt.NDArray[np.float32]
    """Shape (crops, 32, 32, 3), Lab."""
    elongation: float
    """How many times its width the picture is long."""


@dataclass(frozen=True, slots=True)
class SmoothLikeness:
    difference: float
    """The mean difference in Lab, in the best pose and crop; 0 for the same picture."""
    residue: float
    """What is left of the lightness, as a share of its variation, when the other one's is fitted to it."""
    variation: float
    """Of the plainer one's lightness."""
    stretch: float
    """How many times as long as the other one is, the widths being equal; 1 for pictures of one shape."""


def washes(pixels: Pixels) -> Washes:
    inner = without_even_borders(fitted(pixels, _ENOUGH))
    height, width = inner.shape[:2]
    cropped = []
    for share in _CROPS:
        dy, dx = round(height * (1 - share) / 2), round(width * (1 - share) / 2)
        part = inner[dy : max(height - dy, dy + 1), dx : max(width - dx, dx + 1)]
        small = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        lab = cv2.cvtColor(small, cv2.COLOR_RGB2Lab) * _LAB_UNITS
        cropped.append(cv2.GaussianBlur(lab, (0, 0), 1.0))
    return Washes(np.asarray(cropped, np.float32), max(height, width) / min(height, width))


def smooth_likeness(one: Washes, other: Washes) -> SmoothLikeness:
    """Over all eight poses and a few crops."""
    difference, residue, variation = np.inf, np.inf, 0.0
    for mine, theirs in _PAIRS_OF_CROPS:
        poses = _poses(one.crops[mine])
        target = other.crops[theirs]
        difference = min(difference, float(np.abs(poses - target).mean(axis=(1, 2, 3)).min()))
        left, spread = _residues(poses[..., 0].reshape(len(poses), -1), target[..., 0].ravel())
        best = int(left.argmin())
        if left[best] < residue:
            residue, variation = float(left[best]), float(spread[best])
    longer, shorter = max(one.elongation, other.elongation), min(one.elongation, other.elongation)
    return SmoothLikeness(difference, residue, variation, longer / shorter)


def _poses(wash: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    turned = [np.rot90(wash, quarters) for quarters in range(4)]
    return np.stack(turned + [np.fliplr(pose) for pose in turned])


def _residues(
    poses: npt.NDArray[np.float32], target: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """For each pose, what its best gain and offset leave of the target, and the smaller deviation of the two."""
    centred = (poses - poses.mean(axis=1, keepdims=True)).astype(np.float64)
    goal = (target - target.mean()).astype(np.float64)
    own, its = (centred**2).mean(axis=1), float((goal**2).mean())
    explained = np.maximum(centred @ goal / goal.size, 0) ** 2 / np.maximum(own, 1e-6)
    residue = np.sqrt(np.maximum(its - explained, 0) / (its + 1e-6))
    return residue, np.sqrt(np.minimum(own, its))
