"""TAR and CBT, plain or compressed."""

import bz2
import gzip
import lzma
import tarfile
import threading
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, cast

from pictrace.archives.kinds import SNIFF_BYTES, Kind, kind_of
from pictrace.archives.packed import Member
from pictrace.archives.place import BOMB_BYTES, BOMB_RATIO, Place
from pictrace.errors import PictureUnreadable
from pictrace.language import _

_BLOCK = 512
_CHUNK = 1 << 20
_HEADER_BYTES = 256 * 1024
"""What tarfile may read to make sense of one header; it would fill the memory with a hostile one."""
_AHEAD_BYTES = 32 * 1024 * 1024
_LAST_SECOND = 2**63 // 10**9

Broken = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class TarMember(Member):
    offset: int
    head: bytes


class _BrokenTarError(tarfile.TarError):
    pass


def unpacked_stream(file: IO[bytes]) -> IO[bytes]:
    """The file itself or, if it is compressed, what it unpacks to."""
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb"))
    if head.startswith(b"BZh"):
        return cast(IO[bytes], bz2.BZ2File(file))
    if head == b"\xfd7zXZ\0":
        return cast(IO[bytes], lzma.LZMAFile(file))
    return file


def begins_like_tar(stream: IO[bytes]) -> bool:
    """Leaves the stream at its beginning. Raises what a damaged stream raises."""
    block = stream.read(_BLOCK)
    empty = not any(block) and not any(stream.read(_BLOCK))
    stream.seek(0)
    if len(block) < _BLOCK or empty:
        return len(block) == _BLOCK
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


class TarContainer:
    def __init__(self, file: IO[bytes], stream: IO[bytes], place: Place, max_bytes: int) -> None:
        """Takes over the file, and the stream that it unpacks to."""
        self._file = file
        self._stream = stream
        self._place = place
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._index: dict[str, TarMember] | None = None
        self._complaint: str | None = None
        self._in_order: list[TarMember] = []
        self._recent: dict[int, bytes] = {}

    def members(self) -> Sequence[Member]:
        with self._lock:
            return list(self._known().values())

    def complaint(self) -> str | None:
        return self._complaint

    def member(self, name: str) -> TarMember:
        with self._lock:
            return self._known()[name]

    def head(self, name: str) -> bytes:
        return self.member(name).head

    def read(self, name: str) -> bytes:
        member = self.member(name)
        if member.problem is not None:
            raise PictureUnreadable(member.problem)
        if member.size > self._max_bytes:
            raise PictureUnreadable(_("It takes {size} MB, which is too much.").format(size=member.size >> 20))
        try:
            with self._lock:
                data = self._data(member) if self._stream is self._file else self._data_in_passing(member)
        except Broken as error:
            raise PictureUnreadable(_("It is damaged inside the TAR.")) from error
        if len(data) < member.size:
            raise PictureUnreadable(_("It is damaged inside the TAR."))
        return data

    def close(self) -> None:
        if self._stream is not self._file:
            self._stream.close()
        self._file.close()

    def _data(self, member: TarMember) -> bytes:
        self._stream.seek(member.offset)
        parts = []
        missing = member.size
        # A TAR may announce far more than there is: memory is taken only for what comes.
        while missing and (part := self._stream.read(min(missing, _CHUNK))):
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _data_in_passing(self, wanted: TarMember) -> bytes:
        """Going back in a compressed stream means to start anew, and threads read only nearly in order: so pictures
        that are passed on the way are kept for those who will ask for them next."""
        if wanted.offset not in self._recent:
            start = max(self._stream.tell(), wanted.offset - _AHEAD_BYTES)
            first = bisect_left(self._in_order, start, key=_offset)
            last = bisect_left(self._in_order, wanted.offset, key=_offset)
            for member in self._in_order[first:last]:
                if kind_of(member.name) is Kind.PICTURE:
                    self._recent[member.offset] = self._data(member)
            self._recent[wanted.offset] = self._data(wanted)
        data = self._recent[wanted.offset]
        kept = sum(map(len, self._recent.values()))
        while kept > _AHEAD_BYTES:
            kept -= len(self._recent.pop(next(iter(self._recent))))
        return data

    def _known(self) -> dict[str, TarMember]:
        """As when unpacking, the last file of a name counts; so all must be known before one is shown."""
        if self._index is None:
            index: dict[str, TarMember] = {}
            try:
                for member in self._walk(index):
                    index[member.name] = member
            except Broken:
                self._complaint = _("The TAR is damaged; only the files before the damage are used.")
            self._in_order = sorted(index.values(), key=_offset)
            self._index = {member.name: member for member in self._in_order}
        return self._index

    def _walk(self, index: dict[str, TarMember]) -> Iterator[TarMember]:
        self._stream.seek(0)
        tape = _Tape(self._stream, None if self._stream is self._file else _size(self._file))
        with tarfile.TarFile(fileobj=cast(IO[bytes], tape), encoding="utf-8", errors="surrogateescape") as tar:
            before = -1
            while (info := tar.next()) is not None:
                if info.size < 0 or tar.offset <= before:
                    raise _BrokenTarError
                before = tar.offset
                if not info.isdir():
                    yield self._from_info(info, index)
                # tarfile would keep every header that it has read.
                tar.members.clear()  # type: ignore[attr-defined]
                tape.allowance = _HEADER_BYTES
            self._stream.seek(tar.offset)
            if any(self._stream.read(_BLOCK)):
                raise _BrokenTarError

    def _from_info(self, info: tarfile.TarInfo, index: dict[str, TarMember]) -> TarMember:
        name = _plain(info.name)
        if info.islnk() and (target := index.get(_plain(info.linkname))) is not None:
            return replace(target, name=name)
        problem = None
        if info.islnk() or info.issym():
            problem = _("It is a link, and links inside archives are not followed.")
        elif not info.isreg() or info.issparse():
            problem = _("It is no ordinary file.")
        head = b""
        if problem is None and kind_of(name) is Kind.UNKNOWN:
            self._stream.seek(info.offset_data)
            head = self._stream.read(min(SNIFF_BYTES, info.size))
        modified_ns = int(info.mtime * 1e9) if 0 < info.mtime < _LAST_SECOND else 0
        return TarMember(
            name=name,
            size=info.size,
            modified_ns=modified_ns,
            stamp=f"{self._place.stamp}:{info.offset_data}:{info.size}:{modified_ns}",
            problem=problem,
            offset=info.offset_data,
            head=head,
        )


class _Tape:
    """What tarfile reads its headers from: bounded, whatever the headers say."""

    def __init__(self, stream: IO[bytes], packed_bytes: int | None) -> None:
        self.allowance = _HEADER_BYTES
        self._stream = stream
        self._end = None if packed_bytes is None else max(BOMB_BYTES, BOMB_RATIO * packed_bytes)

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int) -> int:
        # Seeking forward in a compressed stream unpacks all that lies between.
        if offset < 0 or (self._end is not None and offset > self._end):
            raise _BrokenTarError
        return self._stream.seek(offset)

    def read(self, size: int) -> bytes:
        self.allowance -= size
        if size < 0 or self.allowance < 0:
            raise _BrokenTarError
        return self._stream.read(size)


def _size(file: IO[bytes]) -> int:
    """Leaves the file where it is: a stream may be unpacking it."""
    here = file.tell()
    size = file.seek(0, 2)
    file.seek(here)
    return size


def _offset(member: TarMember) -> int:
    return member.offset


def _plain(name: str) -> str:
    while name.startswith("./"):
        name = name[2:]
    return name
