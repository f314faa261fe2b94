"""Near pairs: all that a comparison of all with all would find, none twice."""

import numpy as np
import numpy.typing as npt
import pytest

from pictrace.half_floats import HalfFloats
from pictrace.neighbours import nearest_pairs

FEW, LEAST = 12, 0.35
DIMENSIONS = 1536
Pairs = dict[tuple[int, int], float]


def unit(vectors: npt.NDArray[np.float64]) -> HalfFloats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float16)


def family_vectors(numbers: np.random.Generator, common: float) -> npt.NDArray[np.float64]:
    """Families of three; `common` is how much of one direction everybody has."""
    families = numbers.standard_normal((700, 1, DIMENSIONS)) / DIMENSIONS**0.5
    noise = numbers.standard_normal((700, 3, DIMENSIONS)) / DIMENSIONS**0.5 * np.array([[0.2], [0.6], [1.2]])
    shared = np.zeros(DIMENSIONS)
    shared[3] = common
    vectors: npt.NDArray[np.float64] = (families + noise + shared).reshape(-1, DIMENSIONS)
    return vectors


def found_by_sieve(upright: HalfFloats, turned: HalfFloats) -> list[tuple[float, int, int]]:
    return [pair for _rows, pairs in nearest_pairs(upright, turned, FEW, LEAST, 2) for pair in pairs]


def found_by_all(upright: HalfFloats, turned: HalfFloats) -> Pairs:
    one, other = upright.astype(np.float32), turned.astype(np.float32)
    cosines = np.maximum(one @ one.T, one @ other.T)
    np.fill_diagonal(cosines, -1)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :FEW]
    pairs: Pairs = {}
    for row, near in enumerate(nearest):
        for place in near[cosines[row, near] > LEAST + 1e-5].tolist():
            pairs[min(row, place), max(row, place)] = float(cosines[row, place])
    return pairs


@pytest.mark.parametrize("common", [0.0, 0.6])
def test_the_sieve_loses_no_near_pair_whatever_the_vectors_have_in_common(common: float) -> None:
    """Also where no few axes hold most of the vectors' length."""
    numbers = np.random.default_rng(1)
    vectors = family_vectors(numbers, common)
    upright, turned = unit(vectors), unit(np.roll(vectors, 5, axis=1))
    found = {(one, other) for _cosine, one, other in found_by_sieve(upright, turned)}
    wanted = found_by_all(upright, turned)
    assert len(wanted) > 1_500
    assert not wanted.keys() - found


def test_a_pair_is_told_once_with_its_cosine_and_every_picture_is_done_once() -> None:
    vectors = family_vectors(np.random.default_rng(2), 0.3)
    upright = unit(vectors)
    blocks = list(nearest_pairs(upright, upright, FEW, LEAST, 2))
    pairs = [(one, other) for _rows, some in blocks for _cosine, one, other in some]
    assert len(pairs) == len(set(pairs))
    assert sorted(row for rows, _pairs in blocks for row in rows) == list(range(len(upright)))
    for rows, some in blocks:
        for cosine, one, other in some:
            assert one < other
            assert one in rows or other in rows
            assert cosine == pytest.approx(float(upright[one].astype(float) @ upright[other].astype(float)), abs=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 300])
def test_pictures_that_are_all_the_same_are_near_and_few_pairs_are_told(count: int) -> None:
    same = unit(np.ones((count, 40)))
    pairs = found_by_sieve(same, same)
    assert (count - 1) <= len(pairs) <= FEW * count


def test_a_picture_turned_by_a_quarter_is_as_near_as_its_nearer_pose() -> None:
    numbers = np.random.default_rng(4)
    upright, turned = unit(numbers.standard_normal((40, 300))), unit(numbers.standard_normal((40, 300)))
    turned[7] = upright[31]
    assert [pair[1:] for pair in found_by_sieve(upright, turned)] == [(7, 31)]
