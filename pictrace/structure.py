"""How well the structure of two grey pictures agrees: as a whole, and where key points laid one over the other."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pictrace.keypoints import Affine, Grey

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

SQUARE_SIDE = 256
ALIGNED_SIDE = 192

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_WINDOW = 7
_LEAST_OVERLAP = 100


def batched_ssim(query: Grey, others: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """The structural similarity of one grey square to each of many, with scikit-image's defaults and its numbers.

    Sums and differences are whole numbers, so that nothing is lost where two large ones nearly cancel out.
    """
    count = _WINDOW**2
    c1, c2 = np.float32(_C1 * count * count), np.float32(_C2 * count * (count - 1))
    query_sum = _window_sums(query)
    query_mean, query_squares = query_sum * query_sum, _window_sums(_products(query, query))
    found = np.empty(len(others), np.float64)
    for place, other in enumerate(others):
        other_sum, products = _window_sums(other), _window_sums(_products(query, other))
        squares = query_squares + _window_sums(_products(other, other))
        means, mean_squares = query_sum * other_sum, query_mean + other_sum * other_sum
        ratio = (2 * means).astype(np.float32) + c1
        ratio *= (2 * (count * products - means)).astype(np.float32) + c2
        ratio /= mean_squares.astype(np.float32) + c1
        ratio /= (count * squares - mean_squares).astype(np.float32) + c2
        found[place] = ratio.mean(dtype=np.float64)
    return found


def _products(one: Grey, other: Grey) -> npt.NDArray[np.uint16]:
    return np.asarray(cv2.multiply(one, other, dtype=cv2.CV_16U), np.uint16)


def _window_sums(values: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> npt.NDArray[np.int32]:
    """Of each window that lies within the picture; even 49 × 49 × 255 × 255, twice, is within 32 bits."""
    sums = np.asarray(cv2.boxFilter(values, cv2.CV_32S, (_WINDOW, _WINDOW), normalize=False), np.int32)
    edge = _WINDOW // 2
    return sums[edge:-edge, edge:-edge]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Two pictures in one frame, that of the coarser one."""

    one: Grey
    other: Grey
    overlap: Mask
    """Where both have something to show."""
    share_of_one: float
    share_of_other: float
    """How much of each picture the overlap covers."""


def align(one: Grey, other: Grey, affine: Affine, side: int = ALIGNED_SIDE) -> Alignment | None:
    """In a frame of at most this longest side; None where the two hardly overlap. Colours may be laid so as well."""
    if abs(np.linalg.det(affine[:, :2])) > 1:
        turned = align(other, one, np.asarray(cv2.invertAffineTransform(affine), np.float64), side)
        if turned is None:
            return None
        return Alignment(turned.other, turned.one, turned.overlap, turned.share_of_other, turned.share_of_one)
    frame, to_frame = _shrunk(other, min(1.0, side / max(other.shape[:2])))
    carry = to_frame @ np.vstack([affine, (0, 0, 1)])
    # What is to become smaller is averaged first: the warp itself only picks single pixels.
    source, to_source = _shrunk(one, min(1.0, float(np.sqrt(abs(np.linalg.det(carry[:2, :2]))))))
    carry = (carry @ np.linalg.inv(to_source))[:2]
    size = frame.shape[1], frame.shape[0]
    moved = np.asarray(cv2.warpAffine(source, carry, size, flags=cv2.INTER_LINEAR), np.uint8)
    there = cv2.warpAffine(np.full(source.shape[:2], 255, np.uint8), carry, size, flags=cv2.INTER_NEAREST)
    overlap = cv2.erode(there, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE) > 0
    seen = int(overlap.sum())
    if seen < _LEAST_OVERLAP:
        return None
    area = abs(float(np.linalg.det(carry[:, :2]))) * source.shape[0] * source.shape[1]
    return Alignment(moved, frame, overlap, min(1.0, seen / area), seen / overlap.size)


