"""A mixture of Gaussians without correlations, fitted by expectation and maximisation."""

from dataclasses import dataclass

import numpy as np

from pictrace.embedders.fisher import Numbers, shares
from pictrace.training.textures import Random

_ROUNDS = 25
_LEAST_VARIANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Mixture:
    weights: Numbers
    """Shape (Gaussians,); they sum to 1."""
    centres: Numbers
    """Shape (Gaussians, axes)."""
    deviations: Numbers
    """Shape (Gaussians, axes)."""


def fit_mixture(points: Numbers, count: int, random: Random) -> Mixture:
    """`count` Gaussians that explain the points (one a row). The same points and random state give the same mixture."""
    centres = _spread_out(points, count, random)
    distances = _squared_distances(points, centres)
    nearest_only = np.zeros((len(points), count), np.float32)
    nearest_only[np.arange(len(points)), distances.argmin(axis=1)] = 1
    mixture = _maximised(points, nearest_only)
    for _ in range(_ROUNDS):
        mixture = _maximised(points, shares(points, mixture.weights, mixture.centres, mixture.deviations))
    return mixture


def _squared_distances(points: Numbers, centres: Numbers) -> Numbers:
    squares = (points * points).sum(axis=1)[:, None] + (centres * centres).sum(axis=1)
    return np.asarray(np.maximum(squares - 2 * (points @ centres.T), 0), np.float32)


def _spread_out(points: Numbers, count: int, random: Random) -> Numbers:
    """Points to start from, each drawn the likelier the further it is from those before it (k-means++)."""
    chosen = [points[random.integers(len(points))]]
    nearest = _squared_distances(points, chosen[0][None])[:, 0]
    while len(chosen) < count:
        sums = np.cumsum(nearest, dtype=np.float64)
        place = min(int(np.searchsorted(sums, random.random() * sums[-1])), len(points) - 1)
        chosen.append(points[place])
        nearest = np.minimum(nearest, _squared_distances(points, chosen[-1][None])[:, 0])
    return np.stack(chosen)


def _maximised(points: Numbers, share: Numbers) -> Mixture:
    # In double precision: sums over many thousands of points.
    mass = share.sum(axis=0, dtype=np.float64)[:, None] + 1e-9
    centres = (share.T @ points) / mass
    variances = np.maximum((share.T @ (points * points)) / mass - centres**2, 0) + _LEAST_VARIANCE
    weights = mass[:, 0] / mass.sum()
    return Mixture(weights.astype(np.float32), centres.astype(np.float32), np.sqrt(variances).astype(np.float32))
