import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictrace.half_floats import to_float32
from pictrace.vector_index import BLOCK_NUMBERS, best, cosines

FEW = settings(max_examples=60, deadline=None)


def unit_vectors(count: int, dimensions: int, seed: int = 0) -> npt.NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimensions), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_every_finite_half_float_is_converted_exactly() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    converted = np.empty(len(halves), np.float32)
    to_float32(halves, converted)
    assert converted.tobytes() == halves.astype(np.float32).tobytes()


@pytest.mark.parametrize("dimensions", [1, 7, 96, 2048])
def test_cosines_are_those_of_the_textbook(dimensions: int) -> None:
    matrix = unit_vectors(300, dimensions).astype(np.float16)
    queries = unit_vectors(3, dimensions, seed=1)
    expected = queries.astype(np.float64) @ matrix.astype(np.float64).T
    assert np.abs(cosines(matrix, np.arange(300), queries) - expected).max() < 1e-5


@FEW
@given(
    dimensions=st.sampled_from([3, 64, 65, 1536]),
    rows=st.lists(st.integers(0, 399), max_size=400),
    queries=st.integers(1, 9),
)
def test_a_cosine_does_not_depend_on_the_other_rows_their_order_or_the_other_queries(
    dimensions: int, rows: list[int], queries: int
) -> None:
    matrix = unit_vectors(400, dimensions).astype(np.float16)
    asked = unit_vectors(9, dimensions, seed=1)
    together = cosines(matrix, np.arange(400), asked)
    some = cosines(matrix, np.array(rows, np.int64), asked[:queries])
    assert some.tobytes() == together[:queries][:, rows].tobytes()


def test_the_last_rows_of_many_blocks_are_compared_too() -> None:
    dimensions = 2048
    count = 2 * BLOCK_NUMBERS // dimensions + 1
    matrix = unit_vectors(count, dimensions).astype(np.float16)
    itself = cosines(matrix, np.arange(count), matrix.astype(np.float32))
    assert (itself.argmax(axis=1) == np.arange(count)).all()


def test_a_row_that_is_not_known_is_refused_and_not_mistaken_for_another() -> None:
    matrix = unit_vectors(4, 8).astype(np.float16)
    for rows in ([-1], [0, 4]):
        with pytest.raises(IndexError):
            cosines(matrix, np.array(rows), unit_vectors(1, 8))


def test_no_rows_have_no_cosines() -> None:
    assert cosines(np.empty((0, 8), np.float16), np.empty(0, np.int64), unit_vectors(2, 8)).shape == (2, 0)


@FEW
@given(
    data=st.lists(
        st.tuples(st.sampled_from([0.0, -0.0, 0.25, 0.5, 1.0, 2.0]), st.text("abc", max_size=2)), max_size=60
    ),
    top=st.integers(-1, 70),
)
def test_the_best_are_the_first_of_the_full_order_by_score_then_name(data: list[tuple[float, str]], top: int) -> None:
    scores = np.array([score for score, _ in data], np.float32)
    names = [name for _, name in data]
    order = sorted(range(len(data)), key=lambda index: (-data[index][0], names[index], index))
    assert best(scores, names.__getitem__, top) == order[: max(0, top)]


def test_equal_scores_at_the_border_are_decided_by_name() -> None:
    scores = np.array([0.5, 0.9, 0.5, 0.5], np.float32)
    assert best(scores, ["d", "c", "a", "b"].__getitem__, 2) == [1, 2]
    assert best(scores, [("z", "d"), ("z", "c"), ("z", "a"), ("y", "b")].__getitem__, 2) == [1, 3]