def _shrunk(grey: Grey, scale: float) -> tuple[Grey, npt.NDArray[np.float64]]:
    """The picture at this scale, and the 3 × 3 map that carries the centres of pixels there."""
    height, width = grey.shape[:2]
    size = max(4, round(width * scale)), max(4, round(height * scale))
    if scale >= 1 or size == (width, height):
        return grey, np.eye(3)
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, scaling((height, width), (size[1], size[0]))


def scaling(from_size: tuple[int, ...], to_size: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """The 3 × 3 map that carries the centres of pixels there; sizes are (height, width)."""
    y, x = to_size[0] / from_size[0], to_size[1] / from_size[1]
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])


@dataclass(frozen=True, slots=True)
class AlignedStructure:
    """Over the overlap alone; each is 1 where the pictures agree in full."""

    similarity: float
    """SSIM."""
    fine: float
    """Contrast and structure, without brightness."""
    coarse: float
    """The same of the blurred pictures: forgives blur, and a map that is a little off."""
    agreeing_blocks: float
    """The share of the blocks with anything in them whose patterns run alike."""
    strangest_region: float
    """The share that disagrees of the worst region, of 40% of each side: 1 where a whole part shows something else, as
    inside of a frame, a web page or a collage that both pictures share."""


def aligned_structure(alignment: Alignment) -> AlignedStructure:
    weight = alignment.overlap.astype(np.float32)
    one, other = alignment.one.astype(np.float32), alignment.other.astype(np.float32)
    fine = _Likeness(one, other, Blur(weight, 1.5))
    over = Blur(weight, 2.0)
    soft_one, soft_other = over(one), over(other)
    strange = _disagreement(fine.mean_one, fine.mean_other, alignment.overlap)
    return AlignedStructure(
        _mean(np.multiply(fine.brightness(), fine.structure), weight),
        _mean(fine.structure, weight),
        _coarse(soft_one, soft_other, weight),
        _agreeing_blocks(soft_one, soft_other, alignment.overlap),
        worst_region(strange, alignment.overlap, _REGION),
    )


def coarse_structure(alignment: Alignment) -> float:
    """The `coarse` of the aligned structure alone, which costs a third of all."""
    weight = alignment.overlap.astype(np.float32)
    over = Blur(weight, 2.0)
    return _coarse(over(alignment.one.astype(np.float32)), over(alignment.other.astype(np.float32)), weight)


def _coarse(soft_one: Plane, soft_other: Plane, weight: Plane) -> float:
    return _mean(_Likeness(soft_one, soft_other, Blur(weight, 3.0)).structure, weight)


class Blur:
    """A Gaussian blur that knows nothing of what lies outside of the overlap."""

    def __init__(self, weight: Plane, sigma: float) -> None:
        self._weight, self._sigma = weight, sigma
        self._total = self._blurred(weight) + np.float32(1e-6)

    def __call__(self, values: Plane) -> Plane:
        if values.ndim > 2:
            return self._blurred(values * self._weight[..., None]) / self._total[..., None]
        return self._blurred(values * self._weight) / self._total

    def _blurred(self, values: Plane) -> Plane:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), self._sigma), np.float32)


class _Likeness:
    """The two terms of SSIM around each pixel."""

    def __init__(self, one: Plane, other: Plane, blur: Blur) -> None:
        self.mean_one, self.mean_other = blur(one), blur(other)
        self._squares = self.mean_one * self.mean_one + self.mean_other * self.mean_other
        self._products = self.mean_one * self.mean_other
        variances = np.maximum(blur(one * one + other * other) - self._squares, 0)
        covariance = blur(one * other) - self._products
        self.structure: Plane = np.asarray((2 * covariance + _C2) / (variances + _C2), np.float32)

    def brightness(self) -> Plane:
        return np.asarray((2 * self._products + _C1) / (self._squares + _C1), np.float32)


def _mean(values: Plane, weight: Plane) -> float:
    return float((values * weight).sum()) / float(weight.sum())


_BLOCKS = 8
_LEAST_BLOCK = 6
_BLOCK_SEEN = 0.8
_NOTHING_IN_IT = 4.0
_RUNS_ALIKE = 0.5
_SURELY_ALIKE = 0.7
_OTHER_BRIGHTNESS = 30.0
_REGION = 0.4
_REGION_SEEN = 0.9


