"""What folders, ZIP, TAR and lists of addresses have in common."""

from collections.abc import Iterator
from typing import Protocol

from pictrace.picture import PassedOver, PictureRef


class PictureArchive(Protocol):
    @property
    def location(self) -> str:
        """As the person gave it."""

    def list(self) -> Iterator[PictureRef | PassedOver]:
        """Everything inside, in an order that is the same every time. Costs no decoding; may be called again."""

    def read(self, picture: PictureRef) -> bytes:
        """The file's bytes, verified where the archive allows it. Safe to call from several threads.

        Raises PictureUnreadable for this picture, ArchiveUnreadable when the whole archive is gone.
        """

    def close(self) -> None: ...
