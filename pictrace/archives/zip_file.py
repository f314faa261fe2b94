"""ZIP and CBZ."""

import bz2
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Protocol

from pictrace.archives.kinds import SNIFF_BYTES
from pictrace.archives.packed import Member
from pictrace.archives.place import BOMB_BYTES, BOMB_RATIO, Place
from pictrace.archives.zip_members import (
    HEADER,
    SIGNATURE,
    Broken,
    SharedFile,
    ZipMember,
    all_need_a_password,
    from_headers,
    from_table,
)
from pictrace.errors import ArchiveDamaged, ArchiveProtected, PictureUnreadable
from pictrace.language import _

_CHUNK = 1 << 20
_LZMA_MEMORY = 256 * 1024 * 1024


def tells_of_damage(reason: str) -> bool:
    """Whether a picture was passed over because of the ZIP around it."""
    return reason in (_only_what_is_left(), _damaged_inside())


def _only_what_is_left() -> str:
    return _("The ZIP is damaged; only the files that could still be found in it are used.")


def _damaged_inside() -> str:
    return _("It is damaged inside the ZIP.")


class ZipContainer:
    """A ZIP, read directly so that a hostile one can neither fill the memory nor spoil its neighbours."""

    def __init__(self, file: IO[bytes], place: Place, max_bytes: int) -> None:
        """Takes over the file once it succeeds. Raises ArchiveDamaged or ArchiveProtected."""
        self._file = SharedFile(file)
        self._max_bytes = max_bytes
        self._complaint = None
        try:
            members = from_table(file)
        except Broken:
            members = from_headers(self._file, max_bytes)
            self._complaint = _only_what_is_left()
            if not members:
                raise ArchiveDamaged(
                    _('The ZIP "{archive}" is damaged, and nothing in it can be read. Try to copy it anew.').format(
                        archive=place.shown
                    )
                ) from None
        if all_need_a_password(members):
            raise ArchiveProtected(
                _('The ZIP "{archive}" is protected by a password. Unpack it, and give the folder instead.').format(
                    archive=place.shown
                )
            )
        # As with every unpacker, the last file of a name is the one that counts.
        self._members = {member.name: member for member in members}

    def members(self) -> Sequence[Member]:
        return list(self._members.values())

    def complaint(self) -> str | None:
        return self._complaint

    def member(self, name: str) -> ZipMember:
        return self._members[name]

    def head(self, name: str) -> bytes:
        try:
            return next(self._unpacked(self._members[name]), b"")[:SNIFF_BYTES]
        except PictureUnreadable:
            return b""

    def read(self, name: str) -> bytes:
        member = self._members[name]
        bomb = member.size > max(BOMB_BYTES, BOMB_RATIO * member.compressed)
        if member.size > self._max_bytes or bomb:
            raise PictureUnreadable(
                _("It would unpack to {size} MB, which is too much.").format(size=member.size >> 20)
            )
        parts = []
        missing = member.size
        for part in self._unpacked(member):
            parts.append(part[:missing])
            missing -= len(parts[-1])
            if not missing:
                break
        data = b"".join(parts)
        if missing or zlib.crc32(data) != member.crc:
            raise PictureUnreadable(_damaged_inside())
        return data

    def close(self) -> None:
        self._file.close()

    def _unpacked(self, member: ZipMember) -> Iterator[bytes]:
        """In pieces of bounded size. Raises PictureUnreadable."""
        if member.problem is not None:
            raise PictureUnreadable(member.problem)
        try:
            packed = self._packed(member)
            if member.method == zipfile.ZIP_STORED:
                yield from packed
            elif member.method == zipfile.ZIP_DEFLATED:
                yield from _inflated(packed)
            elif member.method == zipfile.ZIP_BZIP2:
                yield from _decompressed(packed, bz2.BZ2Decompressor())
            elif member.method == zipfile.ZIP_LZMA:
                decompressor = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)
                yield from _decompressed(_as_lzma_file(packed), decompressor)
            else:
                raise PictureUnreadable(
                    _("It is compressed in a way that PicTrace does not know (method {number}).").format(
                        number=member.method
                    )
                )
        except (zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, struct.error) as error:
            raise PictureUnreadable(_damaged_inside()) from error

    def _packed(self, member: ZipMember) -> Iterator[bytes]:
        header = self._file.read_at(member.header_offset, HEADER.size)
        if len(header) < HEADER.size or not header.startswith(SIGNATURE):
            raise PictureUnreadable(_damaged_inside())
        *_facts, name_length, extra_length = HEADER.unpack(header)
        return self._file.pieces(member.header_offset + HEADER.size + name_length + extra_length, member.compressed)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        while piece and not inflater.eof:
            yield inflater.decompress(piece, _CHUNK)
            piece = inflater.unconsumed_tail
    yield inflater.flush()


def _decompressed(packed: Iterator[bytes], decompressor: _Decompressor) -> Iterator[bytes]:
    for piece in packed:
        if decompressor.eof:
            return
        yield decompressor.decompress(piece, _CHUNK)
        while not decompressor.eof and not decompressor.needs_input:
            yield decompressor.decompress(b"", _CHUNK)


def _as_lzma_file(packed: Iterator[bytes]) -> Iterator[bytes]:
    """A ZIP leaves out of the LZMA header how much is to come; "unknown" is what stands for that."""
    first = next(packed, b"")
    yield first[4:9] + b"\xff" * 8 + first[9:]
    yield from packed
