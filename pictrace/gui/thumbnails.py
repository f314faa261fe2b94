"""The small pictures of the grid: as the catalogue remembers them, or else from the original."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from pictrace import __version__
from pictrace.archives import open_archive
from pictrace.errors import PictureUnreadable
from pictrace.picture import Digest, PictureRef, Pixels
from pictrace.settings import THUMBNAIL_SIDE, Settings

if TYPE_CHECKING:
    from pictrace.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Thumb:
    """A picture, to be shown in a box of so many pixels."""

    picture: PictureRef
    digest: Digest
    width: int
    height: int


class Thumbnails:
    """For the threads of a PictureLoader."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._open: Catalogue | None = None

    def read(self, thumb: Thumb) -> Image.Image:
        # Not needed before the first picture; the window opens sooner without it.
        from pictrace.decode import thumbnail_pixels

        remembered = self.catalogue().thumbnails([thumb.digest]).get(thumb.digest)
        image = None
        if remembered is not None:
            try:
                image = Image.fromarray(thumbnail_pixels(remembered))
            except PictureUnreadable:
                remembered = None
        if image is None:
            image = Image.fromarray(self._original(thumb.picture))
        image.thumbnail((thumb.width, thumb.height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return image

    def close(self) -> None:
        with self._opening:
            if self._open is not None:
                self._open.close()
                self._open = None

    def catalogue(self) -> "Catalogue":
        from pictrace.catalogue import Catalogue

        with self._opening:
            if self._open is None:
                self._open = Catalogue(self._settings.catalogue, __version__)
            return self._open

    def _original(self, picture: PictureRef) -> Pixels:
        from pictrace.decode import decode_pixels

        max_bytes = self._settings.picture_megabytes << 20
        archive = open_archive(picture.archive, max_bytes=max_bytes)
        try:
            data = archive.read(picture)
        finally:
            archive.close()
        return decode_pixels(data, max_bytes, THUMBNAIL_SIDE).pixels
