"""ZIP and TAR as picture archives: what they offer, and the archives inside them."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import IO, Protocol

from pictrace.archives.kinds import Kind, is_hidden, kind_of, leads_outside, looks_like_picture
from pictrace.archives.place import INNER, Place, splits
from pictrace.errors import ArchiveMissing, ArchiveUnreadable, MachineRefuses, PictureUnreadable, Unreadable
from pictrace.language import _
from pictrace.picture import PassedOver, PictureRef

_SPOOL_BYTES = 32 * 1024 * 1024
_KEPT_OPEN = 4


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    size: int
    modified_ns: int
    stamp: str
    problem: str | None
    """Why it cannot be read."""


class Container(Protocol):
    """A file that holds others; ZIP and TAR are such."""

    def members(self) -> Sequence[Member]:
        """The files inside, in an order that is the same every time and good to read in; each name once."""

    def complaint(self) -> str | None:
        """A sentence where part of the content is lost. Known once the members are."""

    def read(self, name: str) -> bytes:
        """Safe to call from several threads. Raises KeyError or PictureUnreadable."""

    def head(self, name: str) -> bytes:
        """The first bytes of a member whose name does not tell what it is, or nothing where they cannot be read."""

    def member(self, name: str) -> Member:
        """Raises KeyError."""

    def close(self) -> None: ...


class PackedArchive:
    """A container seen as a picture archive."""

    def __init__(
        self,
        container: Container,
        place: Place,
        open_inner: "OpenInner | None",
    ) -> None:
        """Without open_inner, archives inside are passed over."""
        self._container = container
        self._place = place
        self._open_inner = open_inner
        self._inner = InnerArchives(self._unpack)

    @property
    def location(self) -> str:
        return self._place.location

    def list(self) -> Iterator[PictureRef | PassedOver]:
        members = self._container.members()
        if (complaint := self._container.complaint()) is not None:
            yield PassedOver(self.location, self._place.prefix.removesuffix(INNER), complaint)
        for member in members:
            kind = kind_of(member.name)
            if leads_outside(member.name) and kind is not Kind.OTHER:
                yield self._place.passed_over(member.name, _("Its name points outside the archive."))
            elif not is_hidden(member.name):
                yield from self._offer(member, kind)

    def _offer(self, member: Member, kind: Kind) -> Iterator[PictureRef | PassedOver]:
        if kind is Kind.UNKNOWN:
            picture = member.problem is None and looks_like_picture(self._container.head(member.name))
            kind = Kind.PICTURE if picture else Kind.OTHER
        if kind is Kind.OTHER:
            yield self._place.passed_over(member.name, None)
        elif member.problem is not None:
            yield self._place.passed_over(member.name, member.problem)
        elif kind is Kind.PICTURE:
            yield self._picture(member)
        elif self._open_inner is None:
            yield self._place.passed_over(member.name, _("Archives are searched one level deep; this one lies deeper."))
        else:
            for found in self._inner.list(member.name, self._place.passed_over):
                # Where a plain member bears the very name of an inner one, the plain one wins.
                if isinstance(found, PassedOver) or not self._has(found.name.removeprefix(self._place.prefix)):
                    yield found

    def _has(self, name: str) -> bool:
        try:
            self._container.member(name)
        except KeyError:
            return False
        return True

    def find(self, name: str) -> PictureRef:
        """The member of this name, whatever its kind. Raises PictureUnreadable."""
        if self._has(name):
            member = self._container.member(name)
            if member.problem is not None:
                raise PictureUnreadable(member.problem)
            return self._picture(member)
        for archive, member_name in splits(name):
            if self._open_inner is not None and self._has(archive):
                return self._inner.find(archive, member_name)
        raise PictureUnreadable(_('There is no "{name}" in "{archive}".').format(name=name, archive=self._place.shown))

    def read(self, picture: PictureRef) -> bytes:
        try:
            return self._read(picture)
        except PictureUnreadable as error:
            if isinstance(error.__cause__, OSError) and not os.path.exists(self.location):  # noqa: PTH110
                sentence = _('"{archive}" is gone, or the drive is not connected.')
                raise ArchiveMissing(sentence.format(archive=self.location)) from error
            raise

    def _read(self, picture: PictureRef) -> bytes:
        name = picture.name.removeprefix(self._place.prefix)
        if self._has(name):
            return self._container.read(name)
        for archive, _member_name in splits(name):
            if self._has(archive):
                return self._inner.read(archive, picture)
        raise PictureUnreadable(_("It is no longer in the archive."))

    def close(self) -> None:
        self._inner.close()
        self._container.close()

    def _picture(self, member: Member) -> PictureRef:
        return self._place.picture(member.name, member.stamp, member.size, member.modified_ns)

    def _unpack(self, name: str) -> "PackedArchive":
        if self._open_inner is None:
            raise PictureUnreadable(_("Archives are searched one level deep; this one lies deeper."))
        content = self._container.read(name)
        # Unnamed, so that nothing of it is ever seen on the disk.
        file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 (the archive closes it)
        with ExitStack() as undo:
            undo.callback(file.close)
            try:
                file.write(content)
            except OSError as error:
                sentence = _("There is no room to look inside this archive ({reason}).")
                raise MachineRefuses(sentence.format(reason=error.strerror)) from error
            archive = self._open_inner(file, self._place.inside(name, self._container.member(name).stamp))
            undo.pop_all()
        return archive


OpenInner = Callable[[IO[bytes], Place], PackedArchive]
"""Opens an archive that was found inside another, and takes over its file once it succeeds."""


class InnerArchives:
    """The archives inside a folder or another archive, the last few of them kept open for reading."""

    def __init__(self, open_by_name: Callable[[str], PackedArchive]) -> None:
        self._open_by_name = open_by_name
        self._lock = threading.Lock()
        self._kept: dict[str, PackedArchive] = {}

    def list(self, name: str, passed_over: Callable[[str, str], PassedOver]) -> Iterator[PictureRef | PassedOver]:
        try:
            archive = self._open_by_name(name)
        except (Unreadable, MachineRefuses) as error:
            yield passed_over(name, error.message)
            return
        with closing(archive):
            yield from archive.list()

    def find(self, name: str, member: str) -> PictureRef:
        with self._lock:
            return self._open(name).find(member)

    def read(self, name: str, picture: PictureRef) -> bytes:
        # One at a time: nobody may close an archive while another thread reads from it.
        with self._lock:
            try:
                archive = self._open(name)
            except (ArchiveUnreadable, MachineRefuses) as error:
                raise PictureUnreadable(error.message) from error
            return archive.read(picture)

    def close(self) -> None:
        with self._lock:
            for archive in self._kept.values():
                archive.close()
            self._kept.clear()

    def _open(self, name: str) -> PackedArchive:
        archive = self._kept.pop(name, None) or self._open_by_name(name)
        self._kept[name] = archive
        if len(self._kept) > _KEPT_OPEN:
            self._kept.pop(next(iter(self._kept))).close()
        return archive
