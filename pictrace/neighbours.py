"""Pairs of pictures that are near enough to be worth a closer look: the nearest few of each, never all with all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from pictrace.half_floats import HalfFloats, to_float32

Pair = tuple[float, int, int]
"""Cosine, and the two pictures by their rows, the lower one first."""

Numbers = npt.NDArray[np.float32]

_ROWS_AT_ONCE = 256
"""Pictures whose likeness to all others is in memory at a time, for each thread."""
_COLUMNS_AT_ONCE = 4096
_AXES = 256
_DRAWN = 2_000
_MARGIN, _SPARE = 0.08, 8
"""By how much the sieve may be too low, and how many times the few it lets through: not one pair was lost that way of
1,000 pairs of photographs, nor of 50,000 that were made of these by noise."""


def nearest_pairs(
    upright: HalfFloats, turned: HalfFloats, few: int, least: float, threads: int
) -> Iterator[tuple[frozenset[int], list[Pair]]]:
    """Some of the pictures, until all are done, and the pairs that these brought, none twice.

    `turned` holds the vectors of the same pictures turned by a quarter: a pair is as near as its nearer pose. Only what
    passes a sieve, vectors reduced to the axes along which these pictures have most, is compared in full."""
    axes = _axes(upright, turned)
    coarse, coarse_turned = _reduced(upright, axes), _reduced(turned, axes)

    def pairs_of(rows: npt.NDArray[np.intp]) -> list[Pair]:
        likeness = _likeness(coarse[rows], coarse, coarse_turned)
        count, others = likeness.shape
        likeness[np.arange(count), rows] = -1
        kept = min(_SPARE * few, others)
        passed = np.argpartition(likeness, others - kept, axis=1)[:, others - kept :]
        pairs = []
        for place, row in enumerate(rows.tolist()):
            near = np.sort(passed[place][likeness[place, passed[place]] > least - _MARGIN])
            cosines = _cosines(upright[row], near, upright, turned)
            for nearest in np.argsort(-cosines, kind="stable")[:few]:
                if cosines[nearest] > least:
                    one, other = sorted((row, int(near[nearest])))
                    pairs.append((float(cosines[nearest]), one, other))
        return pairs

    told: set[tuple[int, int]] = set()
    blocks = _blocks(coarse)
    with ThreadPoolExecutor(threads, thread_name_prefix="neighbours") as pool:
        for rows, pairs in zip(blocks, pool.map(pairs_of, blocks), strict=True):
            new = {}
            for pair in sorted(pairs):
                if pair[1:] not in told:
                    new[pair[1:]] = pair
            told.update(new)
            yield frozenset(rows.tolist()), list(new.values())


def _blocks(vectors: Numbers) -> list[npt.NDArray[np.intp]]:
    """Rows, so divided that like pictures mostly come together: who looks at pairs need not look at each picture as
    often as it occurs."""
    blocks = []
    undivided = [np.arange(len(vectors))]
    while undivided:
        rows = undivided.pop()
        if len(rows) <= _ROWS_AT_ONCE:
            blocks.append(rows)
            continue
        apart = vectors[rows] - vectors[rows].mean(axis=0)
        along = apart[0]
        for _turn in range(4):
            along = apart.T @ (apart @ along)
            along /= max(float(np.linalg.norm(along)), 1e-9)
        order = rows[np.argsort(apart @ along, kind="stable")]
        undivided += [order[len(order) // 2 :], order[: len(order) // 2]]
    return blocks


def _axes(upright: HalfFloats, turned: HalfFloats) -> Numbers:
    """At right angles, one a column: nearly those that hold most of the vectors' length. All of it is held where there
    are fewer pictures or dimensions than axes."""
    drawn = np.linspace(0, len(upright) - 1, min(_DRAWN, len(upright))).astype(int)
    sample = np.vstack([_single(upright[drawn]), _single(turned[drawn])])
    dimensions = upright.shape[1]
    axes = np.random.default_rng(0).standard_normal((dimensions, min(_AXES, dimensions)), np.float32)
    for _turn in range(3):
        axes = np.linalg.qr(sample.T @ (sample @ axes)).Q
    return axes


def _reduced(vectors: HalfFloats, axes: Numbers) -> Numbers:
    """Of unit length again: what two pictures have in common along these axes, they mostly have along the others."""
    reduced = np.empty((len(vectors), axes.shape[1]), np.float32)
    for start in range(0, len(vectors), _COLUMNS_AT_ONCE):
        some = slice(start, start + _COLUMNS_AT_ONCE)
        np.matmul(_single(vectors[some]), axes, out=reduced[some])
    reduced /= np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return reduced


def _likeness(rows: Numbers, upright: Numbers, turned: Numbers) -> Numbers:
    likeness = np.empty((len(rows), len(upright)), np.float32)
    for start in range(0, len(upright), _COLUMNS_AT_ONCE):
        columns = slice(start, start + _COLUMNS_AT_ONCE)
        np.maximum(rows @ upright[columns].T, rows @ turned[columns].T, out=likeness[:, columns])
    return likeness


def _cosines(row: HalfFloats, others: npt.NDArray[np.intp], upright: HalfFloats, turned: HalfFloats) -> Numbers:
    wanted = _single(row)
    poses = [np.vecdot(_single(some[others]), wanted) for some in (upright, turned)]
    return np.asarray(np.maximum(*poses), np.float32)


def _single(vectors: HalfFloats) -> Numbers:
    numbers = np.empty(vectors.shape, np.float32)
    to_float32(np.ascontiguousarray(vectors), numbers)
    return numbers
