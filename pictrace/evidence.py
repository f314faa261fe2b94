"""What two pictures, looked at closer, have in common: numbers only, no judgement."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from pictrace.keypoints import CHANCE_POINTS, Affine, Agreement, Grey, KeyPoints, Places, agreement, key_points
from pictrace.picture import Pixels
from pictrace.recolouring import COLOUR_SIDE, Colours, foreign_region, small_colours
from pictrace.smooth import SmoothLikeness, Washes, smooth_likeness, washes
from pictrace.structure import (
    SQUARE_SIDE,
    AlignedStructure,
    align,
    aligned_structure,
    batched_ssim,
    coarse_structure,
    scaling,
)

COMPARED_SIDE = 384
"""Longest side at which key points are looked for; small pictures are enlarged, else they would have hardly any."""

FEW_POINTS = 150
"""A picture with fewer has little but washes of colour to be known by."""

LEAST_GRAIN = 1.4
"""Fine and coarse structure together: with less the pictures are not one, and their colours are not looked into."""

_NO_CHANCE = 8
_GRID = 4


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What of one picture takes part in comparing."""

    grey: Grey
    enlarged: float
    """Pixels of `grey` for one of the picture."""
    points: KeyPoints
    mirrored: KeyPoints | None
    """Of the mirror image."""
    square: Grey
    colours: Colours
    washes: Washes


@dataclass(frozen=True, slots=True)
class Evidence:
    """Plain, finite numbers about a pair."""

    points: int
    """Distinct key points that agree on one map, on the side that has fewer."""
    query_points: int
    other_points: int
    """All that were found."""
    affine: tuple[float, float, float, float, float, float] | None
    """Row by row, from pixels of the query to pixels of the other; None where no points agree."""
    cells: int
    """How many of 4 × 4 parts of the picture hold agreeing points, on the side with fewer."""
    aligned: AlignedStructure | None
    """None where there is no map that more than chance bears out, or hardly an overlap."""
    query_overlap: float
    other_overlap: float
    """The share of each picture that the map lays over the other one."""
    smooth: SmoothLikeness | None
    """Of pairs in which a picture has few key points."""
    foreign_region: float = 1.0
    """The share of the worst region, of 55% of each side of the overlap, where patterns run differently, or colours are
    not those that one change of tone and colour makes of the other picture's. High where different pictures are in one
    frame, or under one watermark; 1 where they agree too little, laid over one another, for colours to matter."""

    @property
    def mirrored(self) -> bool:
        return self.affine is not None and _linear(self.affine)[1] < 0

    @property
    def scale(self) -> float:
        """Pixels of the other for one of the query."""
        return 1.0 if self.affine is None else float(np.sqrt(abs(_linear(self.affine)[1])))

    @property
    def turned_degrees(self) -> float:
        """By how much the query, mirrored where it is, has to be turned clockwise: −180 to 180."""
        if self.affine is None:
            return 0.0
        (a, b, c, d), flipped = _linear(self.affine)
        if flipped < 0:
            a, c = -a, -c
        return float(np.degrees(np.arctan2(c - b, a + d)))


def _linear(affine: tuple[float, ...]) -> tuple[tuple[float, float, float, float], float]:
    """The four numbers that turn and scale, and their determinant."""
    a, b, _, c, d, _ = affine
    return (a, b, c, d), a * d - b * c


def look(pixels: Pixels, mirrored: bool = True) -> Look:
    """A pair is compared mirrored too if the look at its first picture is `mirrored`; without, a look is cheaper."""
    flat = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    square = cv2.resize(flat, (SQUARE_SIDE, SQUARE_SIDE), interpolation=cv2.INTER_AREA)
    enlarged = max(1.0, COMPARED_SIDE / max(flat.shape))
    if enlarged > 1:
        size = round(flat.shape[1] * enlarged), round(flat.shape[0] * enlarged)
        flat = cv2.resize(flat, size, interpolation=cv2.INTER_CUBIC)
    grey = np.asarray(flat, np.uint8)
    seen = Look(
        grey=grey,
        enlarged=enlarged,
        points=key_points(grey),
        mirrored=None,
        square=np.asarray(square, np.uint8),
        colours=small_colours(pixels),
        washes=washes(pixels),
    )
    return with_mirror_image(seen) if mirrored else seen


