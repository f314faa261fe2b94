"""Remembered pictures looked at closer, a query beside each; what was seen of them is kept for the next query."""

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2

from pictrace.closer_look import Evidence, Look, compare, look, whole_structure
from pictrace.decode import thumbnail_pixels
from pictrace.errors import PictureUnreadable
from pictrace.picture import Digest
from pictrace.thumbnails import Thumbnails

Seen = TypeVar("Seen")

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
        return self._of_each(others, lambda other: compare(query, other))

    def structures(self, query: Look, others: Sequence[Digest]) -> dict[Digest, float]:
        """SSIM of the whole pictures, likewise."""
        return self._of_each(others, lambda other: whole_structure(query, other))

    def _of_each(self, digests: Sequence[Digest], seen: Callable[[Look], Seen]) -> dict[Digest, Seen]:
        wanted = dict.fromkeys(digests)
        thumbnails = self._thumbnails.of(digest for digest in wanted if digest not in self._looks)

        def of_one(digest: Digest) -> tuple[Look, Seen] | None:
            known = self._looks.get(digest)
            if known is None and digest in thumbnails:
                known = _look_at(thumbnails[digest])
            return None if known is None else (known, seen(known))

        found = {}
        for digest, one in zip(wanted, self._pool.map(of_one, wanted), strict=True):
            if one is not None:
                self._looks[digest], found[digest] = one
                self._looks.move_to_end(digest)
        while len(self._looks) > _REMEMBERED_LOOKS:
            self._looks.popitem(last=False)
        return found


def _look_at(thumbnail: bytes) -> Look | None:
    try:
        return look(thumbnail_pixels(thumbnail), mirrored=False)
    except PictureUnreadable:
        return None
