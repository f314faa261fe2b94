"""Fisher vectors: how the patches of a picture differ from those of pictures in general."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]

_LEAST_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class Codebook:
    """Pictures in general: a mixture of Gaussians, without correlations, along the main axes of all patches."""

    mean: Numbers
    """Of all patches, shape (numbers a patch,)."""
    axes: Numbers
    """Shape (numbers a patch, axes)."""
    weights: Numbers
    """Shape (Gaussians,)."""
    centres: Numbers
    """Shape (Gaussians, axes)."""
    deviations: Numbers
    """Shape (Gaussians, axes)."""


def fisher_vector(
    codebook: Codebook, patches: Numbers, mirrored: npt.NDArray[np.intp], patch_weights: Numbers | None = None
) -> Numbers:
    """First and second order, of the patches and of their mirror images (`mirrored` is the order of a patch's numbers
    that mirrors it), with the signed root taken; of unit length, or zero where all weights are."""
    book = codebook
    axes = np.concatenate([book.axes, book.axes[mirrored]], axis=1)
    offset = book.mean @ book.axes
    points = (patches @ axes).reshape(2 * len(patches), -1) - offset
    share = shares(points, book.weights, book.centres, book.deviations)
    share[share < _LEAST_SHARE] = 0
    if patch_weights is not None:
        share *= np.repeat(patch_weights, 2)[:, None]
    total = max(float(share.sum()), 1e-6)
    mass = share.sum(axis=0)[:, None]
    first, second = share.T @ points, share.T @ (points * points)
    root_weights = np.sqrt(book.weights)[:, None]
    drift = (first - book.centres * mass) / (book.deviations * root_weights * total)
    spread = (second - 2 * book.centres * first + book.centres**2 * mass) / book.deviations**2 - mass
    spread /= root_weights * np.float32(np.sqrt(2) * total)
    vector = np.concatenate([drift.ravel(), spread.ravel()])
    return unit(np.sign(vector) * np.sqrt(np.abs(vector)))


def unit(vector: npt.NDArray[np.floating]) -> Numbers:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)


def shares(points: Numbers, weights: Numbers, centres: Numbers, deviations: Numbers) -> Numbers:
    """How far each point belongs to each Gaussian; a row sums to 1."""
    precision = 1 / deviations**2
    constant = np.log(weights) - np.log(deviations).sum(axis=1) - (centres**2 * precision).sum(axis=1) / 2
    likelihood = points @ (centres * precision).T - (points * points) @ (precision.T / 2) + constant
    likelihood -= likelihood.max(axis=1, keepdims=True)
    likelihood = np.exp(likelihood)
    return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True), np.float32)
