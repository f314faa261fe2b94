"""From archives to remembered fingerprints: the verb `index`, and the first half of every other."""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice

import numpy as np

from pictrace.archives import PictureArchive
from pictrace.batch import Batch
from pictrace.catalogue import Catalogue, HashedFile
from pictrace.collection import Collection
from pictrace.decode import thumbnail_pixels
from pictrace.embedders import Embedder
from pictrace.errors import MachineRefuses, PicTraceError
from pictrace.events import Committed, Event, Notice, Progress, Skipped, Stage
from pictrace.fingerprints import Fingerprints
from pictrace.pace import Pace
from pictrace.picture import Digest, PassedOver, PictureRef
from pictrace.questions import Distrust, IndexReport
from pictrace.reading import Read, ToRead, read_ahead
from pictrace.refreshing import Refreshing, ToAsk, is_on_the_web, with_remembered_stamps
from pictrace.settings import Settings

_LOOK_UP_AT_ONCE = 5_000


class Indexing:
    """One run over some archives, in two halves that may be closed at any event: what was committed stays."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        fingerprints: Fingerprints,
        embedder: Embedder,
        distrust: Distrust,
        collection: Collection,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._fingerprints = fingerprints
        self._embedder = embedder
        self._distrust = distrust
        self._collection = collection
        self._batch = Batch()
        self._began = time.monotonic()
        self._to_embed: list[tuple[ToRead, Digest]] = []
        self._to_read: list[ToRead] = []
        self._ask_again = False
        self._to_ask: list[ToAsk] = []
        self._places: dict[str, int] = {}
        """In the collection, of pictures that may turn out to have changed."""
        self._gone: set[int] = set()
        self._skipped: list[Skipped] = []
        self._others = self._done = self._without_work = self._reused = self._indexed = 0
        self._told = {*catalogue.notices, *fingerprints.notices}

    def find_known(self, archives: Sequence[PictureArchive], ask_again: bool) -> Generator[Event, None, None]:
        """The first half: lists what there is. What is known of it is in the collection afterwards.

        Nothing but a server knows whether what lies behind an address has changed: it is asked if `ask_again`."""
        self._ask_again = ask_again
        tasks = with_remembered_stamps((yield from self._list(archives)), self._catalogue)
        self._pace = Pace(Stage.INDEXING, len(tasks))
        self._to_embed, self._to_read = yield from self._sort_out(tasks)
        self._pace = Pace(Stage.INDEXING, len(tasks))  # the pace of what is left, not of what was known
        yield self._progress()

    def read_the_rest(self) -> Generator[Event, None, IndexReport]:
        """The second half."""
        try:
            yield from self._read_the_rest()
        except (GeneratorExit, PicTraceError):
            self._commit()
            self._collection.drop(self._gone)
            raise
        self._collection.drop(self._gone)
        took = round(time.monotonic() - self._began, 3)
        return IndexReport(self._indexed, self._reused, tuple(self._skipped), self._others, took)

    def _read_the_rest(self) -> Iterator[Event]:
        to_read = self._to_read + (yield from self._embed_known(self._to_embed))
        trusted = [task for task in to_read if task.picture.key not in self._distrust.alone]
        suspects = [task for task in to_read if task.picture.key in self._distrust.alone]
        lost = yield from self._read_all(suspects, one_at_a_time=True)
        lost += yield from self._read_all(trusted, self._to_ask)
        yield from self._read_all(lost)
        yield from self._commit()
        yield self._progress()

    def _list(self, archives: Sequence[PictureArchive]) -> Generator[Event, None, list[ToRead]]:
        """Every picture once, also where several archives lead to it."""
        tasks: dict[str, ToRead] = {}
        pace = Pace(Stage.COUNTING)
        for archive in archives:
            for item in archive.list():
                if isinstance(item, PictureRef):
                    tasks.setdefault(item.key, ToRead(archive, item))
                elif item.reason is not None:
                    yield self._skip(item, item.reason)
                else:
                    self._others += 1
                if pace.is_due():
                    yield pace.progress(len(tasks))
        yield pace.progress(len(tasks))
        return list(tasks.values())

    def _sort_out(
        self, tasks: Sequence[ToRead]
    ) -> Generator[Event, None, tuple[list[tuple[ToRead, Digest]], list[ToRead]]]:
        """What is known is ready at once; of the rest some needs only an embedding, some must be read."""
        to_embed: list[tuple[ToRead, Digest]] = []
        to_read: list[ToRead] = []
        remaining = iter(tasks)
        while chunk := list(islice(remaining, _LOOK_UP_AT_ONCE)):
            pictures = [task.picture for task in chunk]
            digests = self._catalogue.digests_of(pictures)
            unreadable = self._catalogue.unreadable(pictures)
            decoded = self._catalogue.known([digest for digest in digests if digest is not None])
            for task, digest in zip(chunk, digests, strict=True):
                picture = task.picture
                if (banned := self._distrust.banned.get(picture.key)) is not None:
                    self._catalogue.remember_dangerous(picture, banned)
                    yield self._skip_picture(picture, banned)
                elif (reason := unreadable.get(picture.key)) is not None:
                    if self._is_asked_again(task):
                        self._to_ask.append(ToAsk(task, known=True, reason=reason))
                    else:
                        yield self._skip_picture(picture, reason)
                elif digest is None:
                    to_read.append(task)
                elif digest not in decoded:
                    to_read.append(ToRead(task.archive, picture, decode_anyway=True))
                elif digest not in self._fingerprints:
                    to_embed.append((task, digest))
                else:
                    self._collection.add(picture, digest)
                    if self._is_asked_again(task):
                        self._places[picture.key] = len(self._collection.pictures) - 1
                        self._to_ask.append(ToAsk(task, known=True))
                    else:
                        self._reused += 1
                        self._done += 1
            self._without_work = self._done
            yield from self._tell()
        return to_embed, to_read

    def _is_asked_again(self, task: ToRead) -> bool:
        return self._ask_again and is_on_the_web(task) and bool(task.picture.stamp)

    def _embed_known(self, tasks: Sequence[tuple[ToRead, Digest]]) -> Generator[Event, None, list[ToRead]]:
        """Another embedder needs no originals: thumbnails are all that any of them sees. Returns what has to be read
        even so: its thumbnail is damaged."""
        lost = []
        remaining = iter(tasks)
        while chunk := list(islice(remaining, self._embedder.batch_size)):
            thumbnails = self._catalogue.thumbnails([digest for _, digest in chunk])
            for task, digest in chunk:
                if digest not in thumbnails:
                    lost.append(ToRead(task.archive, task.picture, decode_anyway=True))
                    continue
                self._count_indexed()
                self._done += 1
                self._batch.files.append(HashedFile(task.picture, digest, time.time_ns()))
                if digest not in self._batch.vectors:
                    self._batch.pixels[digest] = thumbnail_pixels(thumbnails[digest])
            self._embed()
            if self._batch.is_due():
                yield from self._commit()
            yield from self._tell()
        return lost

    def _read_all(
        self, tasks: Sequence[ToRead], asked: Sequence[ToAsk] = (), *, one_at_a_time: bool = False
    ) -> Generator[Event, None, list[ToRead]]:
        """Returns what has to be read once more: contents that are known, but whose thumbnail was lost."""
        here = [task for task in tasks if not is_on_the_web(task)]
        asked = [*asked, *(ToAsk(task) for task in tasks if is_on_the_web(task))]
        lost = yield from self._read(here, one_at_a_time)
        if asked:
            refreshing = Refreshing()
            with closing(refreshing.run(asked)) as arriving:
                lost += yield from self._read(arriving, one_at_a_time)
            yield from self._not_told_yet(refreshing.notices())
        return lost

    def _read(self, tasks: Iterable[ToRead | Read | None], one_at_a_time: bool) -> Generator[Event, None, list[ToRead]]:
        lost = []
        max_bytes = self._settings.picture_megabytes << 20
        for event in read_ahead(tasks, self._fingerprints.__contains__, max_bytes, one_at_a_time=one_at_a_time):
            if not isinstance(event, Read):
                yield event
            elif self._is_lost(event):
                lost.append(ToRead(event.task.archive, event.task.picture, decode_anyway=True))
            else:
                yield from self._take(event)
            if len(self._batch.pixels) >= self._embedder.batch_size:
                self._embed()
            if self._batch.is_due():
                yield from self._commit()
            yield from self._tell()
        return lost

    def _is_lost(self, read: Read) -> bool:
        """The contents are known by their fingerprint, but there is no thumbnail of them."""
        if read.digest is None or read.decoded is not None or read.reason is not None:
            return False
        return read.digest not in self._batch.pictures and not self._catalogue.known([read.digest])

    def _take(self, read: Read) -> Iterator[Event]:
        batch, digest = self._batch, read.digest
        if digest is not None:
            batch.files.append(HashedFile(read.task.picture, digest, read.hashed_ns))
        if read.reason is not None:
            if digest is not None:
                batch.unreadable[digest] = read.reason
            self._forget_place(read.task.picture)
            yield self._skip_picture(read.task.picture, read.reason)
            return
        self._done += 1
        if digest is None or read.decoded is None or digest in self._fingerprints:
            self._reused += 1
        else:
            self._count_indexed()
            if digest not in batch.vectors:
                batch.pixels[digest] = read.decoded[1]
        if digest is not None and read.decoded is not None:
            batch.pictures[digest] = read.decoded[0]

    def _count_indexed(self) -> None:
        self._indexed += 1
        self._batch.indexed += 1

    def _embed(self) -> None:
        pixels = self._batch.pixels
        if pixels:
            self._batch.vectors.update(zip(pixels, self._embedder.embed(list(pixels.values())), strict=True))
            pixels.clear()

    def _commit(self) -> list[Event]:
        """Thumbnails first: a fingerprint on disk then promises that its thumbnail is there too."""
        self._embed()
        batch, self._batch = self._batch, Batch()
        if not batch.files:
            return []
        self._catalogue.remember(
            files=batch.files, pictures=list(batch.pictures.items()), unreadable=list(batch.unreadable.items())
        )
        complaints = []
        try:
            if batch.vectors:
                self._fingerprints.append(list(batch.vectors), np.stack(list(batch.vectors.values())))
        except MachineRefuses as error:
            complaints.append(error.message)
        for file in batch.files:
            if file.digest not in batch.unreadable and not self._stands(file):
                self._forget_place(file.picture)
                self._collection.add(file.picture, file.digest)
        complaints += [*self._catalogue.notices, *self._fingerprints.notices]
        return [*self._not_told_yet(complaints), Committed(batch.indexed)]

    def _stands(self, file: HashedFile) -> bool:
        """It is in the collection already, since before its server was asked."""
        place = self._places.get(file.picture.key)
        return place is not None and self._collection.digests[place] == file.digest

    def _forget_place(self, picture: PictureRef) -> None:
        place = self._places.pop(picture.key, None)
        if place is not None:
            self._gone.add(place)

    def _not_told_yet(self, complaints: Sequence[str]) -> list[Event]:
        new = [complaint for complaint in dict.fromkeys(complaints) if complaint not in self._told]
        self._told.update(new)
        return [Notice(complaint) for complaint in new]

    def _tell(self) -> Iterator[Event]:
        if self._pace.is_due():
            yield self._progress()

    def _progress(self) -> Progress:
        return self._pace.progress(self._done, self._done - self._without_work)

    def _skip_picture(self, picture: PictureRef, reason: str) -> Skipped:
        self._done += 1
        return self._skip(picture, reason)

    def _skip(self, item: PictureRef | PassedOver, reason: str) -> Skipped:
        skipped = Skipped(item.archive, item.name, reason)
        self._skipped.append(skipped)
        return skipped
