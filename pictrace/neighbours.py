"""Pairs of pictures that are near enough to be worth a closer look: the nearest few of each, never all with all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from pictrace.half_floats import HalfFloats, to_float32

Pair = tuple[float, int, int]
"""Cosine, and the two pictures by their rows, the lower one first."""

_ROWS_AT_ONCE = 256
"""Pictures whose cosines to all others are in memory at a time, for each thread."""
_COLUMNS_AT_ONCE = 4096


def nearest_pairs(
    upright: HalfFloats, turned: HalfFloats, few: int, least: float, threads: int
) -> Iterator[tuple[int, list[Pair]]]:
    """How many pictures are done, and the pairs that the last of them brought; some come twice.

    `turned` holds the vectors of the same pictures turned by a quarter: a pair is as near as its nearer pose."""

    def block(start: int) -> list[Pair]:
        likeness = _likeness(upright[start : start + _ROWS_AT_ONCE], upright, turned)
        count = len(likeness)
        likeness[np.arange(count), np.arange(start, start + count)] = -1
        kept = min(few, likeness.shape[1])
        nearest = np.argpartition(-likeness, kept - 1, axis=1)[:, :kept]
        cosines = np.take_along_axis(likeness, nearest, axis=1)
        pairs = []
        for row, place in zip(*np.nonzero(cosines > least), strict=True):
            one, other = start + int(row), int(nearest[row, place])
            pairs.append((float(cosines[row, place]), min(one, other), max(one, other)))
        return pairs

    starts = range(0, len(upright), _ROWS_AT_ONCE)
    with ThreadPoolExecutor(threads, thread_name_prefix="neighbours") as pool:
        for start, pairs in zip(starts, pool.map(block, starts), strict=True):
            yield min(start + _ROWS_AT_ONCE, len(upright)), pairs


def _likeness(rows: HalfFloats, upright: HalfFloats, turned: HalfFloats) -> npt.NDArray[np.float32]:
    wanted = _single(rows)
    likeness = np.empty((len(rows), len(upright)), np.float32)
    for start in range(0, len(upright), _COLUMNS_AT_ONCE):
        columns = slice(start, start + _COLUMNS_AT_ONCE)
        np.maximum(wanted @ _single(upright[columns]).T, wanted @ _single(turned[columns]).T, out=likeness[:, columns])
    return likeness


def _single(vectors: HalfFloats) -> npt.NDArray[np.float32]:
    numbers = np.empty(vectors.shape, np.float32)
    to_float32(np.ascontiguousarray(vectors), numbers)
    return numbers
