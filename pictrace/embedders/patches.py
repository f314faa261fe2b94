"""Small squares on a grid over a picture, each described by its edges and by its colours."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.embedders.framing import fitted, resized
from pictrace.picture import Pixels

Rows = npt.NDArray[np.float32]
"""One patch a row."""

_Planes = npt.NDArray[np.float32]
"""Shape (channels, height, width)."""

LONGEST_SIDE = 192
EDGE_SCALES = (1.0, 0.7, 0.5, 0.35)
EDGE_STEP_PIXELS = 5
COLOUR_SCALES = (1.0, 0.7, 0.5)
COLOUR_STEP_PIXELS = 6
"""Colours change slowly from place to place, so that fewer patches tell as much."""
CELLS = 4
"""A patch has 4 × 4 cells …"""
CELL_PIXELS = 4
"""… which lie 4 pixels apart."""
DIRECTIONS = 8
_LEAST_SIDE = 24
_BOX = (CELL_PIXELS + 1, CELL_PIXELS + 1)
_PATCH_PIXELS = CELLS * CELL_PIXELS + 1
"""One more, so that the cells' middles lie evenly in it and a mirrored patch is a patch of the mirrored picture."""


@dataclass(frozen=True, slots=True)
class Patches:
    edges: Rows
    """4 × 4 cells × 8 directions, of unit length (zero where there is no edge at all)."""
    edge_weights: npt.NDArray[np.float32]
    """0 to 1: patches with little structure count less."""
    colours: Rows
    """4 × 4 cells × mean and deviation of L, a and b."""


def patches(pixels: Pixels) -> Patches:
    whole = fitted(pixels, LONGEST_SIDE)
    views = {scale: _scaled(whole, scale) for scale in EDGE_SCALES}
    edges = [_on_grid(_edge_planes(view), EDGE_STEP_PIXELS) for view in views.values()]
    colours = [_on_grid(_colour_planes(views[scale]), COLOUR_STEP_PIXELS) for scale in COLOUR_SCALES]
    strengths = np.maximum(np.concatenate(edges), 0)
    total = strengths.sum(axis=1)
    # The root makes the few strong edges of a patch count less.
    return Patches(
        edges=np.sqrt(strengths / (total[:, None] + 1e-6)),
        edge_weights=np.minimum(1, total / (total.mean() + 1e-6)),
        colours=np.concatenate(colours),
    )


def mirrored_order(channels: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The order of a patch's numbers that mirrors it; `channels` says where each channel of a cell comes from."""
    count = len(channels)
    order = np.arange(CELLS * CELLS * count).reshape(CELLS, CELLS, count)
    return order[:, ::-1][:, :, channels].ravel()


MIRRORED_EDGES = mirrored_order((DIRECTIONS // 2 - np.arange(DIRECTIONS)) % DIRECTIONS)
MIRRORED_COLOURS = mirrored_order(np.arange(6))


def _scaled(whole: Pixels, scale: float) -> Pixels:
    height, width = (max(_LEAST_SIDE, round(side * scale)) for side in whole.shape[:2])
    if (height, width) == whole.shape[:2]:
        return whole
    return resized(whole, (width, height), shrinks=scale < 1)


def _edge_planes(view: Pixels) -> _Planes:
    """How strong the edges are in each of 8 directions, around each pixel."""
    grey = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    strength = np.sqrt(across * across + down * down) + np.float32(1e-6)
    damping = 1 / (strength * strength * strength)
    planes = np.empty((DIRECTIONS, *grey.shape), np.float32)
    half = DIRECTIONS // 2
    for direction in range(half):
        angle = np.pi * direction / half
        along = across * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle))
        # strength · cos⁴ of the angle between; each edge goes to the direction or to its opposite.
        lobe = along * along
        lobe *= lobe
        lobe *= damping
        forward = lobe * (along > 0)
        planes[direction] = cv2.blur(forward, _BOX)
        planes[direction + half] = cv2.blur(lobe - forward, _BOX)
    return planes


def _colour_planes(view: Pixels) -> _Planes:
    """Mean and deviation of L, a and b around each pixel."""
    lab = cv2.cvtColor(view, cv2.COLOR_RGB2Lab).astype(np.float32) / np.float32(255)
    mean = cv2.blur(lab, _BOX)
    variance = cv2.blur(lab * lab, _BOX) - mean * mean
    both = np.concatenate([mean, np.sqrt(np.maximum(variance, 0))], axis=2)
    return np.ascontiguousarray(both.transpose(2, 0, 1))


def _on_grid(planes: _Planes, step: int) -> Rows:
    """The planes' values at the cells of each patch; the grid lies in the middle, the same seen in a mirror."""
    windows = np.lib.stride_tricks.sliding_window_view(planes, (_PATCH_PIXELS, _PATCH_PIXELS), axis=(1, 2))
    top, left = ((places - 1) % step // 2 for places in windows.shape[1:3])
    middle = CELL_PIXELS // 2
    cells = windows[:, top::step, left::step, middle::CELL_PIXELS, middle::CELL_PIXELS]
    return cells.transpose(1, 2, 3, 4, 0).reshape(-1, CELLS * CELLS * len(planes))
