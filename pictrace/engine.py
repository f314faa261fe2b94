"""The one object that front ends talk to. It remembers, embeds and answers; it shows nothing."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from typing import Self

from pictrace import __version__
from pictrace.archives import PictureArchive, open_archive
from pictrace.calibration import knots_for
from pictrace.candidates import CloserLook
from pictrace.catalogue import Catalogue
from pictrace.collection import Collection
from pictrace.duplicates import Duplicates
from pictrace.embedders import Embedder
from pictrace.embedders.builtin import open_builtin
from pictrace.errors import ModelUnavailable, WeightsMissing
from pictrace.events import Event, FallenBack, Finished, Found, Notice
from pictrace.explanation import explain
from pictrace.fetching import FetchLimits
from pictrace.fingerprints import Fingerprints
from pictrace.indexing import Indexing
from pictrace.language import _
from pictrace.picture import Digest, PictureRef
from pictrace.previews import preview_of
from pictrace.questions import (
    Distrust,
    EmbedderChoice,
    IndexReport,
    ListedPicture,
    PicturePage,
    Query,
    Region,
    SearchOptions,
)
from pictrace.search import Search
from pictrace.settings import WEIGHTS_MEGABYTES, Settings
from pictrace.thumbnails import Thumbnails
from pictrace.turning import embed_turned

_Place = tuple[tuple[str, ...], bool]
"""Archives, and whether what lies deeper in folders is meant too."""


class Engine:
    """Every verb is a generator of events (pictrace.events) that ends with Finished; close it early to stop it.

    The verbs may be stepped in turns, so that a search is answered while an archive is still being indexed. Without
    private_addresses nothing is fetched from where only this machine or its own network gets. Without `subfolders`,
    what lies in folders and archives inside of a folder is not read."""

    def __init__(
        self,
        settings: Settings,
        embedder: EmbedderChoice = EmbedderChoice.AUTO,
        distrust: Distrust | None = None,
        private_addresses: bool = True,
    ) -> None:
        self._settings = settings
        self._max_bytes = settings.picture_megabytes << 20
        self._limits = FetchLimits(self._max_bytes, private_addresses=private_addresses)
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
        """Finished(IndexReport). Of pictures on the web it asks whether they have changed; other verbs fetch only what
        is not known yet."""
        report = yield from self._index((tuple(archives), subfolders), ask_again=True)
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
        place = tuple(archives), subfolders
        report = (yield from self._index(place)) if index_first else None
        collection = yield from self._ready(place)
        embedder, fingerprints = yield from self._open()
        search = Search(self._limits, fingerprints, embedder, self._closer_look, self._distrust)
        yield from search.run(queries, collection, options)
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
            self._limits, embedder, knots, (one, region), other, self._distrust, draw=draw, overlay=overlay
        )
        yield Finished(explanation)

    def pictures(self, archives: Sequence[str], *, start: int, count: int) -> Iterator[Event]:
        """Finished(PicturePage) of what is ready, by name."""
        collection = yield from self._ready((tuple(archives), True))
        embedder, _fingerprints = yield from self._open()
        page = self._listed(collection.page(archives, start, count))
        yield Finished(PicturePage(len(collection.pictures), page, embedder.name))

    def look_up(self, digests: Sequence[Digest], archives: Sequence[str]) -> Iterator[Event]:
        """Finished(a tuple of ListedPicture): one for each digest of which there is a picture in these archives."""
        collection = yield from self._ready((tuple(archives), True))
        files = ((collection.file_of(digest), digest) for digest in digests)
        yield Finished(self._listed([(file, digest) for file, digest in files if file is not None]))

    def preview(self, data: bytes, *, side: int) -> Iterator[Event]:
        """Finished(Preview), upright and at most so large. Raises PictureUnreadable."""
        yield Finished((yield from preview_of(data, side, self._max_bytes, self._distrust)))

    def _listed(self, files: Sequence[tuple[PictureRef, Digest]]) -> tuple[ListedPicture, ...]:
        facts = self._catalogue.facts([digest for _file, digest in files])
        return tuple(ListedPicture(file, digest, facts.get(digest)) for file, digest in files)

    def _turned(self, embedder: Embedder, collection: Collection) -> Generator[Event, None, Fingerprints]:
        """Fingerprints of the same pictures turned by a quarter: computed when they are first needed, and kept."""
        if self._opened_turned is None:
            name = f"{embedder.name}-turned"
            self._opened_turned = Fingerprints(self._settings.fingerprints(name), name, embedder.dimensions)
        yield from embed_turned(self._thumbnails, self._opened_turned, embedder, collection.digests)
        return self._opened_turned

    def _file_of(self, digest: Digest) -> PictureRef | None:
        for collection in self._collections.values():
            if (file := collection.file_of(digest)) is not None:
                return file
        return None

    def _archive(self, location: str, *, subfolders: bool = True) -> PictureArchive:
        allowed = self._limits.private_addresses
        return open_archive(location, max_bytes=self._max_bytes, private_addresses=allowed, subfolders=subfolders)

    def _read_again(self, picture: PictureRef) -> bytes:
        archive = self._archive(picture.archive)
        try:
            return archive.read(picture)
        finally:
            archive.close()

    def _index(self, place: _Place, *, ask_again: bool = False) -> Generator[Event, None, IndexReport]:
        with ExitStack() as stack:
            indexing, self._collections[place] = yield from self._find_known(place, stack, ask_again)
            report = yield from indexing.read_the_rest()
        return report

    def _ready(self, place: _Place) -> Generator[Event, None, Collection]:
        """What is known of these archives, without reading what is not."""
        if place not in self._collections:
            with ExitStack() as stack:
                _indexing, collection = yield from self._find_known(place, stack, ask_again=False)
            # An indexing that was faster goes on filling its own.
            self._collections.setdefault(place, collection)
        return self._collections[place]

    def _find_known(
        self, place: _Place, stack: ExitStack, ask_again: bool
    ) -> Generator[Event, None, tuple[Indexing, Collection]]:
        """Meanwhile questions are answered over what an earlier look at these archives found."""
        archives, subfolders = place
        opened: list[PictureArchive] = []
        for location in archives:
            opened.append(self._archive(location, subfolders=subfolders))
            stack.callback(opened[-1].close)
        embedder, fingerprints = yield from self._open()
        collection = Collection()
        indexing = Indexing(self._settings, self._catalogue, fingerprints, embedder, self._distrust, collection)
        yield from indexing.find_known(opened, ask_again)
        return indexing, collection

    def _open(self) -> Generator[Event, None, tuple[Embedder, Fingerprints]]:
        """The embedder and what it has computed before, opened once; what another process added since is read."""
        if self._opened is not None:
            self._opened[1].refresh()
            return self._opened
        for notice in self._catalogue.notices:
            yield Notice(notice)
        embedder = yield from self._open_embedder()
        if self._opened is not None:
            # Another verb was faster.
            embedder.close()
            return self._opened
        file = self._settings.fingerprints(embedder.name)
        fingerprints = Fingerprints(file, embedder.name, embedder.dimensions)
        self._opened = embedder, fingerprints
        for notice in fingerprints.notices:
            yield Notice(notice)
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
