"""The nearest vectors: every one is compared, none is guessed."""

import heapq
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pictrace.half_floats import HalfFloats, to_float32
from pictrace.picture import Vectors

Name = TypeVar("Name", str, tuple[str, str])

BLOCK_NUMBERS = 1 << 17
"""How many numbers are converted at a time: few enough to stay in the processor's cache for all queries."""


def cosines(matrix: HalfFloats, rows: npt.NDArray[np.int64], queries: Vectors) -> npt.NDArray[np.float32]:
    """Cosine of each query (one a row) to each of these rows of the matrix; shape (queries, rows).

    On one machine a cosine depends on its two vectors alone, to the last bit: every one is a dot product of its own.
    A matrix product would be faster for many queries, but rounds differently with the number and order of its rows.
    """
    dimensions = matrix.shape[1]
    block = max(1, BLOCK_NUMBERS // dimensions)
    halves = np.empty((block, dimensions), np.float16)
    numbers = np.empty((block, dimensions), np.float32)
    queries = np.ascontiguousarray(queries, np.float32)
    answer = np.empty((len(queries), len(rows)), np.float32)
    if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < len(matrix):
        raise IndexError("a row outside the matrix")
    for start in range(0, len(rows), block):
        chosen = rows[start : start + block]
        count = len(chosen)
        # The rows are within bounds; any mode but "raise" spares numpy a buffer.
        np.take(matrix, chosen, axis=0, out=halves[:count], mode="clip")
        to_float32(halves[:count], numbers[:count])
        for query, row in zip(queries, answer, strict=True):
            np.vecdot(numbers[:count], query, out=row[start : start + count])
    return answer


def best(scores: npt.NDArray[np.floating], name_of: Callable[[int], Name], top: int) -> list[int]:
    """Where the highest scores stand, best first; equal ones by name, then by place."""
    if top <= 0:
        return []
    if top >= len(scores):
        candidates = np.arange(len(scores))
    else:
        lowest = np.partition(scores, len(scores) - top)[len(scores) - top]
        candidates = np.flatnonzero(scores >= lowest)
    order = zip((-scores[candidates]).tolist(), candidates.tolist(), strict=True)
    keyed = [(negative, name_of(index), index) for negative, index in order]
    return [index for _, _, index in heapq.nsmallest(top, keyed)]
