"""Structural similarity, as a whole and laid over one another."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from pictrace.structure import align, aligned_structure, batched_ssim
from pictrace.training.generated import picture

IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])


def _square(seed: int) -> np.ndarray:
    return np.asarray(cv2.cvtColor(picture(seed), cv2.COLOR_RGB2GRAY), np.uint8)


def _scikit(one: np.ndarray, other: np.ndarray) -> float:
    return float(structural_similarity(one, other, data_range=255))  # type: ignore[no-untyped-call]


def test_the_fast_number_is_scikit_images_number() -> None:
    random = np.random.default_rng(0)
    query = _square(0)
    others = [_square(seed) for seed in range(4)]
    others += [cv2.add(query, random.integers(0, 9, query.shape, np.uint8)), 255 - query, np.fliplr(query)]
    others += [random.integers(0, 256, query.shape, np.uint8), *(np.full_like(query, level) for level in (0, 128, 255))]
    found = batched_ssim(query, np.stack(others))
    assert np.abs(found - [_scikit(query, other) for other in others]).max() < 1e-6


@pytest.mark.parametrize("level", [0, 1, 254, 255])
def test_plain_pictures_are_as_exact(level: int) -> None:
    plain = np.full((256, 256), level, np.uint8)
    others = np.stack([plain, np.full_like(plain, 100), _square(1)])
    assert np.abs(batched_ssim(plain, others) - [_scikit(plain, other) for other in others]).max() < 1e-6


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), coarse=st.integers(1, 64))
def test_it_is_symmetric_and_within_bounds(seed: int, coarse: int) -> None:
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (2, coarse, coarse), np.uint8)
    one, other = (np.asarray(cv2.resize(plane, (256, 256)), np.uint8) for plane in small)
    there, back = batched_ssim(one, other[None])[0], batched_ssim(other, one[None])[0]
    assert abs(there - back) < 1e-6
    assert -1 <= there <= 1
    assert batched_ssim(one, one[None])[0] == pytest.approx(1, abs=1e-6)


def test_no_picture_at_all_gives_no_number() -> None:
    assert batched_ssim(_square(0), np.empty((0, 256, 256), np.uint8)).shape == (0,)


def test_a_picture_laid_over_itself_agrees_in_full() -> None:
    alignment = align(_square(2), _square(2), IDENTITY)
    assert alignment is not None
    found = aligned_structure(alignment)
    assert min(found.similarity, found.fine, found.coarse, found.agreeing_blocks) > 0.999
    assert found.strangest_region < 0.001


def test_the_overlap_is_what_both_show() -> None:
    whole = _square(3)
    part = np.ascontiguousarray(whole[64:192, 32:224])
    alignment = align(part, whole, np.array([[1.0, 0, 32], [0, 1, 64]]))
    assert alignment is not None
    assert alignment.share_of_one > 0.95
    assert alignment.share_of_other == pytest.approx(128 * 192 / 256**2, abs=0.03)
    assert aligned_structure(alignment).coarse > 0.98


@pytest.mark.parametrize("scale", [0.3, 0.5, 2.0, 4.0])
def test_the_order_of_the_two_hardly_matters(scale: float) -> None:
    one = _square(4)
    other = np.asarray(cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    affine = np.array([[scale, 0, (scale - 1) / 2], [0, scale, (scale - 1) / 2]])
    there = align(one, other, affine)
    back = align(other, one, np.asarray(cv2.invertAffineTransform(affine)))
    assert there is not None
    assert back is not None
    assert aligned_structure(there).coarse > 0.97
    assert aligned_structure(there).coarse == pytest.approx(aligned_structure(back).coarse, abs=0.01)


def test_what_lies_outside_of_the_overlap_does_not_count() -> None:
    whole = _square(5)
    part = np.ascontiguousarray(whole[:, 128:])
    alignment = align(part, whole, np.array([[1.0, 0, 128], [0, 1, 0]]))
    assert alignment is not None
    ruined = whole.copy()
    ruined[:, :120] = 255 - ruined[:, :120]
    other = align(part, ruined, np.array([[1.0, 0, 128], [0, 1, 0]]))
    assert other is not None
    assert aligned_structure(other) == aligned_structure(alignment)


def test_pictures_that_hardly_overlap_are_not_laid_over_one_another() -> None:
    assert align(_square(6), _square(6), np.array([[1.0, 0, 253], [0, 1, 253]])) is None


def test_a_part_that_shows_something_else_stands_out_from_a_caption() -> None:
    one, foreign = _square(7), _square(8)
    window, caption = one.copy(), one.copy()
    window[64:192, 64:192] = foreign[64:192, 64:192]
    caption[205:238] = 0
    strange = []
    for other in (window, caption):
        alignment = align(one, other, IDENTITY)
        assert alignment is not None
        strange.append(aligned_structure(alignment).strangest_region)
    assert strange[0] > 0.75 > 0.7 > strange[1]
