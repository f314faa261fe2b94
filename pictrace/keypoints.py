"""Corners that are found again in another picture, and the one map that carries them there."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
"""Shape (height, width)."""

Places = npt.NDArray[np.float64]
"""One (x, y) in pixels a row."""

Affine = npt.NDArray[np.float64]
"""Shape (2, 3): carries (x, y, 1) to (x, y)."""

Descriptors = npt.NDArray[np.uint8]
"""One row of 32 bytes a point."""

POINTS = 500
FEWEST = 8
"""With fewer points on a side chance has its way."""
CHANCE_POINTS = 6
"""As many points agree between unrelated pictures, now and then."""

_LEAST_SIDE = 32
"""No descriptor fits into a narrower picture."""
_RATIO = 0.9
"""How much nearer the nearest descriptor must be than the second nearest."""
_PROPOSALS = 100
_REFINED = 4
_FEWEST_VOTERS = 5
_ROUNDS = 6
_NEAR, _NEAR_GROWTH = 14.0, 0.12
"""A proposal comes from one corner: its errors grow with the distance from it."""
_EXACT = 6.0
_SAME_TURN = math.cos(math.radians(25))
_SAME_SCALE = 0.4
_WIDEST = 1 << 16
"""More than any place's pixels across."""
_OCTAVE = float(np.log(1.2))


@dataclass(frozen=True, slots=True, eq=False)
class KeyPoints:
    places: Places
    descriptors: Descriptors
    turns: npt.NDArray[np.float64]
    """Which way each corner points, in radians."""
    log_sizes: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.places)


