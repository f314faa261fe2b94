"""Corners that are found again in another picture, and the one map that carries them there."""

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
_SAME_TURN = np.radians(25)
_SAME_SCALE = 0.4
_OCTAVE = float(np.log(1.2))


@dataclass(frozen=True, slots=True, eq=False)
class KeyPoints:
    places: Places
    descriptors: npt.NDArray[np.uint8]
    """One row of 32 bytes a point."""
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
    distances, nearest = cv2.batchDistance(
        one.descriptors, other.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
    )
    mine = np.flatnonzero(distances[:, 0] < _RATIO * distances[:, 1])
    if len(mine) < 4:
        return None
    theirs = nearest[mine, 0]
    clearness = distances[mine, 0] / distances[mine, 1]
    matches = _Matches(
        here=one.places[mine],
        there=other.places[theirs],
        turns=other.turns[theirs] - one.turns[mine],
        scalings=other.log_sizes[theirs] - one.log_sizes[mine],
    )
    voters = matches.voters(np.argsort(clearness, kind="stable")[:_PROPOSALS])
    best: Agreement | None = None
    votes = voters.sum(axis=1)
    for proposal in np.argsort(-votes, kind="stable")[:_REFINED]:
        if votes[proposal] < _FEWEST_VOTERS:
            break
        refined = matches.refine(voters[proposal])
        if refined is not None and (best is None or refined.points > best.points):
            best = refined
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Matches:
    here: Places
    there: Places
    turns: npt.NDArray[np.float64]
    scalings: npt.NDArray[np.float64]

    def voters(self, proposals: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """For each proposing match, one row: which matches would do under its map."""
        turn, scaling = self.turns[proposals, None], self.scalings[proposals, None]
        along, across = np.exp(scaling) * np.cos(turn), np.exp(scaling) * np.sin(turn)
        dx, dy = (self.here[:, axis] - self.here[proposals, None, axis] for axis in (0, 1))
        to_x, to_y = (self.there[:, axis] - self.there[proposals, None, axis] for axis in (0, 1))
        miss = np.hypot(along * dx - across * dy - to_x, across * dx + along * dy - to_y)
        near: npt.NDArray[np.bool_] = miss < _NEAR + _NEAR_GROWTH * np.hypot(to_x, to_y)
        return near & self._like(turn, scaling)

    def refine(self, chosen: npt.NDArray[np.bool_]) -> Agreement | None:
        affine: Affine | None = None
        for step in range(_ROUNDS):
            if chosen.sum() < 4:
                return None
            # The first guesses rest on few corners: they may turn and scale, but not shear.
            fit = _shearing if step >= 2 and chosen.sum() >= 6 else _turning
            affine = fit(self.here[chosen], self.there[chosen])
            if affine is None or not _sensible(affine):
                return None
            miss = np.hypot(*(self.here @ affine[:, :2].T + affine[:, 2] - self.there).T)
            turn = np.arctan2(affine[1, 0] - affine[0, 1], affine[0, 0] + affine[1, 1])
            scaling = np.log(abs(np.linalg.det(affine[:, :2]))) / 2
            again = (miss < (2 * _EXACT if step == 0 else _EXACT)) & self._like(turn, scaling)
            settled = step > 2 and np.array_equal(again, chosen)
            chosen = again
            if settled:
                break
        if affine is None or chosen.sum() < 4:
            return None
        here, there = self.here[chosen], self.there[chosen]
        points = min(len(np.unique(side.round(), axis=0)) for side in (here, there))
        return Agreement(points, affine, here, there)

    def _like(
        self, turn: npt.NDArray[np.float64] | float, scaling: npt.NDArray[np.float64] | float
    ) -> npt.NDArray[np.bool_]:
        apart = np.abs((self.turns - turn + np.pi) % (2 * np.pi) - np.pi)
        like: npt.NDArray[np.bool_] = (apart < _SAME_TURN) & (np.abs(self.scalings - scaling) < _SAME_SCALE)
        return like


def _turning(here: Places, there: Places) -> Affine | None:
    """The least-squares map that only turns, scales and moves."""
    middle, target = here.mean(axis=0), there.mean(axis=0)
    p, q = here - middle, there - target
    size = float((p * p).sum())
    if size < 1.0:
        return None
    along = float((p * q).sum()) / size
    across = float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()) / size
    linear = np.array([[along, -across], [across, along]])
    return np.column_stack([linear, target - linear @ middle])


def _shearing(here: Places, there: Places) -> Affine | None:
    middle, target = here.mean(axis=0), there.mean(axis=0)
    p, q = here - middle, there - target
    spread = p.T @ p
    if np.linalg.det(spread) < 1e-3 * max(1.0, float(np.trace(spread))):
        return None
    linear = np.linalg.solve(spread, p.T @ q).T
    return np.column_stack([linear, target - linear @ middle])


def _sensible(affine: Affine) -> bool:
    if not np.isfinite(affine).all():
        return False
    large, small = np.linalg.svd(affine[:, :2], compute_uv=False)
    return bool(small > 0.2 and large < 5 and large < 3 * small)
