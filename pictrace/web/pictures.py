"""Pictures by their SHA-256: those of the served archives, and what was searched for lately."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pictrace.archives import open_archive
from pictrace.catalogue import Catalogue
from pictrace.errors import PicTraceError, PictureUnreadable
from pictrace.fetching import FetchLimits, fetch, is_address
from pictrace.fetching.session import WebSession
from pictrace.language import _
from pictrace.picture import Digest, PictureRef
from pictrace.questions import ListedPicture, PictureFacts, Preview, Query
from pictrace.web.asking import Asking
from pictrace.web.labels import Labels
from pictrace.web.problems import Problem
from pictrace.worker import Verb

_REMEMBERED_PLACES = 5_000
_REMEMBERED_QUERY_BYTES = 128 << 20
_READ_AT_ONCE = 4
THUMBNAIL_SIDE = 384


@dataclass(frozen=True, slots=True)
class Original:
    """A picture, read."""

    name: str
    data: bytes
    key: str | None = None
    """Of its file, if it is of the served archives."""

    @property
    def query(self) -> Query:
        return Query(self.name, self.data, self.key)


class Pictures:
    def __init__(
        self,
        asking: Asking,
        archives: Sequence[str],
        labels: Labels,
        catalogue: Catalogue,
        web: WebSession,
        limits: FetchLimits,
    ) -> None:
        self._asking = asking
        self._archives = archives
        self._labels = labels
        self._catalogue = catalogue
        self._web = web
        self._limits = limits
        self._places: OrderedDict[Digest, PictureRef] = OrderedDict()
        self._queries: OrderedDict[Digest, Original] = OrderedDict()
        self._query_bytes = 0
        self._reading = asyncio.Semaphore(_READ_AT_ONCE)

    def remember(self, pictures: Iterable[tuple[PictureRef, Digest]]) -> None:
        """Told to somebody, so probably asked for soon. They have to be of the served archives."""
        for picture, digest in pictures:
            self._places[digest] = picture
            self._places.move_to_end(digest)
        while len(self._places) > _REMEMBERED_PLACES:
            self._places.popitem(last=False)

    async def remember_query(self, query: Original) -> Digest:
        digest = await asyncio.to_thread(_digest_of, query.data)
        if digest not in self._queries:
            self._query_bytes += len(query.data)
        self._queries[digest] = query
        self._queries.move_to_end(digest)
        while self._query_bytes > _REMEMBERED_QUERY_BYTES and len(self._queries) > 1:
            _digest, oldest = self._queries.popitem(last=False)
            self._query_bytes -= len(oldest.data)
        return digest

    async def facts(self, digests: Sequence[Digest]) -> dict[Digest, PictureFacts]:
        """Without those that are lost."""
        found = await asyncio.to_thread(self._catalogue.facts, digests)
        if missing := [digest for digest in dict.fromkeys(digests) if digest not in found]:
            found |= {one.digest: one.facts for one in await self._looked_up(missing) if one.facts}
        return found

    async def original(self, digest: Digest) -> Original:
        """Raises Problem."""
        if (query := self._queries.get(digest)) is not None:
            self._queries.move_to_end(digest)
            return query
        picture = await self._place_of(digest)
        return Original(picture.name, await self._read(picture, digest), picture.key)

    async def check(self, digest: Digest) -> str:
        """Its name. Raises Problem if it is neither of the served archives nor a recent query."""
        if (query := self._queries.get(digest)) is not None:
            return query.name
        return (await self._place_of(digest)).name

    async def thumbnail(self, digest: Digest) -> bytes:
        await self.check(digest)
        if digest not in self._queries:
            remembered = await asyncio.to_thread(self._catalogue.thumbnails, [digest])
            if digest in remembered:
                return remembered[digest]
        return (await self.preview(digest, THUMBNAIL_SIDE)).jpeg

    async def preview(self, digest: Digest, side: int) -> Preview:
        original = await self.original(digest)
        preview: Preview = await self._asking.result(Verb.PREVIEW, data=original.data, side=side)
        return preview

    async def _place_of(self, digest: Digest) -> PictureRef:
        if (place := self._places.get(digest)) is not None:
            return place
        found = await self._looked_up([digest])
        if not found:
            raise Problem(404, _("There is no such picture in the archives, nor was it searched for lately."))
        return found[0].picture

    async def _looked_up(self, digests: Sequence[Digest]) -> tuple[ListedPicture, ...]:
        found: tuple[ListedPicture, ...] = await self._asking.result(
            Verb.LOOK_UP, digests=digests, archives=self._archives
        )
        self.remember((one.picture, one.digest) for one in found)
        return found

    async def _read(self, picture: PictureRef, digest: Digest) -> bytes:
        """Raises Problem where these contents are not there any more."""
        async with self._reading:
            try:
                if is_address(picture.key):
                    data = (await fetch(picture.key, self._limits, session=self._web)).data
                else:
                    data = await asyncio.to_thread(_read_file, picture, self._limits.max_bytes)
            except PicTraceError as error:
                self._places.pop(digest, None)
                status = 404 if isinstance(error, PictureUnreadable) else 503
                raise Problem(status, self._labels.hide_paths(error.message)) from error
            if await asyncio.to_thread(_digest_of, data) != digest:
                self._places.pop(digest, None)
                raise Problem(404, _("The picture was changed since it was indexed. Index the archives again."))
        return data


def _read_file(picture: PictureRef, max_bytes: int) -> bytes:
    archive = open_archive(picture.archive, max_bytes=max_bytes)
    try:
        return archive.read(picture)
    finally:
        archive.close()


def _digest_of(data: bytes) -> Digest:
    return Digest(hashlib.sha256(data).digest())
