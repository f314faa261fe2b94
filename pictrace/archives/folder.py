"""Folders, and single files seen as a folder of one."""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from pictrace.archives.kinds import SNIFF_BYTES, Kind, is_hidden, kind_of, looks_like_picture
from pictrace.archives.packed import InnerArchives, PackedArchive
from pictrace.archives.place import INNER, Place, file_id, file_stamp, splits
from pictrace.errors import ArchiveMissing, MachineRefuses, PictureUnreadable
from pictrace.language import _
from pictrace.picture import PassedOver, PictureRef

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

OpenFile = Callable[[str, Place], PackedArchive]
"""Opens the archive that lies at a path. Raises Unreadable or MachineRefuses."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Something in a folder that is still to be looked at."""

    name: str
    path: str
    real_path: str


class FolderArchive:
    def __init__(self, location: str, open_packed: OpenFile, max_bytes: int, *, subfolders: bool = True) -> None:
        """Without `subfolders`, what lies deeper is not even listed: neither folders inside, nor archives.

        Raises ArchiveMissing or MachineRefuses."""
        self._location = location
        self._subfolders = subfolders
        self._root = os.path.abspath(location)  # noqa: PTH100 (names may hold what Path would change)
        self._open_packed = open_packed
        self._max_bytes = max_bytes
        self._inner = InnerArchives(self._open_inner)
        try:
            os.scandir(self._root).close()
        except PermissionError as error:
            raise MachineRefuses(
                _('The folder "{folder}" may not be read: this account has no permission.').format(folder=location)
            ) from error
        except OSError as error:
            raise _gone(location) from error

    @property
    def location(self) -> str:
        return self._location

    def list(self) -> Iterator[PictureRef | PassedOver]:
        """What links lead to comes last, so that real names are preferred; nothing comes twice."""
        root = _Spot("", self._root, os.path.realpath(self._root))
        waiting, links = [root], deque[_Spot]()
        folders: set[tuple[int, int]] = set()
        files: set[str] = set()
        while waiting or links:
            spot = waiting.pop() if waiting else _resolved(links.popleft())
            try:
                facts = os.stat(spot.path)  # noqa: PTH116
                if not stat.S_ISDIR(facts.st_mode):
                    if spot.real_path not in files:
                        files.add(spot.real_path)
                        yield from self._offer(spot, facts)
                elif (self._subfolders or not spot.name) and (facts.st_dev, facts.st_ino) not in folders:
                    folders.add((facts.st_dev, facts.st_ino))
                    inside = _inside(spot)
                    waiting.extend(reversed([below for below, is_link in inside if not is_link]))
                    links.extend(below for below, is_link in inside if is_link)
            except OSError as error:
                if not spot.name:
                    raise _gone(self._location) from error
                yield self._unreachable(spot, error)

    def read(self, picture: PictureRef) -> bytes:
        path = self._path(picture.name)
        if not os.path.lexists(path):
            for archive, _member in splits(picture.name):
                if os.path.isfile(self._path(archive)):  # noqa: PTH113
                    return self._inner.read(archive, picture)
            if not os.path.isdir(self._root):  # noqa: PTH112
                raise _gone(self._location)
        return read_file(path, self._max_bytes)

    def close(self) -> None:
        self._inner.close()

    def _path(self, name: str) -> str:
        return self._root + "/" + name

    def _offer(self, spot: _Spot, facts: os.stat_result) -> Iterator[PictureRef | PassedOver]:
        kind = kind_of(spot.name)
        if kind is Kind.OTHER:
            yield self._passed_over(spot.name, None)
        elif not stat.S_ISREG(facts.st_mode):
            yield self._passed_over(spot.name, None if kind is Kind.UNKNOWN else _("It is no ordinary file."))
        elif kind is Kind.ARCHIVE and not self._subfolders:
            yield self._passed_over(spot.name, None)
        elif kind is Kind.ARCHIVE and os.path.lexists(spot.path + "!"):
            reason = _('Something beside it is called the same with a "!", so the names inside would be unclear.')
            yield self._passed_over(spot.name, reason)
        elif kind is Kind.ARCHIVE:
            yield from self._inner.list(spot.name, self._passed_over)
        elif kind is Kind.PICTURE or _looks_like_picture(spot.path):
            yield _picture(self._location, spot, facts)
        else:
            yield self._passed_over(spot.name, None)

    def _open_inner(self, name: str) -> PackedArchive:
        path = self._path(name)
        try:
            facts = os.stat(path)  # noqa: PTH116
        except OSError as error:
            raise _cannot_read(error) from error
        return self._open_packed(path, Place.of_file(self._location, name + INNER, os.path.realpath(path), facts))

    def _passed_over(self, name: str, reason: str | None) -> PassedOver:
        return PassedOver(self._location, name, reason)

    def _unreachable(self, spot: _Spot, error: OSError) -> PassedOver:
        if os.path.isdir(spot.path):  # noqa: PTH112
            return self._passed_over(
                spot.name, _("This folder cannot be read ({reason}).").format(reason=error.strerror)
            )
        reason = _("It cannot be reached ({reason}).").format(reason=error.strerror)
        return self._passed_over(spot.name, reason if kind_of(spot.name) in (Kind.PICTURE, Kind.ARCHIVE) else None)


