"""The verb `search`: one picture against everything that is ready."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from pictrace.asked import Asked, read_query
from pictrace.calibration import knots_for
from pictrace.candidates import Candidate, CloserLook
from pictrace.embedders import Embedder
from pictrace.errors import Unreadable
from pictrace.events import Event, Found, Progress, Stage
from pictrace.fingerprints import Fingerprints
from pictrace.indexing import Collection
from pictrace.picture import Match
from pictrace.poses import poses_of
from pictrace.questions import Distrust, Query, QueryFailed, SearchAnswer, SearchOptions
from pictrace.settings import Settings
from pictrace.vector_index import best, cosines


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
                asked = yield from read_query(query, options.region, self._max_bytes, self._distrust)
            except Unreadable as error:
                yield Found(QueryFailed(query.location, error.message))
                continue
            matches, searched = self._matches(asked, collection, options)
            yield Found(SearchAnswer(query.location, matches, searched, round(time.monotonic() - began, 4)))

    def _matches(self, asked: Asked, collection: Collection, options: SearchOptions) -> tuple[tuple[Match, ...], int]:
        places = [place for place, picture in enumerate(collection.pictures) if picture.key != asked.key]
        if not places:
            return (), 0
        digests = [collection.digests[place] for place in places]
        poses = poses_of(asked.pixels, self._embedder, turned=options.turned)
        rows = self._fingerprints.rows(digests)
        likeness = poses.best(cosines(self._fingerprints.matrix, rows, poses.vectors))
        if asked.digest is not None:
            same = np.fromiter((digest == asked.digest for digest in digests), bool, len(digests))
        else:
            same = np.zeros(len(digests), bool)
        names = [(collection.pictures[place].archive, collection.pictures[place].name) for place in places]
        order = best(likeness + 2.0 * same, names, max(options.top, self._closer_look.candidates))
        found = [
            Candidate(collection.pictures[places[i]], digests[i], float(likeness[i]), bool(same[i])) for i in order
        ]
        knots = knots_for(self._embedder, self._fingerprints, collection.digests)
        matches = self._closer_look.rank(asked.pixels, found, knots, turned=options.turned)
        wanted = [match for match in matches if match.score >= options.min_score]
        return tuple(wanted[: options.top]), len(places)
