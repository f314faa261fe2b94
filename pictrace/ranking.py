"""Which pictures are looked at closer, and the order in which all of them are shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pictrace.candidates import CloserLook
from pictrace.closer_look import Evidence, Knots, Look, by_points, fused, label_of, look, reason_of, share_of
from pictrace.half_floats import HalfFloats
from pictrace.picture import Digest, Match, PictureRef, Pixels, Vector
from pictrace.vector_index import best, cosines

_FOR_CERTAIN = 0.5
"""What key points must be worth for a picture to speak for the query."""


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """What a query is compared with; one entry a picture in each."""

    pictures: Sequence[PictureRef]
    digests: Sequence[Digest]
    rows: npt.NDArray[np.int64]
    cosines: npt.NDArray[np.float32]
    same: npt.NDArray[np.bool_]
    """The query's very content."""

    def name(self, place: int) -> tuple[str, str]:
        picture = self.pictures[place]
        return picture.archive, picture.name


class Ranking:
    def __init__(self, gallery: Gallery, matrix: HalfFloats, knots: Knots, closer_look: CloserLook) -> None:
        self._gallery = gallery
        self._matrix = matrix
        self._knots = knots
        self._closer_look = closer_look

    def matches(self, query: Pixels, vector: Vector, top: int, *, turned: bool) -> list[Match]:
        """Those looked at closer come first; the others follow by their cosine, and their scores never stand above."""
        seen = look(query, mirrored=turned)
        evidence = self._look_closer(seen, vector)
        looked = [self._looked_at(place, found) for place, found in evidence.items()]
        looked.sort(key=lambda match: (-match.score, -match.cosine, match.picture.archive, match.picture.name))
        most = min((match.score for match in looked), default=1.0)
        likeness = self._likeness()
        likeness[list(evidence)] = -np.inf
        others = best(likeness, self._gallery.name, min(top, len(likeness)) - len(looked))
        rest = [self._not_looked_at(place, most) for place in others]
        # The same content stands first, even if it could not be looked at; else this changes nothing.
        shown = sorted([*looked, *rest], key=lambda match: -match.score)
        return self._numbered(seen, shown[:top])

    def _numbered(self, seen: Look, shown: Sequence[Match]) -> list[Match]:
        """With the structure of those that are not aligned, which is for show alone."""
        whole = [match.digest for match in shown if match.structure is None and match.keypoints is not None]
        structures = self._closer_look.structures(seen, whole)
        return [
            replace(match, rank=rank, structure=structures.get(match.digest, match.structure))
            for rank, match in enumerate(shown, 1)
        ]

    def _look_closer(self, seen: Look, vector: Vector) -> dict[int, Evidence]:
        """Half of the candidates by their cosine to the query; the other half also by that to what the first half
        showed for certain: another photograph of the same thing may lie nearer to these than to the query."""
        count = min(self._closer_look.candidates, len(self._gallery.pictures))
        first = best(self._likeness(), self._gallery.name, (count + 1) // 2)
        evidence = self._compare(seen, first)
        certain = [place for place, found in evidence.items() if by_points(found) > _FOR_CERTAIN]
        likeness = self._likeness()
        if certain:
            rows = self._gallery.rows
            together = vector + self._matrix[rows[certain]].astype(np.float32).sum(axis=0)
            together /= np.linalg.norm(together)
            likeness = np.maximum(likeness, cosines(self._matrix, rows, together[None])[0])
        likeness[first] = -np.inf
        return evidence | self._compare(seen, best(likeness, self._gallery.name, count - len(first)))

    def _likeness(self) -> npt.NDArray[np.float32]:
        """The cosines, with the same content before everything else."""
        return self._gallery.cosines + self._gallery.same.astype(np.float32) * 2

    def _compare(self, seen: Look, places: Sequence[int]) -> dict[int, Evidence]:
        digests = [self._gallery.digests[place] for place in places]
        evidence = self._closer_look.compare(seen, digests)
        return {place: evidence[digest] for place, digest in zip(places, digests, strict=True) if digest in evidence}

    def _looked_at(self, place: int, evidence: Evidence) -> Match:
        cosine, same = float(self._gallery.cosines[place]), bool(self._gallery.same[place])
        share = share_of(cosine, self._knots)
        return Match(
            rank=0,
            picture=self._gallery.pictures[place],
            digest=self._gallery.digests[place],
            score=1.0 if same else fused(share, evidence),
            cosine=cosine,
            structure=None if evidence.aligned is None else evidence.aligned.coarse,
            keypoints=by_points(evidence),
            label=label_of(evidence, same),
            reason=reason_of(share, evidence, same),
        )

    def _not_looked_at(self, place: int, most: float) -> Match:
        cosine, same = float(self._gallery.cosines[place]), bool(self._gallery.same[place])
        share = share_of(cosine, self._knots)
        return Match(
            rank=0,
            picture=self._gallery.pictures[place],
            digest=self._gallery.digests[place],
            score=1.0 if same else min(share, most),
            cosine=cosine,
            structure=None,
            keypoints=None,
            label=label_of(None, same),
            reason=reason_of(share, None, same),
        )
