"""GIST: which waves run through each part of a picture; its layout at a glance."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.embedders.fisher import Numbers, unit
from pictrace.embedders.framing import squared
from pictrace.picture import Pixels

_SIDE = 128
_LEAST_SIDE = 32
_SCALES = 5
_DIRECTIONS = 8
_CELLS = 4
_FINEST = 0.35
"""Waves a pixel of the finest scale; each further one is coarser by …"""
_RATIO = 1.9
_CONTRAST_PIXELS = 6
_MIRRORED_DIRECTIONS = -np.arange(_DIRECTIONS) % _DIRECTIONS


def gist(pixels: Pixels) -> Numbers:
    """How much there is at 5 scales × 8 directions × 4 × 4 cells. Each number and its mirror image's are given as their
    sum and as how far they differ, so that a picture and its mirror image get the same; of unit length."""
    spectrum = np.asarray(np.fft.fft2(_even_contrast(squared(pixels, _SIDE))), np.complex64)
    cells = []
    for filters in _filters():
        side = filters.shape[-1]
        response = np.abs(np.fft.ifft2(_low_part(spectrum, side) * filters))
        pixels_a_cell = side // _CELLS
        cells.append(response.reshape(-1, _CELLS, pixels_a_cell, _CELLS, pixels_a_cell).mean(axis=(2, 4)))
    amounts = np.stack(cells)
    mirrored = amounts[:, _MIRRORED_DIRECTIONS, :, ::-1]
    left, right = amounts[..., : _CELLS // 2].ravel(), mirrored[..., : _CELLS // 2].ravel()
    return unit(np.concatenate([left + right, np.abs(left - right)]))


def _even_contrast(square: Pixels) -> Numbers:
    """Dark and bright parts made comparable."""
    grey = np.log1p(cv2.cvtColor(square, cv2.COLOR_RGB2GRAY).astype(np.float32))
    grey -= cv2.GaussianBlur(grey, (0, 0), _CONTRAST_PIXELS)
    deviation = np.sqrt(cv2.GaussianBlur(grey * grey, (0, 0), _CONTRAST_PIXELS))
    return np.asarray(grey / (0.2 + deviation), np.float32)


def _low_part(spectrum: npt.NDArray[np.complex64], side: int) -> npt.NDArray[np.complex64]:
    """The spectrum of the same picture at fewer pixels."""
    if side == len(spectrum):
        return spectrum
    keep = np.r_[0 : side // 2, len(spectrum) - side // 2 : len(spectrum)]
    return np.asarray(spectrum[np.ix_(keep, keep)] * np.float32((side / len(spectrum)) ** 2), np.complex64)


@cache
def _filters() -> tuple[Numbers, ...]:
    """For each scale the filters of its directions, in as few pixels as its waves need."""
    scales = []
    for scale in range(_SCALES):
        wanted = _FINEST / _RATIO**scale
        side = _SIDE
        while side > _LEAST_SIDE and side / 2 / _SIDE * 0.5 > wanted * 1.7:
            side //= 2
        waves = np.fft.fftfreq(side) * side / _SIDE
        down, across = waves[:, None], waves[None]
        near = -3.5 * (np.hypot(down, across) / wanted - 1) ** 2
        angles = np.arctan2(down, across) - np.pi * np.arange(_DIRECTIONS)[:, None, None] / _DIRECTIONS
        away = np.angle(np.exp(1j * angles))
        scales.append(np.exp(near - (_DIRECTIONS / 4) ** 2 * away**2).astype(np.float32))
    return tuple(scales)
