"""Palettes, noise and textures: what generated pictures are painted with."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Random = np.random.Generator

Plane = npt.NDArray[np.float32]
"""One number a pixel, shape (side, side)."""

Canvas = npt.NDArray[np.float32]
"""RGB, mostly between 0 and 1, shape (side, side, 3)."""

Colours = npt.NDArray[np.float32]
"""One RGB colour a row."""


def palette(random: Random) -> Colours:
    """Three to seven colours that go together: of one hue, of opposite hues, of any, or nearly grey."""
    count = int(random.integers(3, 8))
    family = random.integers(4)
    if family == 0:
        hue = random.random(count)
    elif family == 1:
        hue = random.random() + random.normal(0, 0.06, count)
    else:
        hue = random.random() + random.choice([0, 0.5, 0.33], count) + random.normal(0, 0.04, count)
    saturation = random.beta(1, 6, count) if family == 3 else random.beta(1.3, 2.2, count)
    value = random.beta(1.6, 1.3, count)
    hsv = np.stack([hue % 1 * 360, saturation, value], axis=1).astype(np.float32)
    return np.asarray(cv2.cvtColor(hsv[None], cv2.COLOR_HSV2RGB)[0], np.float32)


def one_of(random: Random, colours: Colours) -> Colours:
    return np.asarray(colours[random.integers(len(colours))], np.float32)


def coordinates(side: int) -> tuple[Plane, Plane]:
    """Down and across, 0 to 1."""
    down, across = np.mgrid[0:side, 0:side].astype(np.float32) / side
    return down, across


def noise(random: Random, side: int, roughness: float | None = None) -> Plane:
    """Noise whose spectrum falls by a power of the frequency, as nature's does; half of it drawn out in one direction.
    Mean 0, deviation 1."""
    power = random.uniform(0.6, 2.2) if roughness is None else roughness
    down, across = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    stretch, angle = 1.0, 0.0
    if random.random() < 0.5:
        angle, stretch = random.random() * np.pi, np.exp(random.normal(0, 0.8))
    along = across * np.cos(angle) + down * np.sin(angle)
    beside = (down * np.cos(angle) - across * np.sin(angle)) * stretch
    frequency = np.hypot(along, beside)
    frequency[0, 0] = 1
    waves = (random.normal(size=frequency.shape) + 1j * random.normal(size=frequency.shape)) / frequency**power
    waves[0, 0] = 0
    plane = np.fft.irfft2(waves, s=(side, side))
    return np.asarray((plane - plane.mean()) / (plane.std() + 1e-9), np.float32)


def _clouds(random: Random, side: int) -> Plane:
    return np.asarray(1 / (1 + np.exp(-2 * noise(random, side))), np.float32)


def _stripes(random: Random, side: int) -> Plane:
    down, across = coordinates(side)
    angle, per_picture = random.random() * np.pi, np.exp(random.uniform(np.log(3), np.log(side / 4)))
    waver = noise(random, side, 1.6) * random.choice([0, 0.03, 0.1])
    wave = np.sin(2 * np.pi * per_picture * (across * np.cos(angle) + down * np.sin(angle) + waver)) * 0.5 + 0.5
    return np.asarray(wave > random.uniform(0.2, 0.8) if random.random() < 0.5 else wave, np.float32)


def _checks(random: Random, side: int) -> Plane:
    down, across = coordinates(side)
    angle, per_picture = random.random() * np.pi, random.uniform(3, 20)
    along = np.floor((across * np.cos(angle) + down * np.sin(angle)) * per_picture)
    beside = np.floor((down * np.cos(angle) - across * np.sin(angle)) * per_picture)
    return np.asarray((along + beside) % 2, np.float32)


def _veins(random: Random, side: int) -> Plane:
    lines = np.abs(noise(random, side, random.uniform(1, 1.8))) < random.uniform(0.1, 0.5)
    return np.asarray(cv2.GaussianBlur(lines.astype(np.float32), (0, 0), 0.6), np.float32)


def _ramp(random: Random, side: int) -> Plane:
    down, across = coordinates(side)
    angle = random.random() * 2 * np.pi
    slope = (across - 0.5) * np.cos(angle) + (down - 0.5) * np.sin(angle)
    return np.asarray(np.clip(slope + 0.5, 0, 1), np.float32)


def _rings(random: Random, side: int) -> Plane:
    down, across = coordinates(side)
    x, y = random.random(2)
    distance = np.clip(np.hypot(across - x, down - y) * random.uniform(0.7, 2), 0, 1)
    if random.random() < 0.4:
        distance = np.sin(distance * random.uniform(10, 60)) * 0.5 + 0.5
    return np.asarray(distance, np.float32)


def _cells(random: Random, side: int) -> Plane:
    """Each point belongs to the nearest of some seeds, as in mosaics, leather, dry earth."""
    count, small = int(random.integers(8, 71)), min(side, 96)
    seeds = random.random((count, 2))
    down, across = coordinates(small)
    distance = (across[..., None] - seeds[:, 0]) ** 2 + (down[..., None] - seeds[:, 1]) ** 2
    if random.random() < 0.5:
        plane = random.random(count)[distance.argmin(axis=-1)]
    else:
        plane = np.sqrt(distance.min(axis=-1) * count)
    return np.asarray(np.clip(cv2.resize(plane.astype(np.float32), (side, side)), 0, 1), np.float32)


# Clouds are the commonest ground of photographs, so they stand twice.
_PATTERNS: tuple[Callable[[Random, int], Plane], ...] = (
    *(_clouds, _clouds, _stripes, _checks),
    *(_veins, _ramp, _rings, _cells),
)


def texture(random: Random, side: int, colours: Colours) -> Canvas:
    """Two colours, mixed by a pattern, mostly with some grain."""
    pattern = _PATTERNS[random.integers(len(_PATTERNS))](random, side)[..., None]
    canvas = one_of(random, colours) * (1 - pattern) + one_of(random, colours) * pattern
    if random.random() < 0.6:
        canvas = canvas + noise(random, side, random.uniform(0.3, 1.2))[..., None] * random.uniform(0.01, 0.12)
    return np.asarray(canvas, np.float32)
