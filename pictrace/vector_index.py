"""The nearest vectors: every one is compared, none is guessed."""

import heapq
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pictrace.half_floats import HalfFloats, to_float32
from pictrace.picture import Vectors

Name = TypeVar("Name", str, tuple[str, str])

BLOCK_NUMBERS = 1 << 17
"""How many numbers are converted at a time: few enough to stay in the processor's cache for all queries."""


_ROWS_A_THREAD = 2_000
"""Fewer are compared sooner than a thread starts."""


def cosines(matrix: HalfFloats, rows: npt.NDArray[np.int64], queries: Vectors) -> npt.NDArray[np.float32]:
    """Cosine of each query (one a row) to each of these rows of the matrix; shape (queries, rows).

    On one machine a cosine depends on its two vectors alone, to the last bit: every one is a dot product of its own.
    A matrix product would be faster for many queries, but rounds differently with the number and order of its rows.
    """
    queries = np.ascontiguousarray(queries, np.float32)
    answer = np.empty((len(queries), len(rows)), np.float32)
    if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < len(matrix):
        raise IndexError("a row outside the matrix")
    threads = min(os.cpu_count() or 1, len(rows) // _ROWS_A_THREAD + 1)
    shares = zip(np.array_split(rows, threads), np.array_split(answer, threads, axis=1), strict=True)
    with ThreadPoolExecutor(threads, thread_name_prefix="cosines") as pool:
        for _done in pool.map(lambda share: _cosines(matrix, share[0], queries, share[1]), shares):
            pass
    return answer


def _cosines(
    matrix: HalfFloats, rows: npt.NDArray[np.int64], queries: Vectors, answer: npt.NDArray[np.float32]
) -> None:
    dimensions = matrix.shape[1]
    block = max(1, BLOCK_NUMBERS // dimensions)
    halves = np.empty((block, dimensions), np.float16)
    numbers = np.empty((block, dimensions), np.float32)
    for start in range(0, len(rows), block):
        chosen = rows[start : start + block]
        count = len(chosen)
        # The rows are within bounds; any mode but "raise" spares numpy a buffer.
        np.take(matrix, chosen, axis=0, out=halves[:count], mode="clip")
        to_float32(halves[:count], numbers[:count])
        for query, row in zip(queries, answer, strict=True):
            np.vecdot(numbers[:count], query, out=row[start : start + count])


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
