"""The one object that front ends talk to. It remembers, embeds and answers; it shows nothing."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from typing import Self

from pictrace import __version__
from pictrace.archives import open_archive
from pictrace.calibration import knots_for
from pictrace.candidates import CloserLook
from pictrace.catalogue import Catalogue
from pictrace.duplicates import Duplicates
from pictrace.embedders import Embedder
from pictrace.embedders.builtin import open_builtin
from pictrace.errors import ModelUnavailable, WeightsMissing
from pictrace.events import Event, FallenBack, Finished, Found, Notice
from pictrace.explanation import explain
from pictrace.fingerprints import Fingerprints
from pictrace.indexing import Collection, Indexing, embed_turned
from pictrace.language import _
from pictrace.picture import Digest, PictureRef
from pictrace.questions import Distrust, EmbedderChoice, IndexReport, Query, Region, SearchOptions
from pictrace.search import Search
from pictrace.settings import WEIGHTS_MEGABYTES, Settings
from pictrace.thumbnails import Thumbnails

_Place = tuple[tuple[str, ...], bool]
"""Archives, and whether what lies deeper in folders is meant too."""


class Engine:
    """Every verb is a generator of events (pictrace.events) that ends with Finished; close it early to stop it.

    The verbs may be stepped in turns, so that a search is answered while an archive is still being indexed. Without
    `subfolders`, what lies in folders and archives inside of a folder is not read."""

    def __init__(
        self,
        settings: Settings,
        embedder: EmbedderChoice = EmbedderChoice.AUTO,
        distrust: Distrust | None = None,
    ) -> None:
        self._settings = settings
        self._max_bytes = settings.picture_megabytes << 20
        self._choice = embedder
        self._distrust = distrust or Distrust()
        self._collections: dict[_Place, Collection] = {}
        self._catalogue = Catalogue(settings.catalogue, __version__)
        self._thumbnails = Thumbnails(self._catalogue, self._file_of, self._read_again, self._max_bytes)
        self._closer_look = CloserLook(self._thumbnails, settings.closer_look)
        self._opened: tuple[Embedder, Fingerprints] | None = None
        self._opened_turned: Fingerprints | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        if self._opened is not None:
            embedder, fingerprints = self._opened
            embedder.close()
            fingerprints.close()
        if self._opened_turned is not None:
            self._opened_turned.close()
        self._closer_look.close()
        self._catalogue.close()

    def index(self, archives: Sequence[str], *, subfolders: bool = True) -> Iterator[Event]:
        """Finished(IndexReport)."""
        report = yield from self._index((tuple(archives), subfolders))
        yield Finished(report)

    def search(
        self,
        queries: Sequence[Query],
        archives: Sequence[str],
        options: SearchOptions,
        *,
        index_first: bool = True,
        subfolders: bool = True,
    ) -> Iterator[Event]:
        """Found(SearchAnswer | QueryFailed) for each query, in order; Finished(IndexReport | None).

        Without `index_first` the answers are over what is ready, while `index` goes on beside it."""
        report = None
        place = tuple(archives), subfolders
        if index_first or place not in self._collections:
            report = yield from self._index(place)
        embedder, fingerprints = yield from self._open()
        search = Search(self._settings, fingerprints, embedder, self._closer_look, self._distrust)
        yield from search.run(queries, self._collections[place], options)
        yield Finished(report)

    def duplicates(self, archives: Sequence[str], *, similar: bool = False, subfolders: bool = True) -> Iterator[Event]:
        """Found(DuplicateGroup) for each group; Finished(IndexReport)."""
        place = tuple(archives), subfolders
        report = yield from self._index(place)
        embedder, fingerprints = yield from self._open()
        collection = self._collections[place]
        turned = yield from self._turned(embedder, collection)
        search = Duplicates(
            self._catalogue,
            self._thumbnails,
            fingerprints,
            turned,
            knots_for(embedder, fingerprints, collection.digests),
            self._read_again,
            self._max_bytes,
        )
        files = zip(collection.pictures, collection.digests, strict=True)
        for group in (yield from search.run(files, similar=similar)):
            yield Found(group)
        yield Finished(report)

    def explain(
        self, one: Query, other: Query, *, region: Region | None = None, draw: bool = False, overlay: bool = False
    ) -> Iterator[Event]:
        """Finished(Explanation), of a region of the one picture or all of it; with its picture as PNG where one is to
        be drawn, and with the overlay where it is asked for."""
        embedder, fingerprints = yield from self._open()
        knots = knots_for(embedder, fingerprints, [])
        explanation = yield from explain(
            self._settings, embedder, knots, (one, region), other, self._distrust, draw=draw, overlay=overlay
        )
        yield Finished(explanation)

    def _turned(self, embedder: Embedder, collection: Collection) -> Generator[Event, None, Fingerprints]:
        """Fingerprints of the same pictures turned by a quarter: computed when they are first needed, and kept."""
        if self._opened_turned is None:
            name = f"{embedder.name}-turned"
            self._opened_turned = Fingerprints(self._settings.fingerprints(name), name, embedder.dimensions)
        yield from embed_turned(self._thumbnails, self._opened_turned, embedder, collection.digests)
        return self._opened_turned

    def _file_of(self, digest: Digest) -> PictureRef | None:
        for collection in self._collections.values():
            if digest in collection.digests:
                return collection.pictures[collection.digests.index(digest)]
        return None

    def _read_again(self, picture: PictureRef) -> bytes:
        archive = open_archive(picture.archive, max_bytes=self._max_bytes)
        try:
            return archive.read(picture)
        finally:
            archive.close()

    def _index(self, place: _Place) -> Generator[Event, None, IndexReport]:
        archives, subfolders = place
        with ExitStack() as stack:
            opened = []
            for location in archives:
                opened.append(open_archive(location, max_bytes=self._max_bytes, subfolders=subfolders))
                stack.callback(opened[-1].close)
            embedder, fingerprints = yield from self._open()
            collection = self._collections[place] = Collection()
            indexing = Indexing(self._settings, self._catalogue, fingerprints, embedder, self._distrust, collection)
            report = yield from indexing.run(opened)
        return report

    def _open(self) -> Generator[Event, None, tuple[Embedder, Fingerprints]]:
        """The embedder and what it has computed before, opened once; what another process added since is read."""
        if self._opened is not None:
            self._opened[1].refresh()
            return self._opened
        for notice in self._catalogue.notices:
            yield Notice(notice)
        embedder = yield from self._open_embedder()
        file = self._settings.fingerprints(embedder.name)
        fingerprints = Fingerprints(file, embedder.name, embedder.dimensions)
        for notice in fingerprints.notices:
            yield Notice(notice)
        self._opened = embedder, fingerprints
        return self._opened

    def _open_embedder(self) -> Generator[Event, None, Embedder]:
        if self._choice is EmbedderChoice.BUILTIN:
            return open_builtin()
        try:
            return (yield from self._open_resnet50())
        except ModelUnavailable as error:
            if self._choice is EmbedderChoice.RESNET50:
                raise
            if isinstance(error, WeightsMissing):
                text = _(
                    "The ResNet50 weights are not on this computer yet. Searching with the built-in comparison; "
                    '"pictrace model download" fetches them ({megabytes} MB).'
                ).format(megabytes=WEIGHTS_MEGABYTES)
            else:
                text = _("{problem} Searching with the built-in comparison.").format(problem=error.message)
            yield FallenBack(text, missing=isinstance(error, WeightsMissing))
            return open_builtin()

    def _open_resnet50(self) -> Generator[Event, None, Embedder]:
        from pictrace.embedders.resnet50 import open_resnet50, prepare_resnet50

        for event in prepare_resnet50(self._settings):
            if not isinstance(event, Finished):
                yield event
        return open_resnet50(self._settings)
