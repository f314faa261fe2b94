"""What a ZIP says is inside it: from its table of contents or, where that is lost, from each file's own header."""

import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import IO

from pictrace.archives.kinds import Kind, is_hidden, kind_of
from pictrace.archives.packed import Member
from pictrace.language import _

HEADER = struct.Struct("<4s5H3I2H")
SIGNATURE = b"PK\3\4"

_ENCRYPTED = 0x1
_SIZES_FOLLOW = 0x8
_NAME_IS_UTF8 = 0x800
_MADE_ON_UNIX = 3
_LINK = 0o120000
_PATH_EXTRA = 0x7075
_ZIP64_EXTRA = 0x0001
_CHUNK = 1 << 20
_MOST_FALSE_HEADERS = 10_000
"""Chance brings one in 4 GB; what has so many is made to keep somebody waiting."""

Broken = (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error, ValueError, OverflowError, OSError)
"""What zipfile raises when a table of contents makes no sense."""


@dataclass(frozen=True, slots=True)
class ZipMember(Member):
    header_offset: int
    compressed: int
    crc: int
    method: int
    encrypted: bool


class SharedFile:
    """Reads at places of a file, from several threads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.size = file.seek(0, 2)

    def read_at(self, offset: int, size: int) -> bytes:
        if not 0 <= offset < self.size:
            return b""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(size)

    def pieces(self, offset: int, size: int) -> Iterator[bytes]:
        end = min(offset + size, self.size)
        while offset < end and (piece := self.read_at(offset, min(_CHUNK, end - offset))):
            yield piece
            offset += len(piece)

    def close(self) -> None:
        self._file.close()


def from_table(file: IO[bytes]) -> list[ZipMember]:
    """Raises one of Broken."""
    with zipfile.ZipFile(file) as table:
        members = [_from_entry(entry) for entry in table.infolist()]
    return [member for member in _without_overlaps(members) if not member.name.endswith("/")]


def from_headers(file: SharedFile, max_bytes: int) -> list[ZipMember]:
    """Walks from header to header as far as the file goes."""
    members = []
    false_headers = 0
    offset = _next_signature(file, 0)
    while offset is not None and false_headers < _MOST_FALSE_HEADERS:
        found = _from_header(file, offset, max_bytes)
        if found is None:
            false_headers += 1
            offset = _next_signature(file, offset + len(SIGNATURE))
            continue
        member, end = found
        if not member.name.endswith("/"):
            members.append(member)
        offset = _next_signature(file, end)
    return members


def all_need_a_password(members: list[ZipMember]) -> bool:
    wanted = [member for member in members if not is_hidden(member.name) and kind_of(member.name) is not Kind.OTHER]
    return bool(wanted) and all(member.encrypted for member in wanted)


def _from_entry(entry: zipfile.ZipInfo) -> ZipMember:
    if entry.flag_bits & _NAME_IS_UTF8:
        name = entry.orig_filename
    else:
        name = _legacy_name(entry.orig_filename.encode("cp437"), entry.extra, entry.create_system)
    is_link = entry.create_system == _MADE_ON_UNIX and (entry.external_attr >> 16) & 0o170000 == _LINK
    encrypted = bool(entry.flag_bits & _ENCRYPTED)
    return ZipMember(
        name=name,
        size=entry.file_size,
        modified_ns=_nanoseconds(entry.date_time),
        stamp=_stamp(entry.CRC, entry.file_size),
        problem=_("It is a link, and links inside archives are not followed.") if is_link else _locked(encrypted),
        header_offset=entry.header_offset,
        compressed=entry.compress_size,
        crc=entry.CRC,
        method=entry.compress_type,
        encrypted=encrypted,
    )


def _legacy_name(raw: bytes, extra: bytes, made_on: int) -> str:
    """A name without the mark of UTF-8. Many programs write UTF-8 all the same; other names from Unix are kept byte
    for byte, as unpacking there would; the rest is the DOS code page."""
    said = _extra_field(extra, _PATH_EXTRA)
    if said is not None and said[:5] == struct.pack("<BI", 1, zlib.crc32(raw)):
        raw = said[5:]
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("utf-8", "surrogateescape") if made_on == _MADE_ON_UNIX else raw.decode("cp437")
    if made_on != _MADE_ON_UNIX and "/" not in name:
        name = name.replace("\\", "/")
    return name


def _extra_field(extra: bytes, wanted: int) -> bytes | None:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == wanted:
            return extra[4 : 4 + length]
        extra = extra[4 + length :]
    return None


def _without_overlaps(members: list[ZipMember]) -> list[ZipMember]:
    """Honest files lie one after the other; those that share bytes with the next are marked as hostile."""
    by_offset = sorted(range(len(members)), key=lambda index: members[index].header_offset)
    for this, following in pairwise(by_offset):
        member = members[this]
        if member.header_offset + HEADER.size + member.compressed > members[following].header_offset:
            members[this] = replace(member, problem=_("It overlaps another file of the ZIP, which no honest ZIP has."))
    return members


def _next_signature(file: SharedFile, offset: int) -> int | None:
    while offset < file.size:
        piece = file.read_at(offset, _CHUNK)
        found = piece.find(SIGNATURE)
        if found >= 0:
            return offset + found
        if len(piece) < len(SIGNATURE):
            return None
        offset += len(piece) - len(SIGNATURE) + 1
    return None


def _from_header(file: SharedFile, offset: int, max_bytes: int) -> tuple[ZipMember, int] | None:
    """The file that this header announces, and where its data ends."""
    header = file.read_at(offset, HEADER.size)
    if len(header) < HEADER.size:
        return None
    _sign, _version, flags, method, _time, _date, crc, compressed, size, name_length, extra_length = HEADER.unpack(
        header
    )
    rest = file.read_at(offset + HEADER.size, name_length + extra_length)
    if not name_length or len(rest) < name_length + extra_length:
        return None
    extra = rest[name_length:]
    sizes = _extra_field(extra, _ZIP64_EXTRA) or b""
    if size == compressed == 0xFFFFFFFF and len(sizes) >= 16:
        size, compressed = struct.unpack_from("<QQ", sizes)
    data_offset = offset + HEADER.size + len(rest)
    problem = _locked(bool(flags & _ENCRYPTED))
    if flags & _SIZES_FOLLOW and not size:
        measured = _measure(file, data_offset, max_bytes) if method == zipfile.ZIP_DEFLATED else None
        if measured is None:
            problem = problem or _("The ZIP is damaged, and where this file ends is lost.")
        else:
            compressed, size, crc = measured
    member = ZipMember(
        name=_legacy_name(rest[:name_length], extra, _MADE_ON_UNIX),
        size=size,
        modified_ns=0,
        stamp=_stamp(crc, size),
        problem=problem,
        header_offset=offset,
        compressed=compressed,
        crc=crc,
        method=method,
        encrypted=bool(flags & _ENCRYPTED),
    )
    return member, data_offset + compressed


def _measure(file: SharedFile, offset: int, max_bytes: int) -> tuple[int, int, int] | None:
    """Compressed size, size and CRC of deflated data that does not say them beforehand."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    compressed = size = crc = 0
    try:
        for piece in file.pieces(offset, file.size):
            compressed += len(piece)
            while piece and not inflater.eof and size <= max_bytes:
                data = inflater.decompress(piece, _CHUNK)
                size, crc, piece = size + len(data), zlib.crc32(data, crc), inflater.unconsumed_tail
            if inflater.eof or size > max_bytes:
                break
    except zlib.error:
        return None
    return (compressed - len(inflater.unused_data), size, crc) if inflater.eof else None


def _locked(encrypted: bool) -> str | None:
    return _("It is protected by a password.") if encrypted else None


def _stamp(crc: int, size: int) -> str:
    return f"{crc:08x}:{size}"


def _nanoseconds(written: tuple[int, ...]) -> int:
    try:
        return int(datetime(*written).timestamp()) * 1_000_000_000  # type: ignore[arg-type]  # noqa: DTZ001
    except (ValueError, OverflowError, OSError):
        return 0
