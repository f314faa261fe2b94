"""Remembered pictures looked at closer, a query beside each; what was seen of them is kept for the next query."""

import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2

from pictrace.closer_look import Evidence, Look, compare, look
from pictrace.decode import thumbnail_pixels
from pictrace.errors import PictureUnreadable
from pictrace.picture import Digest
from pictrace.thumbnails import Thumbnails

_REMEMBERED_LOOKS = 512


class CloserLook:
    """Works on remembered thumbnails alone, so that the answer is the same when the originals are far away."""

    def __init__(self, thumbnails: Thumbnails, candidates: int) -> None:
        self.candidates = candidates
        """How many of the best are looked at for a query."""
        self._thumbnails = thumbnails
        self._looks: OrderedDict[Digest, Look] = OrderedDict()
        cv2.setNumThreads(1)  # candidates are shared out among our own threads
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="closer look")

    def close(self) -> None:
        self._pool.shutdown()

    def compare(self, query: Look, others: Sequence[Digest]) -> dict[Digest, Evidence]:
        """Without those that cannot be looked at: their thumbnails and files are gone."""
        thumbnails = self._thumbnails.of(digest for digest in dict.fromkeys(others) if digest not in self._looks)
        looks = zip(thumbnails, self._pool.map(_look_at, thumbnails.values()), strict=True)
        self._looks.update((digest, seen) for digest, seen in looks if seen is not None)
        digests = [digest for digest in dict.fromkeys(others) if digest in self._looks]
        evidence = dict(zip(digests, self._pool.map(lambda d: compare(query, self._looks[d]), digests), strict=True))
        for digest in digests:
            self._looks.move_to_end(digest)
        while len(self._looks) > _REMEMBERED_LOOKS:
            self._looks.popitem(last=False)
        return evidence


def _look_at(thumbnail: bytes) -> Look | None:
    try:
        return look(thumbnail_pixels(thumbnail), mirrored=False)
    except PictureUnreadable:
        return None
