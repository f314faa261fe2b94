"""The verb `search`: one picture against everything that is ready."""

import hashlib
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pictrace.archives import find_picture
from pictrace.candidates import Candidate, CloserLook
from pictrace.closer_look import Knots, knots_from
from pictrace.decode import decode_picture, decode_pixels, thumbnail_of, thumbnail_pixels
from pictrace.embedders import Embedder
from pictrace.errors import PictureUnreadable, Unreadable
from pictrace.events import Decoding, Event, Found, Progress, Stage
from pictrace.fingerprints import Fingerprints
from pictrace.indexing import Collection
from pictrace.language import _
from pictrace.picture import Digest, Match, Pixels, Vectors
from pictrace.questions import Distrust, Query, QueryFailed, Region, SearchAnswer, SearchOptions
from pictrace.settings import Settings
from pictrace.vector_index import best, cosines

TURNED_COSTS = 0.10
"""What the cosine of a turned query is lowered by: without it unlike pictures win by how they look on their side."""

_PAIRS_DRAWN = 2_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query, read."""

    key: str | None
    """Of its file, to leave that out of the answer."""
    digest: Digest | None
    """None for a region: no whole picture has the same content."""
    pixels: Pixels


class Search:
    def __init__(
        self,
        settings: Settings,
        fingerprints: Fingerprints,
        embedder: Embedder,
        closer_look: CloserLook,
        distrust: Distrust,
    ) -> None:
        self._max_bytes = settings.picture_megabytes << 20
        self._fingerprints = fingerprints
        self._embedder = embedder
        self._closer_look = closer_look
        self._distrust = distrust

    def run(self, queries: Sequence[Query], collection: Collection, options: SearchOptions) -> Iterator[Event]:
        """Found(SearchAnswer | QueryFailed) for each query, in order."""
        for place, query in enumerate(queries):
            yield Progress(Stage.SEARCHING, place, len(queries))
            began = time.monotonic()
            try:
                asked = yield from self._read(query, options.region)
            except Unreadable as error:
                yield Found(QueryFailed(query.location, error.message))
                continue
            matches, searched = self._matches(asked, collection, options)
            yield Found(SearchAnswer(query.location, matches, searched, round(time.monotonic() - began, 4)))

    def _read(self, query: Query, region: Region | None) -> Generator[Event, None, _Asked]:
        key = None
        data = query.data
        if data is None:
            archive, picture = find_picture(query.location)
            key = picture.key
            if (banned := self._distrust.banned.get(key)) is not None:
                raise PictureUnreadable(banned)
            try:
                data = archive.read(picture)
            finally:
                archive.close()
        yield Decoding((key or query.location,), 0.0)
        if region is None:
            thumbnail = decode_picture(data, self._max_bytes).thumbnail
            digest = Digest(hashlib.sha256(data).digest())
        else:
            thumbnail = thumbnail_of(_cut(decode_pixels(data, self._max_bytes, None).pixels, region))
            digest = None
        yield Decoding((), 0.0)
        return _Asked(key, digest, thumbnail_pixels(thumbnail))

    def _matches(self, asked: _Asked, collection: Collection, options: SearchOptions) -> tuple[tuple[Match, ...], int]:
        places = [place for place, picture in enumerate(collection.pictures) if picture.key != asked.key]
        if not places:
            return (), 0
        digests = [collection.digests[place] for place in places]
        likeness = self._cosines(asked.pixels, self._fingerprints.rows(digests), options)
        if asked.digest is not None:
            same = np.fromiter((digest == asked.digest for digest in digests), bool, len(digests))
        else:
            same = np.zeros(len(digests), bool)
        names = [(collection.pictures[place].archive, collection.pictures[place].name) for place in places]
        order = best(likeness + 2.0 * same, names, max(options.top, self._closer_look.candidates))
        found = [
            Candidate(collection.pictures[places[i]], digests[i], float(likeness[i]), bool(same[i])) for i in order
        ]
        matches = self._closer_look.rank(asked.pixels, found, self._knots(collection), turned=options.turned)
        wanted = [match for match in matches if match.score >= options.min_score]
        return tuple(wanted[: options.top]), len(places)

    def _cosines(self, pixels: Pixels, rows: np.ndarray, options: SearchOptions) -> np.ndarray:
        """The best of all poses of the query."""
        poses, costs = [pixels], [0.0]
        if options.turned:
            mirrored = [] if self._embedder.sees_mirrored else [np.fliplr(pixels)]
            poses += mirrored
            costs += [0.0] * len(mirrored)
            for flat in (pixels, *mirrored):
                poses += [np.rot90(flat, quarters) for quarters in (1, 2, 3)]
                costs += [TURNED_COSTS] * 3
        vectors: Vectors = self._embedder.embed([np.ascontiguousarray(pose) for pose in poses])
        each = cosines(self._fingerprints.matrix, rows, vectors)
        likeness: np.ndarray = (each - np.array(costs, np.float32)[:, None]).max(axis=0)
        return likeness

    def _knots(self, collection: Collection) -> Knots:
        """Measured ones, or what the cosines of pairs drawn from the archive suggest."""
        if self._embedder.knots:
            return self._embedder.knots
        rows = np.unique(self._fingerprints.rows(collection.digests))
        if len(rows) < 2:
            return knots_from([])
        draw = np.random.default_rng(len(rows))
        one, other = draw.choice(rows, (2, _PAIRS_DRAWN))
        vectors = self._fingerprints.matrix
        drawn = np.vecdot(vectors[one].astype(np.float32), vectors[other].astype(np.float32))
        return knots_from(drawn[one != other])


def _cut(pixels: Pixels, region: Region) -> Pixels:
    height, width = pixels.shape[:2]
    cut = pixels[
        max(region.y, 0) : max(region.y + region.height, 0), max(region.x, 0) : max(region.x + region.width, 0)
    ]
    if cut.size == 0:
        raise PictureUnreadable(
            _("The region {x},{y},{w},{h} lies outside of the picture, which has {width}×{height} pixels.").format(
                x=region.x, y=region.y, w=region.width, h=region.height, width=width, height=height
            )
        )
    return np.ascontiguousarray(cut)
