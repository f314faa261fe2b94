"""Parameters from pictures: codebooks from their patches, projections from their blocks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.embedders.blocks import BLOCKS, Block, describe
from pictrace.embedders.fisher import Codebook, Numbers
from pictrace.embedders.parameters import Parameters, Projection
from pictrace.embedders.patches import MIRRORED_COLOURS, MIRRORED_EDGES, patches
from pictrace.events import Finished
from pictrace.picture import Pixels
from pictrace.training.altered import altered
from pictrace.training.mixture import fit_mixture
from pictrace.training.textures import Random

_SEED = 20
_LEAST_STRENGTH = 0.02
"""Patches with less of the structure than this share of the picture's strongest say nothing about edges."""
_AT_A_TIME = 128
_DAMPING = 0.7
"""This share of the mean variance is added to each, so that directions which never varied are no certainties."""
_HOLDING_BACK = 0.25

_Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is learned; the defaults are those of the shipped parameters."""

    pictures: int = 8000
    codebook_pictures: int = 800
    patches_a_picture: int = 100
    edge_axes: int = 64
    edge_gaussians: int = 16
    colour_axes: int = 32
    colour_gaussians: int = 32


@dataclass(frozen=True, slots=True)
class Learned:
    """So many pictures of a step are done."""

    step: str
    done: int
    total: int


def learn(picture: Callable[[int], Pixels], sizes: Sizes) -> Iterator[Learned | Finished[Parameters]]:
    """From the pictures 0, 1, 2, …; ends with Finished(parameters). The same pictures give the same parameters."""
    cv2.setNumThreads(1)
    random = np.random.default_rng(_SEED)
    edge_samples, colour_samples = [], []
    for seed in range(sizes.codebook_pictures):
        edges, colours = _samples(picture(seed), sizes.patches_a_picture, random)
        edge_samples.append(edges)
        colour_samples.append(colours)
        yield Learned("patches", seed + 1, sizes.codebook_pictures)
    edge_book = _codebook(np.concatenate(edge_samples), sizes.edge_axes, sizes.edge_gaussians, random)
    colour_book = _codebook(np.concatenate(colour_samples), sizes.colour_axes, sizes.colour_gaussians, random)
    spreads = {block.name: _Spread() for block in BLOCKS}
    for seed in range(sizes.pictures):
        pixels = picture(seed)
        numbers = describe(pixels, edge_book, colour_book)
        others = describe(altered(pixels, random), edge_book, colour_book)
        for name, spread in spreads.items():
            spread.add(numbers[name], others[name])
        yield Learned("pictures", seed + 1, sizes.pictures)
    yield Finished(Parameters(edge_book, colour_book, {b.name: _projection(b, spreads[b.name]) for b in BLOCKS}))


def _samples(pixels: Pixels, count: int, random: Random) -> tuple[Numbers, Numbers]:
    """Some of the picture's patches, and their mirror images: by their edges, by their colours."""
    seen = patches(pixels)
    strong = np.flatnonzero(seen.edge_weights > _LEAST_STRENGTH * seen.edge_weights.max())
    edges = seen.edges[_some(strong, count, random)]
    colours = seen.colours[_some(np.arange(len(seen.colours)), count, random)]
    return np.concatenate([edges, edges[:, MIRRORED_EDGES]]), np.concatenate([colours, colours[:, MIRRORED_COLOURS]])


def _some(places: npt.NDArray[np.intp], count: int, random: Random) -> npt.NDArray[np.intp]:
    return np.asarray(random.choice(places, min(count, len(places)), replace=False), np.intp)


def _codebook(samples: Numbers, axes_kept: int, gaussians: int, random: Random) -> Codebook:
    mean = samples.mean(axis=0, dtype=np.float64)
    centred = samples - mean.astype(np.float32)
    _, axes = _main_axes(np.cov(centred, rowvar=False), axes_kept)
    # One scale for all axes brings the points to about 1, where the mixture's least variance is meant.
    axes /= (centred @ axes).std(axis=0).mean()
    mixture = fit_mixture(np.asarray(centred @ axes, np.float32), gaussians, random)
    return Codebook(
        mean.astype(np.float32), axes.astype(np.float32), mixture.weights, mixture.centres, mixture.deviations
    )


def _main_axes(covariance: _Matrix, count: int) -> tuple[_Matrix, _Matrix]:
    """The greatest variances and their axes (one a column), each with a sign that does not depend on the library."""
    variances, axes = np.linalg.eigh(covariance)
    variances, axes = variances[::-1][:count], axes[:, ::-1][:, :count]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return variances, axes * signs


class _Moments:
    """Mean and covariance of any number of vectors, in the memory of one batch."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: list[Numbers] = []
        self._sum: _Matrix | float = 0.0
        self._products: _Matrix | float = 0.0

    def add(self, numbers: Numbers) -> None:
        self._waiting.append(numbers)
        if len(self._waiting) == _AT_A_TIME:
            self._take_in()

    def _take_in(self) -> None:
        rows = np.array(self._waiting, np.float64)
        self._count += len(rows)
        self._sum = self._sum + rows.sum(axis=0)
        self._products = self._products + rows.T @ rows
        self._waiting = []

    def mean_and_covariance(self) -> tuple[_Matrix, _Matrix]:
        if self._waiting:
            self._take_in()
        mean = np.asarray(self._sum / self._count)
        return mean, np.asarray(self._products / self._count - np.outer(mean, mean))


class _Spread:
    """How a block's numbers vary: over all pictures, and between a picture and its altered self."""

    def __init__(self) -> None:
        self.overall = _Moments()
        self.within = _Moments()

    def add(self, numbers: Numbers, altered_numbers: Numbers) -> None:
        self.overall.add(numbers)
        self.overall.add(altered_numbers)
        self.within.add((numbers - altered_numbers) / np.float32(np.sqrt(2)))


def _projection(block: Block, spread: _Spread) -> Projection:
    """The axes along which pictures differ most, measured by how much the same picture may differ there.

    Those of the greatest ratio are held back a little, or they alone would decide.
    """
    mean, overall = spread.overall.mean_and_covariance()
    _, within = spread.within.mean_and_covariance()
    size = len(mean)
    noise, noise_axes = _main_axes(within + _DAMPING * np.trace(within) / size * np.eye(size), size)
    evened = noise_axes / np.sqrt(noise)
    ratios, axes = _main_axes(evened.T @ overall @ evened, block.dimensions)
    # Fewer pictures than dimensions leave axes along which nothing was ever seen.
    known = ratios > ratios[0] * 1e-9
    ratios, axes = ratios[known], axes[:, known]
    matrix = evened @ axes / ratios**_HOLDING_BACK
    step_sizes = np.abs(matrix).max(axis=0) / 127
    steps = np.round(matrix / step_sizes).astype(np.int8)
    return Projection(mean.astype(np.float32), steps, step_sizes.astype(np.float32))