def _agreeing_blocks(one: Plane, other: Plane, overlap: Mask) -> float:
    rows, columns = _extent(overlap)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    side = max(_LEAST_BLOCK, max(height, width) // _BLOCKS)
    down, across = height // side, width // side
    inside = slice(rows.start, rows.start + down * side), slice(columns.start, columns.start + across * side)

    def blocks(values: Plane | Mask) -> Plane:
        """Shape (down, across, pixels)."""
        cut = values[inside].astype(np.float32).reshape(down, side, across, side)
        return cut.transpose(0, 2, 1, 3).reshape(down, across, side * side)

    seen = blocks(overlap)
    count = seen.sum(axis=2)
    told = np.maximum(count, 1)
    p, q = blocks(one), blocks(other)
    p, q = ((side - ((side * seen).sum(axis=2) / told)[..., None]) * seen for side in (p, q))
    spread_p, spread_q = (np.sqrt((side * side).sum(axis=2) / told) for side in (p, q))
    likeness = ((p * q).sum(axis=2) / told + _NOTHING_IN_IT) / (spread_p * spread_q + _NOTHING_IN_IT)
    counted = (count >= _BLOCK_SEEN * side * side) & (np.maximum(spread_p, spread_q) >= _NOTHING_IN_IT)
    return float((likeness[counted] > _RUNS_ALIKE).mean()) if counted.any() else 1.0


def _disagreement(one: Plane, other: Plane, overlap: Mask) -> Mask:
    """Of two pictures, a little blurred: where patterns run differently, or the brightness is not what the rest of the
    picture makes one expect."""
    rows, columns = _extent(overlap)
    weight = overlap.astype(np.float32)
    blur = Blur(weight, max(1.5, max(rows.stop - rows.start, columns.stop - columns.start) / 50))
    mean_one, mean_other = blur(one), blur(other)
    spread_one = np.sqrt(np.maximum(blur(one * one) - mean_one * mean_one, 0))
    spread_other = np.sqrt(np.maximum(blur(other * other) - mean_other * mean_other, 0))
    covariance = blur(one * other) - mean_one * mean_other
    likeness = (covariance + _NOTHING_IN_IT) / (spread_one * spread_other + _NOTHING_IN_IT)
    something = overlap & (np.maximum(spread_one, spread_other) >= _NOTHING_IN_IT)
    strange = something & (likeness < _RUNS_ALIKE)
    sure = something & (likeness > _SURELY_ALIKE)
    if sure.any() and np.ptp(mean_one[sure]) > 1:
        gain, offset = _line(mean_one[sure].astype(np.float64), mean_other[sure].astype(np.float64))
        unexpected = np.abs(gain * mean_one + offset - mean_other)
        strange |= overlap & (unexpected > _OTHER_BRIGHTNESS * max(1.0, gain))
    return strange


def _line(known: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Gain and offset that make the best of the one."""
    middle, target = float(known.mean()), float(wanted.mean())
    apart = known - middle
    # Not as products of vectors: those are shared out among threads of their own.
    gain = float((apart * (wanted - target)).sum() / (apart * apart).sum())
    return gain, target - gain * middle


def worst_region(strange: Mask, overlap: Mask, share: float) -> float:
    """How much of it is strange; a region has this share of each side of the overlap."""
    rows, columns = _extent(overlap)
    size = max(3, round((columns.stop - columns.start) * share)), max(3, round((rows.stop - rows.start) * share))
    bad, seen = (
        np.asarray(cv2.boxFilter(mask.astype(np.float32), -1, size, borderType=cv2.BORDER_CONSTANT))
        for mask in (strange, overlap)
    )
    whole = seen > _REGION_SEEN
    return min(1.0, float((bad[whole] / seen[whole]).max())) if whole.any() else 0.0


def _extent(overlap: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(overlap.any(axis=1)), np.flatnonzero(overlap.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
