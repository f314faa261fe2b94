"""Key points: the map that carries one picture onto another."""

import cv2
import numpy as np
import pytest

from pictrace.keypoints import KeyPoints, agreement, key_points
from pictrace.training.generated import picture


def _grey(seed: int) -> np.ndarray:
    return np.asarray(cv2.cvtColor(picture(seed, 320), cv2.COLOR_RGB2GRAY), np.uint8)


def _moved(grey: np.ndarray, affine: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.warpAffine(grey, affine, grey.shape[::-1], borderMode=cv2.BORDER_REFLECT), np.uint8)


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1.0), (20, 0.8), (90, 1.0), (137, 1.25), (180, 0.6)])
def test_the_map_is_the_one_that_moved_the_picture(degrees: float, scale: float) -> None:
    grey = _grey(3)
    truth = cv2.getRotationMatrix2D((160, 160), degrees, scale)
    found = agreement(key_points(grey), key_points(_moved(grey, truth)))
    assert found is not None
    assert found.points > 40
    corners = np.array([[60, 60, 1], [260, 60, 1], [60, 260, 1], [260, 260, 1.0]])
    assert np.abs(corners @ (found.affine - truth).T).max() < 3


def test_the_points_that_agree_lie_where_the_map_says() -> None:
    grey = _grey(4)
    truth = cv2.getRotationMatrix2D((160, 160), 10, 0.9)
    found = agreement(key_points(grey), key_points(_moved(grey, truth)))
    assert found is not None
    carried = found.here @ found.affine[:, :2].T + found.affine[:, 2]
    assert np.hypot(*(carried - found.there).T).max() < 6


def test_hardly_any_points_agree_between_unrelated_pictures() -> None:
    points = [key_points(_grey(seed)) for seed in range(100, 124)]
    found = [agreement(one, other) for i, one in enumerate(points) for other in points[:i]]
    counts = np.array([0 if one is None else one.points for one in found])
    assert (counts > 6).mean() < 0.02
    assert counts.max() <= 12


def test_neither_random_numbers_nor_threads_change_the_answer() -> None:
    one, other = key_points(_grey(5)), key_points(_moved(_grey(5), cv2.getRotationMatrix2D((160, 160), 33, 0.7)))
    threads = cv2.getNumThreads()
    answers = []
    try:
        for seed, count in ((1, 1), (2, 4), (3, 2)):
            cv2.setRNGSeed(seed)
            cv2.setNumThreads(count)
            answers.append(agreement(one, other))
    finally:
        cv2.setNumThreads(threads)
    first = answers[0]
    assert first is not None
    for answer in answers[1:]:
        assert answer is not None
        assert answer.points == first.points
        assert np.array_equal(answer.affine, first.affine)


@pytest.mark.parametrize("shape", [(1, 1), (1, 384), (384, 1), (31, 384), (40, 40)])
def test_what_is_too_small_or_plain_has_no_points(shape: tuple[int, int]) -> None:
    plain = key_points(np.full(shape, 90, np.uint8))
    assert len(plain) == 0
    assert agreement(plain, key_points(_grey(6))) is None
    assert agreement(key_points(_grey(6)), plain) is None


def test_points_heaped_on_one_place_propose_nothing_absurd() -> None:
    points = key_points(_grey(7))
    heap = KeyPoints(np.full_like(points.places, 50), points.descriptors, points.turns, points.log_sizes)
    assert agreement(points, heap) is None
    assert agreement(heap, points) is None
    assert agreement(heap, heap) is None