_NONE = KeyPoints(np.zeros((0, 2)), np.zeros((0, 32), np.uint8), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Which points of one picture lie in another, by one map."""

    points: int
    """Distinct ones, on the side that has fewer."""
    affine: Affine
    here: Places
    there: Places


def key_points(grey: Grey) -> KeyPoints:
    if min(grey.shape) < _LEAST_SIDE:
        return _NONE
    detector = cv2.ORB_create(nfeatures=POINTS, fastThreshold=7, edgeThreshold=15)  # type: ignore[attr-defined]
    found, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None:
        return _NONE
    return KeyPoints(
        places=np.array([point.pt for point in found], np.float64),
        descriptors=descriptors,
        turns=np.radians(np.array([point.angle for point in found], np.float64)),
        log_sizes=np.array([point.octave * _OCTAVE for point in found], np.float64),
    )


def agreement(one: KeyPoints, other: KeyPoints) -> Agreement | None:
    """The map that most of the matching corners agree on, or None where no four of them agree on a sensible one.

    Nothing here is drawn by lot: a corner knows which way it points and how large it is, so every single match
    proposes a whole map, and the matches vote.
    """
    if min(len(one), len(other)) < FEWEST:
        return None
    nearest, distances, second = _two_nearest(one.descriptors, other.descriptors)
    mine = np.flatnonzero(distances < _RATIO * second)
    if len(mine) < _FEWEST_VOTERS:
        return None
    theirs = nearest[mine]
    matches = _Matches(
        here=one.places[mine],
        there=other.places[theirs],
        turns=_directions(other.turns[theirs] - one.turns[mine]),
        scalings=other.log_sizes[theirs] - one.log_sizes[mine],
    )
    voters = matches.voters(np.argsort(distances[mine] / second[mine], kind="stable")[:_PROPOSALS])
    best: Agreement | None = None
    votes = voters.sum(axis=1)
    for proposal in np.argsort(-votes, kind="stable")[:_REFINED]:
        if votes[proposal] < _FEWEST_VOTERS:
            break
        refined = matches.refine(voters[proposal])
        if refined is not None and (best is None or refined.points > best.points):
            best = refined
    return best


def _two_nearest(
    descriptors: Descriptors, others: Descriptors
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """For each, which of the others is the nearest, how many bits differ, and how many in the second nearest."""
    rows = np.ascontiguousarray(descriptors).view(np.uint64)
    columns = np.ascontiguousarray(others.view(np.uint64).T)
    distances = np.zeros((len(descriptors), len(others)), np.uint16)
    for word, column in enumerate(columns):
        distances += np.bitwise_count(rows[:, word, None] ^ column)
    every, nearest = np.arange(len(rows)), distances.argmin(axis=1)
    least = distances[every, nearest]
    distances[every, nearest] = np.iinfo(np.uint16).max
    return nearest, least, distances.min(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Matches:
    here: Places
    there: Places
    turns: Places
    """As directions of length 1: sums of products compare them faster than differences of angles."""
    scalings: npt.NDArray[np.float64]

    def voters(self, proposals: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """For each proposing match, one row: which matches would do under its map."""
        scaling, turn = self.scalings[proposals, None], self.turns[proposals]
        along, across = (np.exp(scaling) * turn[:, None, axis] for axis in (0, 1))
        dx, dy = (self.here[:, axis] - self.here[proposals, None, axis] for axis in (0, 1))
        to_x, to_y = (self.there[:, axis] - self.there[proposals, None, axis] for axis in (0, 1))
        miss = (along * dx - across * dy - to_x) ** 2 + (across * dx + along * dy - to_y) ** 2
        near: npt.NDArray[np.bool_] = miss < (_NEAR + _NEAR_GROWTH * np.sqrt(to_x * to_x + to_y * to_y)) ** 2
        return near & (turn @ self.turns.T > _SAME_TURN) & (np.abs(self.scalings - scaling) < _SAME_SCALE)

    def refine(self, chosen: npt.NDArray[np.bool_]) -> Agreement | None:
        affine: Affine | None = None
        for step in range(_ROUNDS):
            # The first guesses rest on few corners: they may turn and scale, but not shear.
            fit = _shearing if step >= 2 and chosen.sum() >= 6 else _turning
            affine = fit(self.here[chosen], self.there[chosen])
            if affine is None or not _sensible(affine):
                return None
            before, chosen = chosen, self._agreeing(affine, 2 * _EXACT if step == 0 else _EXACT)
            if chosen.sum() < 4:
                return None
            if step > 2 and np.array_equal(before, chosen):
                break
        if affine is None:
            return None
        here, there = self.here[chosen], self.there[chosen]
        return Agreement(min(_distinct(here), _distinct(there)), affine, here, there)

    def _agreeing(self, affine: Affine, most: float) -> npt.NDArray[np.bool_]:
        miss = self.here @ affine[:, :2].T + affine[:, 2] - self.there
        (a, b, _), (c, d, _) = affine.tolist()
        length = math.hypot(a + d, c - b)
        turn = np.array([(a + d) / length, (c - b) / length] if length else [1.0, 0.0])
        scaling = math.log(abs(a * d - b * c)) / 2
        like = (self.turns @ turn > _SAME_TURN) & (np.abs(self.scalings - scaling) < _SAME_SCALE)
        return np.asarray((np.einsum("ij,ij->i", miss, miss) < most * most) & like, bool)


def _directions(angles: npt.NDArray[np.float64]) -> Places:
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _distinct(places: Places) -> int:
    """How many lie in different pixels."""
    return len(np.unique(places.round() @ (_WIDEST, 1)))


def _turning(here: Places, there: Places) -> Affine | None:
    """The least-squares map that only turns, scales and moves."""
    middle, target = _mean(here), _mean(there)
    p, q = here - middle, there - target
    size = float(np.vdot(p, p))
    if size < 1.0:
        return None
    (xx, xy), (yx, yy) = (p.T @ q).tolist()
    along, across = (xx + yy) / size, (xy - yx) / size
    return _moving(np.array([[along, -across], [across, along]]), middle, target)


def _shearing(here: Places, there: Places) -> Affine | None:
    middle, target = _mean(here), _mean(there)
    p, q = here - middle, there - target
    (xx, xy), (_, yy) = (p.T @ p).tolist()
    area = xx * yy - xy * xy
    if area < 1e-3 * max(1.0, xx + yy):
        return None
    inverse = np.array([[yy, -xy], [-xy, xx]]) / area
    return _moving((inverse @ (p.T @ q)).T, middle, target)


def _mean(places: Places) -> npt.NDArray[np.float64]:
    return np.asarray(places.sum(axis=0) / len(places), np.float64)


def _moving(linear: Places, middle: npt.NDArray[np.float64], target: npt.NDArray[np.float64]) -> Affine:
    """The affine map with this linear part that carries the one place to the other."""
    affine = np.empty((2, 3))
    affine[:, :2] = linear
    affine[:, 2] = target - linear @ middle
    return affine


def _sensible(affine: Affine) -> bool:
    """It neither swells nor shrinks much, nor flattens."""
    (a, b, _), (c, d, _) = affine.tolist()
    # The singular values are half the sum and half the difference of these.
    sum_of_both, difference = math.hypot(a + d, c - b), math.hypot(a - d, b + c)
    large, small = (sum_of_both + difference) / 2, abs(sum_of_both - difference) / 2
    return small > 0.2 and large < 5 and large < 3 * small
