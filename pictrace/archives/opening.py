"""From what a person typed to an archive or a picture, judged by content and not by name."""

import os
import stat
import zipfile
from contextlib import ExitStack
from functools import partial
from typing import IO

from pictrace.archives.folder import FolderArchive, SingleFile, open_without_waiting
from pictrace.archives.kinds import SNIFF_BYTES, looks_like_picture
from pictrace.archives.packed import Container, OpenInner, PackedArchive
from pictrace.archives.place import MAX_BYTES, Place, splits
from pictrace.archives.protocol import PictureArchive
from pictrace.archives.tar_file import Broken as TarBroken
from pictrace.archives.tar_file import TarContainer, begins_like_tar, unpacked_stream
from pictrace.archives.url_list import MAX_LIST_BYTES, SingleAddress, UrlList, addresses_in
from pictrace.archives.zip_file import ZipContainer
from pictrace.errors import (
    ArchiveDamaged,
    ArchiveMissing,
    ArchiveUnreadable,
    MachineRefuses,
    PictureUnreadable,
    Unreadable,
)
from pictrace.fetching import FetchLimits, is_address
from pictrace.language import _
from pictrace.picture import PictureRef

_ZIP_BEGINNINGS = (b"PK\3\4", b"PK\5\6", b"PK\7\x08")
_OTHER_ARCHIVES = {b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7z", b"\x28\xb5\x2f\xfd": "Zstandard"}

_LISTED_SECONDS = 300.0
"""What one picture of a list may take: a large one over a slow line. A server that says nothing is given up sooner."""


def open_archive(
    location: str, *, max_bytes: int = MAX_BYTES, private_addresses: bool = True, subfolders: bool = True
) -> FolderArchive | PackedArchive | UrlList:
    """`subfolders` is for folders only: a ZIP is always searched as a whole. Without private_addresses a list of
    addresses reaches only what the whole internet does.

    Raises ArchiveMissing, ArchiveProtected, ArchiveDamaged, ArchiveUnreadable or MachineRefuses.
    """
    facts = _facts(location)
    if stat.S_ISDIR(facts.st_mode):
        open_packed = partial(_open_file, open_inner=None, max_bytes=max_bytes)
        return FolderArchive(location, open_packed, max_bytes, subfolders=subfolders)
    if not stat.S_ISREG(facts.st_mode):
        raise ArchiveDamaged(_('"{archive}" is neither a folder nor a file.').format(archive=location))
    if (addresses := _addresses(location, facts)) is not None:
        limits = FetchLimits(max_bytes, _LISTED_SECONDS, private_addresses=private_addresses)
        return UrlList(location, addresses, limits)
    place = Place.of_file(location, "", os.path.realpath(location), facts)
    return _open_file(location, place, partial(_open_packed, open_inner=None, max_bytes=max_bytes), max_bytes)


def find_picture(
    location: str, *, max_bytes: int = MAX_BYTES, private_addresses: bool = True
) -> tuple[PictureArchive, PictureRef]:
    """A file, a member of an archive ("album.zip!/2019/a.jpg") or a web address. The caller closes the archive.

    Raises what open_archive raises, and PictureUnreadable.
    """
    if is_address(location):
        address = SingleAddress(location, FetchLimits(max_bytes, private_addresses=private_addresses))
        return address, address.picture
    parts = [] if os.path.lexists(location) else splits(location)
    for archive_path, member in parts:
        if os.path.isfile(archive_path):  # noqa: PTH113
            return _find_member(archive_path, member, max_bytes)
    if parts:
        _facts(parts[0][0])
    try:
        facts = os.stat(location)  # noqa: PTH116
    except PermissionError as error:
        raise PictureUnreadable(
            _('The file "{file}" may not be read: this account has no permission.').format(file=location)
        ) from error
    except (OSError, ValueError) as error:
        raise PictureUnreadable(_('There is no file "{file}".').format(file=location)) from error
    if stat.S_ISDIR(facts.st_mode):
        raise PictureUnreadable(_('"{file}" is a folder, and one picture is needed.').format(file=location))
    if not stat.S_ISREG(facts.st_mode):
        raise PictureUnreadable(_('"{file}" is no ordinary file.').format(file=location))
    file = SingleFile(location, facts, max_bytes)
    return file, file.picture


def is_list_of_addresses(location: str) -> bool:
    """Judged by its content; False also where it cannot be read."""
    try:
        facts = os.stat(location)  # noqa: PTH116
        return stat.S_ISREG(facts.st_mode) and bool(_addresses(location, facts))
    except (OSError, ValueError, Unreadable, MachineRefuses):
        return False


def _find_member(archive_path: str, member: str, max_bytes: int) -> tuple[PictureArchive, PictureRef]:
    archive = open_archive(archive_path, max_bytes=max_bytes)
    with ExitStack() as undo:
        undo.callback(archive.close)
        if not isinstance(archive, PackedArchive):
            raise PictureUnreadable(_('"{archive}" has no files inside.').format(archive=archive_path))
        picture = archive.find(member)
        undo.pop_all()
    return archive, picture


def _facts(location: str) -> os.stat_result:
    try:
        return os.stat(location)  # noqa: PTH116
    except PermissionError as error:
        raise _no_permission(location) from error
    except (OSError, ValueError) as error:
        sentence = _('There is nothing at "{archive}". Check the path, and whether the drive is connected.')
        raise ArchiveMissing(sentence.format(archive=location)) from error


def _open_file(path: str, place: Place, open_inner: OpenInner | None, max_bytes: int) -> PackedArchive:
    with ExitStack() as undo:
        file = undo.enter_context(_opened(path, place.shown))
        archive = _open_packed(file, place, open_inner, max_bytes)
        undo.pop_all()
    return archive


def _opened(path: str, shown: str) -> IO[bytes]:
    try:
        return open_without_waiting(path)
    except PermissionError as error:
        raise _no_permission(shown) from error
    except OSError as error:
        sentence = _('"{archive}" cannot be read ({reason}).')
        raise ArchiveUnreadable(sentence.format(archive=shown, reason=error.strerror)) from error


def _open_packed(file: IO[bytes], place: Place, open_inner: OpenInner | None, max_bytes: int) -> PackedArchive:
    """Takes over the file once it succeeds."""
    try:
        container = _container(file, place, max_bytes)
    except OSError as error:
        sentence = _('"{archive}" cannot be read ({reason}).')
        raise ArchiveUnreadable(sentence.format(archive=place.shown, reason=error.strerror)) from error
    return PackedArchive(container, place, open_inner)


def _container(file: IO[bytes], place: Place, max_bytes: int) -> Container:
    file.seek(0)
    head = file.read(SNIFF_BYTES)
    if not head:
        raise ArchiveDamaged(_('"{archive}" is empty (0 bytes).').format(archive=place.shown))
    if head.startswith(_ZIP_BEGINNINGS):
        return ZipContainer(file, place, max_bytes)
    if (tar := _tar(file, place, max_bytes)) is not None:
        return tar
    if looks_like_picture(head):
        sentence = _(
            '"{archive}" is a picture, not a folder or an archive; it can be searched for, but not searched in.'
        )
    elif zipfile.is_zipfile(file):
        return ZipContainer(file, place, max_bytes)
    elif kind := next((kind for magic, kind in _OTHER_ARCHIVES.items() if head.startswith(magic)), None):
        sentence = _(
            '"{archive}" is a {kind} archive, which PicTrace cannot read. Unpack it, and give the folder instead.'
        )
        raise ArchiveDamaged(sentence.format(archive=place.shown, kind=kind))
    else:
        sentence = _(
            '"{archive}" is no archive that PicTrace can read. Give a folder, a ZIP, a TAR or a list of addresses.'
        )
    raise ArchiveDamaged(sentence.format(archive=place.shown))


def _tar(file: IO[bytes], place: Place, max_bytes: int) -> TarContainer | None:
    stream = unpacked_stream(file)
    try:
        if begins_like_tar(stream):
            return TarContainer(file, stream, place, max_bytes)
    except TarBroken as error:
        sentence = _('"{archive}" is damaged, and nothing in it can be read. Try to copy it anew.')
        raise ArchiveDamaged(sentence.format(archive=place.shown)) from error
    if stream is not file:
        stream.close()
    return None


def _addresses(location: str, facts: os.stat_result) -> list[str] | None:
    if facts.st_size > MAX_LIST_BYTES:
        return None
    with _opened(location, location) as file:
        head = file.read(SNIFF_BYTES)
        is_text = b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))
        if not is_text or looks_like_picture(head) or head.startswith((*_ZIP_BEGINNINGS, *_OTHER_ARCHIVES)):
            return None
        return addresses_in(head + file.read(), location)


def _no_permission(location: str) -> MachineRefuses:
    return MachineRefuses(_('"{archive}" may not be read: this account has no permission.').format(archive=location))
