"""How much of each colour a picture has."""

import itertools

import cv2
import numpy as np

from pictrace.embedders.fisher import Numbers
from pictrace.embedders.framing import fitted
from pictrace.picture import Pixels

_SIDE = 128
_BINS = (5, 9, 9)
"""Of L, a and b."""
_CHROMA_STRETCH = 1.6
"""Photographs seldom have strong colours: their middle gets most of the bins."""


def colour_histogram(pixels: Pixels) -> Numbers:
    """The roots of the shares of 5 × 9 × 9 colours in Lab; each pixel is shared out among the nearest eight."""
    lab = cv2.cvtColor(fitted(pixels, _SIDE), cv2.COLOR_RGB2Lab).reshape(-1, 3).astype(np.float32) / np.float32(255)
    lab[:, 1:] = np.clip((lab[:, 1:] - 0.5) * _CHROMA_STRETCH + 0.5, 0, 1)
    places = lab * (np.array(_BINS, np.float32) - 1)
    lower = np.minimum(places.astype(np.intp), np.array(_BINS) - 2)
    upper_share = places - lower
    strides = np.array([_BINS[1] * _BINS[2], _BINS[2], 1])
    counts = np.zeros(np.prod(_BINS))
    for corner in itertools.product((0, 1), repeat=3):
        share = np.where(corner, upper_share, 1 - upper_share).prod(axis=1)
        counts += np.bincount((lower + corner) @ strides, share, minlength=len(counts))
    return np.asarray(np.sqrt(counts / counts.sum()), np.float32)