class SingleFile:
    """One picture given by its path; listed in its folder, it has the same key, stamp and id."""

    def __init__(self, location: str, facts: os.stat_result, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._path = os.path.abspath(location)  # noqa: PTH100
        name = os.path.basename(self._path)  # noqa: PTH119
        self.picture = _picture(location, _Spot(name, self._path, os.path.realpath(self._path)), facts)

    @property
    def location(self) -> str:
        return self.picture.archive

    def list(self) -> Iterator[PictureRef | PassedOver]:
        yield self.picture

    def read(self, picture: PictureRef) -> bytes:  # noqa: ARG002
        return read_file(self._path, self._max_bytes)

    def close(self) -> None:
        pass


def read_file(path: str, max_bytes: int) -> bytes:
    """Raises PictureUnreadable. Only ordinary files are opened, so that no pipe or device is waited for."""
    try:
        facts = os.stat(path)  # noqa: PTH116
        if not stat.S_ISREG(facts.st_mode):
            raise PictureUnreadable(_("It is no ordinary file."))
        if facts.st_size > max_bytes:
            raise PictureUnreadable(_("It takes {size} MB, which is too much.").format(size=facts.st_size >> 20))
        with open_without_waiting(path) as file:
            return file.read(max_bytes)
    except OSError as error:
        raise _cannot_read(error) from error


def open_without_waiting(path: str) -> IO[bytes]:
    """Even where a pipe took the file's place since somebody looked."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | _WITHOUT_WAITING))


def _picture(location: str, spot: _Spot, facts: os.stat_result) -> PictureRef:
    return PictureRef(
        archive=location,
        name=spot.name,
        key=spot.real_path,
        stamp=file_stamp(facts),
        size_bytes=facts.st_size,
        modified_ns=facts.st_mtime_ns,
        file_id=file_id(facts),
    )


def _inside(folder: _Spot) -> list[tuple[_Spot, bool]]:
    """What is not hidden in it, by name, and whether it is a link."""
    with os.scandir(folder.path) as entries:
        shown = sorted((entry for entry in entries if not _is_hidden(entry)), key=lambda entry: entry.name)
    prefix = folder.name + "/" if folder.name else ""
    return [
        (
            _Spot(prefix + entry.name, entry.path, os.path.join(folder.real_path, entry.name)),  # noqa: PTH118
            entry.is_symlink(),
        )
        for entry in shown
    ]


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if is_hidden(entry.name):
        return True
    if os.name != "nt":
        return False
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def _resolved(link: _Spot) -> _Spot:
    return _Spot(link.name, link.path, os.path.realpath(link.path))


def _looks_like_picture(path: str) -> bool:
    try:
        with open_without_waiting(path) as file:
            return looks_like_picture(file.read(SNIFF_BYTES))
    except OSError:
        return False


def _gone(location: str) -> ArchiveMissing:
    return ArchiveMissing(_('The folder "{folder}" is gone, or the drive is not connected.').format(folder=location))


def _cannot_read(error: OSError) -> PictureUnreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return PictureUnreadable(_("It is gone: moved, renamed or deleted."))
    if isinstance(error, PermissionError):
        return PictureUnreadable(_("It may not be read: this account has no permission."))
    return PictureUnreadable(_("It cannot be read ({reason}).").format(reason=error.strerror))
