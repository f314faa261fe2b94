"""Whether two pictures, laid one over the other, are one and the same: not two of one thing, nor two in one frame."""

from dataclasses import dataclass

from pictrace.evidence import LEAST_GRAIN, Evidence
from pictrace.keypoints import CHANCE_POINTS

_MANY_POINTS = 24
_EDITED_POINTS = 12
_SPREAD_CELLS, _HUDDLED_OUTLINES = 4, 0.75


@dataclass(frozen=True, slots=True)
class _OnePicture:
    grain: float
    """Of details and outlines together, at least: a new photograph agrees in outlines alone."""
    outlines: float
    blocks: float
    """The share of blocks that agree, at least."""
    strange: float
    """How much of a region may differ: less than the inside of a frame or a screenshot, more than a caption."""
    foreign: float
    """The same where colours count as well, against what one change of tone and colour explains."""
    overlap: float = 0.8
    """An edit leaves nearly all of one of the two: what only touches has a pattern in common."""

    def holds(self, evidence: Evidence) -> bool:
        found = evidence.aligned
        return (
            found is not None
            and found.fine + found.coarse > self.grain
            and found.coarse > self.outlines
            and found.agreeing_blocks > self.blocks
            and found.strangest_region < self.strange
            and evidence.foreign_region < self.foreign
            and max(evidence.query_overlap, evidence.other_overlap) > self.overlap
        )


_BY_FEW_POINTS = _OnePicture(grain=1.65, outlines=0.85, blocks=0.9, strange=0.45, foreign=0.5)
_TO_BE_CALLED_EDITED = _OnePicture(grain=LEAST_GRAIN, outlines=0.5, blocks=0.0, strange=0.8, foreign=0.7)
_TO_BE_GROUPED = _OnePicture(grain=LEAST_GRAIN, outlines=0.65, blocks=0.55, strange=0.75, foreign=0.55)


def is_surely_one(evidence: Evidence) -> bool:
    """Even if few points agree: all the rest bears it out."""
    return evidence.points > CHANCE_POINTS and _BY_FEW_POINTS.holds(evidence)


def is_edited(evidence: Evidence) -> bool:
    """As a person would call it."""
    if evidence.points > _EDITED_POINTS and _TO_BE_CALLED_EDITED.holds(evidence):
        return True
    return is_surely_one(evidence)


def is_safely_one(evidence: Evidence) -> bool:
    """As it has to be where one of the two may be deleted."""
    if evidence.points <= _MANY_POINTS:
        return is_surely_one(evidence)
    spread = evidence.cells >= _SPREAD_CELLS
    huddled = evidence.aligned is not None and evidence.aligned.coarse > _HUDDLED_OUTLINES
    return (spread or huddled) and _TO_BE_GROUPED.holds(evidence)
