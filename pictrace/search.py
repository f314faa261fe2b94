"""The verb `search`: one picture against everything that is ready."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pictrace.asked import Asked, read_query
from pictrace.calibration import knots_for
from pictrace.candidates import CloserLook
from pictrace.collection import Collection
from pictrace.embedders import Embedder
from pictrace.errors import MachineRefuses, Unreadable
from pictrace.events import Event, Found, Progress, Stage
from pictrace.fetching import FetchLimits
from pictrace.fingerprints import Fingerprints
from pictrace.picture import Digest, Match, PictureRef
from pictrace.poses import poses_of
from pictrace.questions import Distrust, Query, QueryFailed, SearchAnswer, SearchOptions
from pictrace.ranking import Gallery, Ranking
from pictrace.vector_index import cosines


class Search:
    def __init__(
        self,
        limits: FetchLimits,
        fingerprints: Fingerprints,
        embedder: Embedder,
        closer_look: CloserLook,
        distrust: Distrust,
    ) -> None:
        self._limits = limits
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
                asked = yield from read_query(query, options.region, self._limits, self._distrust)
            except (Unreadable, MachineRefuses) as error:
                yield Found(QueryFailed(query.location, error.message))
                continue
            matches, searched = self._matches(asked, collection, options)
            took = round(time.monotonic() - began, 4)
            yield Found(SearchAnswer(query.location, matches, searched, took, asked.width, asked.height))

    def _matches(self, asked: Asked, collection: Collection, options: SearchOptions) -> tuple[tuple[Match, ...], int]:
        pictures: Sequence[PictureRef] = collection.pictures
        digests: Sequence[Digest] = collection.digests
        if asked.key is not None:
            places = [place for place, picture in enumerate(pictures) if picture.key != asked.key]
            if len(places) < len(pictures):
                pictures, digests = [pictures[place] for place in places], [digests[place] for place in places]
        if not pictures:
            return (), 0
        poses = poses_of(asked.pixels, self._embedder, turned=options.turned)
        rows, matrix = self._fingerprints.rows(digests), self._fingerprints.matrix
        gallery = Gallery(
            pictures=pictures,
            digests=digests,
            rows=rows,
            cosines=poses.best(cosines(matrix, rows, poses.vectors)),
            same=self._same(asked, rows),
        )
        knots = knots_for(self._embedder, self._fingerprints, collection.digests)
        ranking = Ranking(gallery, matrix, knots, self._closer_look)
        matches = ranking.matches(asked.pixels, poses.vectors[0], options.top, turned=options.turned)
        return tuple(match for match in matches if match.score >= options.min_score), len(pictures)

    def _same(self, asked: Asked, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of these rows hold the query's very content."""
        if asked.digest is None or asked.digest not in self._fingerprints:
            return np.zeros(len(rows), bool)
        return np.asarray(rows == self._fingerprints.rows([asked.digest])[0], bool)