def with_mirror_image(seen: Look) -> Look:
    """The same look, `mirrored`."""
    return replace(seen, mirrored=key_points(np.ascontiguousarray(np.fliplr(seen.grey))))


def compare(query: Look, other: Look) -> Evidence:
    found = agreeing_points(query, other)
    aligned, foreign, query_overlap, other_overlap = None, 1.0, 0.0, 0.0
    if found is not None and found.points > CHANCE_POINTS:
        alignment = align(query.grey, other.grey, found.affine)
        if alignment is not None:
            aligned = aligned_structure(alignment)
            if aligned.fine + aligned.coarse > LEAST_GRAIN:
                foreign = _foreign_region(query, other, found.affine)
            query_overlap, other_overlap = alignment.share_of_one, alignment.share_of_other
    few = min(len(query.points), len(other.points)) < FEW_POINTS
    return Evidence(
        points=0 if found is None else found.points,
        query_points=len(query.points),
        other_points=len(other.points),
        affine=None if found is None else _in_own_pixels(found.affine, query.enlarged, other.enlarged),
        cells=0 if found is None else min(_cells(found.here, query.grey), _cells(found.there, other.grey)),
        aligned=aligned,
        query_overlap=query_overlap,
        other_overlap=other_overlap,
        smooth=smooth_likeness(query.washes, other.washes) if few else None,
        foreign_region=foreign,
    )


def whole_structure(query: Look, other: Look) -> float:
    """SSIM of the whole pictures, pressed into squares. No evidence: of unrelated skies it is as high as can be."""
    return float(batched_ssim(query.square, other.square[None])[0])


def agreeing_points(query: Look, other: Look) -> Agreement | None:
    """Plain or mirrored, whichever explains more; places and map are those of the query as it is."""
    plain, flipped = agreement(query.points, other.points), _mirrored_agreement(query, other)
    if plain is None or flipped is None:
        return plain or flipped
    if min(plain.points, flipped.points) > _NO_CHANCE:
        # A caption that two pictures share may have more corners than all the rest, which is mirrored.
        return max(plain, flipped, key=lambda found: _explained(query, other, found))
    return max(plain, flipped, key=lambda found: found.points)


def _mirrored_agreement(query: Look, other: Look) -> Agreement | None:
    found = None if query.mirrored is None else agreement(query.mirrored, other.points)
    if found is None:
        return None
    last = query.grey.shape[1] - 1
    flip = np.array([[-1.0, 0, last], [0, 1, 0], [0, 0, 1]])
    return Agreement(found.points, found.affine @ flip, found.here * (-1, 1) + (last, 0), found.there)


def _explained(query: Look, other: Look, found: Agreement) -> float:
    alignment = align(query.grey, other.grey, found.affine)
    if alignment is None:
        return 0.0
    return coarse_structure(alignment) * max(alignment.share_of_one, alignment.share_of_other)


def _foreign_region(query: Look, other: Look, affine: Affine) -> float:
    carry = scaling(other.grey.shape, other.colours.shape) @ np.vstack([affine, (0, 0, 1)])
    carry = carry @ scaling(query.colours.shape, query.grey.shape)
    alignment = align(query.colours, other.colours, carry[:2], COLOUR_SIDE)
    return 0.0 if alignment is None else foreign_region(alignment)


def _in_own_pixels(
    affine: Affine, query_enlarged: float, other_enlarged: float
) -> tuple[float, float, float, float, float, float]:
    a, b, x, c, d, y = (float(value) for value in affine.ravel())
    zoom = query_enlarged / other_enlarged
    return a * zoom, b * zoom, x / other_enlarged, c * zoom, d * zoom, y / other_enlarged


def _cells(places: Places, grey: Grey) -> int:
    height, width = grey.shape
    cell = np.clip((places / (width, height) * _GRID).astype(int), 0, _GRID - 1)
    return len(np.unique(cell[:, 0] * _GRID + cell[:, 1]))
