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
    places = lab.T * (np.array(_BINS, np.float32) - 1)[:, None]
    lower = np.minimum(places.astype(np.intp), np.array(_BINS)[:, None] - 2)
    upper_share = places - lower
    shares = (1 - upper_share, upper_share)
    strides = (_BINS[1] * _BINS[2], _BINS[2], 1)
    first = lower[0] * strides[0] + lower[1] * strides[1] + lower[2]
    size = _BINS[0] * strides[0]
    counts = np.zeros(size)
    for light, red, blue in itertools.product((0, 1), repeat=3):
        share = shares[light][0] * shares[red][1] * shares[blue][2]
        counts += np.bincount(first + (light * strides[0] + red * strides[1] + blue), share, minlength=size)
    return np.asarray(np.sqrt(counts / counts.sum()), np.float32)
