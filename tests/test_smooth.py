"""Pictures without corners: skies, walls, gradients."""

import cv2
import numpy as np
import pytest

from pictrace.smooth import smooth_likeness, washes


def _sky(seed: int) -> np.ndarray:
    """A few large blurs of colour."""
    random = np.random.default_rng(seed)
    small = random.integers(40, 216, (3, 4, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_sky_is_known_in_every_pose(quarters: int, mirrored: bool) -> None:
    sky = _sky(1)
    posed = np.ascontiguousarray(np.rot90(np.fliplr(sky) if mirrored else sky, quarters))
    assert smooth_likeness(washes(posed), washes(sky)).difference < 0.3


def test_a_crop_and_another_size_are_known() -> None:
    sky = _sky(2)
    cropped = sky[12:-12, 16:-16]
    assert smooth_likeness(washes(cropped), washes(sky)).difference < 0.8
    assert smooth_likeness(washes(np.asarray(cv2.resize(sky, (80, 60)), np.uint8)), washes(sky)).difference < 0.5


def test_other_light_leaves_no_residue() -> None:
    sky = _sky(3)
    darker = np.clip(sky * 0.7 + 5, 0, 255).astype(np.uint8)
    found = smooth_likeness(washes(darker), washes(sky))
    assert found.residue < 0.05
    assert found.variation > 2


def test_different_skies_differ() -> None:
    skies = [washes(_sky(seed)) for seed in range(20)]
    found = [smooth_likeness(one, other) for i, one in enumerate(skies) for other in skies[:i]]
    assert min(one.difference for one in found) > 3
    assert min(one.residue for one in found) > 0.2


def test_plain_pictures_are_told_apart_by_colour_alone() -> None:
    red, blue = np.full((50, 50, 3), (200, 20, 20), np.uint8), np.full((50, 50, 3), (20, 20, 200), np.uint8)
    assert smooth_likeness(washes(red), washes(red.copy())).difference == 0
    found = smooth_likeness(washes(red), washes(blue))
    assert found.difference > 20
    assert found.variation < 2


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 384, 3), (384, 1, 3), (2, 3, 3)])
def test_tiny_and_long_pictures_give_finite_numbers(shape: tuple[int, int, int]) -> None:
    odd = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    found = smooth_likeness(washes(odd), washes(_sky(4)))
    assert np.isfinite([found.difference, found.residue, found.variation]).all()
