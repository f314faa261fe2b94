"""From evidence to one honest number: 0 for nothing in common, 1 for the same content alone."""

import numpy as np
import numpy.typing as npt

from pictrace.evidence import Evidence
from pictrace.keypoints import CHANCE_POINTS
from pictrace.one_picture import is_surely_one

Knots = tuple[tuple[float, float], ...]
"""Cosine → share of likeness that a person would agree with; both rise."""

MOST = 0.994
"""What is not the same content never rounds to 100%."""
MOST_PHOTOGRAPHED_AGAIN = 0.92
"""Above it stands only what is one picture, edited; a likeness by cosine alone is scaled by it too."""

_POINTS_SCALE = 6.0
_MOST_BY_POINTS = 0.95
_EDITED_FROM, _EDITED_TO = 1.15, 1.55
_MOST_STRETCH = 2.0
"""Washes of colour in pictures of other shapes are no edits: a crop or a new size changes the shape by less."""
_UNRELATED_MEDIAN, _UNRELATED_TOP = 0.115, 0.33
_ABOVE_UNRELATED = ((0.143, 0.50), (0.43, 0.75), (0.714, 0.90), (0.93, 0.98), (1.0, 1.0))
_CAUTIOUS_MEDIAN, _CAUTIOUS_TOP = 0.50, 0.80
"""Where nothing is known, cosines are taken for high by nature, so that no percentage promises too much."""
_PAIRS_ENOUGH = 1000


def share_of(cosine: float, knots: Knots) -> float:
    cosines, shares = zip(*knots, strict=True)
    return float(np.clip(np.interp(cosine, cosines, shares), 0.0, 1.0))


def knots_from(unrelated_cosines: npt.ArrayLike) -> Knots:
    """For an embedder that nobody measured: from the cosines of pairs of pictures drawn at random from the archive."""
    cosines = np.asarray(unrelated_cosines, np.float64).ravel()
    cosines = cosines[np.isfinite(cosines)]
    trust = min(1.0, len(cosines) / _PAIRS_ENOUGH)
    median, top = _CAUTIOUS_MEDIAN, _CAUTIOUS_TOP
    if len(cosines):
        seen = np.quantile(cosines, (0.5, 0.99))
        median, top = trust * seen[0] + (1 - trust) * median, trust * seen[1] + (1 - trust) * top
    median = float(np.clip(median, -0.9, 0.93))
    top = float(np.clip(top, median + 0.02, 0.97))
    none = median - (top - median) * _UNRELATED_MEDIAN / (_UNRELATED_TOP - _UNRELATED_MEDIAN)
    above = tuple((top + part * (1 - top), share) for part, share in _ABOVE_UNRELATED)
    return ((none, 0.0), (median, _UNRELATED_MEDIAN), (top, _UNRELATED_TOP), *above)


def by_points(evidence: Evidence) -> float:
    """How sure the agreeing key points make it that both show the same thing: 0 to 1."""
    if is_surely_one(evidence):
        return 1.0
    return float(1 - np.exp(-max(0, evidence.points - CHANCE_POINTS) / _POINTS_SCALE))


def by_washes(evidence: Evidence) -> float:
    """The same from washes of colour, for pictures without corners."""
    smooth = evidence.smooth
    if smooth is None or smooth.stretch > _MOST_STRETCH:
        return 0.0
    same = 0.95 * float(np.clip(1.5 - smooth.difference, 0, 1))
    fitted = 0.9 * float(np.clip((0.20 - smooth.residue) / 0.17, 0, 1)) if smooth.variation > 2 else 0.0
    return max(same, fitted)


def editedness(evidence: Evidence) -> float:
    """1 where the pictures, laid one over the other, are one picture; 0 where they are two of the same thing."""
    laid = 0.0
    if evidence.aligned is not None:
        structure = evidence.aligned.fine + evidence.aligned.coarse
        laid = by_points(evidence) * float(np.clip((structure - _EDITED_FROM) / (_EDITED_TO - _EDITED_FROM), 0, 1))
    return max(laid, by_washes(evidence))


def fused(cosine_share: float, evidence: Evidence) -> float:
    """Any of cosine, key points and washes of colour can carry it; the last few percent are for one and the same
    picture.

    Where neither points nor washes speak, the order is that of the cosine.
    """
    doubt = (1 - cosine_share) * (1 - _MOST_BY_POINTS * by_points(evidence)) * (1 - by_washes(evidence))
    most = MOST_PHOTOGRAPHED_AGAIN + (MOST - MOST_PHOTOGRAPHED_AGAIN) * editedness(evidence)
    return float(np.clip(most * (1 - doubt), 0.0, MOST))
