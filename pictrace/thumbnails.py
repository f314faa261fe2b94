"""The remembered thumbnails, complete: one that was lost or damaged is made anew from its file."""

import hashlib
from collections.abc import Callable, Iterable

from pictrace.catalogue import Catalogue
from pictrace.decode import decode_picture
from pictrace.errors import MachineRefuses, Unreadable
from pictrace.picture import Digest, PictureRef


class Thumbnails:
    """`file_of` names a file with these contents; `read` opens it."""

    def __init__(
        self,
        catalogue: Catalogue,
        file_of: Callable[[Digest], PictureRef | None],
        read: Callable[[PictureRef], bytes],
        max_bytes: int,
    ) -> None:
        self._catalogue = catalogue
        self._file_of = file_of
        self._read = read
        self._max_bytes = max_bytes

    def of(self, digests: Iterable[Digest]) -> dict[Digest, bytes]:
        """Without those that cannot be had any more: then the file is gone too."""
        wanted = list(digests)
        found = self._catalogue.thumbnails(wanted)
        for digest in wanted:
            if digest not in found and (thumbnail := self._made_again(digest)) is not None:
                found[digest] = thumbnail
        return found

    def _made_again(self, digest: Digest) -> bytes | None:
        file = self._file_of(digest)
        if file is None:
            return None
        try:
            data = self._read(file)
            if hashlib.sha256(data).digest() != digest:
                return None
            picture = decode_picture(data, self._max_bytes)
        except (Unreadable, MachineRefuses):
            return None
        self._catalogue.remember(files=[], pictures=[(digest, picture)], unreadable=[])
        return picture.thumbnail
