"""The best candidates by cosine, looked at closer, scored and put in the order that is shown."""

import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2

from pictrace.catalogue import Catalogue
from pictrace.closer_look import (
    Evidence,
    Knots,
    Look,
    by_points,
    compare,
    fused,
    label_of,
    look,
    reason_of,
    share_of,
)
from pictrace.decode import thumbnail_pixels
from pictrace.picture import Digest, Match, PictureRef, Pixels

_REMEMBERED_LOOKS = 512


@dataclass(frozen=True, slots=True)
class Candidate:
    picture: PictureRef
    digest: Digest
    cosine: float
    same_content: bool


class CloserLook:
    """Works on remembered thumbnails alone, so that the answer is the same when the originals are far away."""

    def __init__(self, catalogue: Catalogue, candidates: int) -> None:
        self.candidates = candidates
        self._catalogue = catalogue
        self._looks: OrderedDict[Digest, Look] = OrderedDict()
        cv2.setNumThreads(1)  # candidates are shared out among our own threads
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="closer look")

    def close(self) -> None:
        self._pool.shutdown()

    def rank(self, query: Pixels, found: Sequence[Candidate], knots: Knots, *, turned: bool) -> list[Match]:
        """The first of `found` are looked at closer and put in order; the others follow as they are, never above."""
        looked = self._look_closer(query, found[: self.candidates], knots, turned)
        looked.sort(key=lambda match: (-match.score, -match.cosine, match.picture.archive, match.picture.name))
        most = min((match.score for match in looked), default=1.0)
        rest = [_not_looked_at(candidate, knots, most) for candidate in found[self.candidates :]]
        return [replace(match, rank=rank) for rank, match in enumerate([*looked, *rest], 1)]

    def _look_closer(self, query: Pixels, found: Sequence[Candidate], knots: Knots, turned: bool) -> list[Match]:
        seen = look(query, mirrored=turned)
        evidence = self._evidence(seen, list(dict.fromkeys(candidate.digest for candidate in found)))
        return [_looked_at(candidate, evidence[candidate.digest], knots) for candidate in found]

    def _evidence(self, query: Look, digests: Sequence[Digest]) -> dict[Digest, Evidence]:
        missing = [digest for digest in digests if digest not in self._looks]
        thumbnails = self._catalogue.thumbnails(missing)
        self._looks.update(zip(missing, self._pool.map(lambda d: _look_at(thumbnails[d]), missing), strict=True))
        evidence = dict(zip(digests, self._pool.map(lambda d: compare(query, self._looks[d]), digests), strict=True))
        for digest in digests:
            self._looks.move_to_end(digest)
        while len(self._looks) > _REMEMBERED_LOOKS:
            self._looks.popitem(last=False)
        return evidence


def _look_at(thumbnail: bytes) -> Look:
    return look(thumbnail_pixels(thumbnail), mirrored=False)


def _looked_at(candidate: Candidate, evidence: Evidence, knots: Knots) -> Match:
    share = share_of(candidate.cosine, knots)
    aligned = evidence.aligned if by_points(evidence) > 0 else None
    return Match(
        rank=0,
        picture=candidate.picture,
        digest=candidate.digest,
        score=1.0 if candidate.same_content else fused(share, evidence),
        cosine=candidate.cosine,
        structure=evidence.structure if aligned is None else aligned.coarse,
        keypoints=by_points(evidence),
        label=label_of(evidence, candidate.same_content),
        reason=reason_of(share, evidence, candidate.same_content),
    )


def _not_looked_at(candidate: Candidate, knots: Knots, most: float) -> Match:
    share = share_of(candidate.cosine, knots)
    return Match(
        rank=0,
        picture=candidate.picture,
        digest=candidate.digest,
        score=1.0 if candidate.same_content else min(share, most),
        cosine=candidate.cosine,
        structure=None,
        keypoints=None,
        label=label_of(None, candidate.same_content),
        reason=reason_of(share, None, candidate.same_content),
    )
