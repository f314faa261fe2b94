"""A stream of pickles in which nothing can hide.

Each frame is a pickled tuple of plain bytes, ints and strings. Before it stands an announcement, itself a pickle of
fixed size: the frame's length, its checksum, and a checksum of these two, so that a broken length is never believed
and nothing is unpickled that was not written as it is.
"""

import io
import pickle
import struct
import zlib
from typing import BinaryIO, NoReturn

MAX_FRAME_BYTES = 16 << 20

Plain = bytes | int | str

_ANNOUNCEMENT = struct.Struct("<4sIIIc")
_BEFORE = pickle.PROTO + b"\x04" + pickle.SHORT_BINBYTES + b"\x0c"
_CHECKED = struct.Struct("<II")

# Opcode → how many bytes stand after it, or of how many bytes the length is that stands after it. All that a pickled
# tuple of plain values needs. No opcode that names, calls, or fetches anything: not even the memo is read.
_ARGUMENT_BYTES = {
    pickle.PROTO: 1,
    pickle.FRAME: 8,
    pickle.BININT: 4,
    pickle.BININT1: 1,
    pickle.BININT2: 2,
    pickle.MEMOIZE: 0,
    pickle.MARK: 0,
    pickle.TUPLE: 0,
    pickle.TUPLE1: 0,
    pickle.TUPLE2: 0,
    pickle.TUPLE3: 0,
    pickle.STOP: 0,
}
_LENGTH_BYTES = {
    pickle.SHORT_BINBYTES: 1,
    pickle.BINBYTES: 4,
    pickle.BINBYTES8: 8,
    pickle.SHORT_BINUNICODE: 1,
}
_MAX_OPCODES = 64


class DamagedError(Exception):
    """No frame, or one with other things in it than plain values."""


def frame_bytes(values: tuple[Plain, ...]) -> bytes:
    """The frame with its announcement, ready to be appended. Raises DamagedError for what could not be read again."""
    frame = pickle.dumps(values, protocol=4)
    if len(frame) > MAX_FRAME_BYTES:
        raise DamagedError("the frame is too large")
    _refuse_all_but_plain(frame)
    length, checksum = len(frame), zlib.crc32(frame)
    return _ANNOUNCEMENT.pack(_BEFORE, length, checksum, zlib.crc32(_CHECKED.pack(length, checksum)), b".") + frame


def read_frame(stream: BinaryIO) -> tuple[Plain, ...] | None:
    """The next frame; None at the end, also when the last frame is not there to its end.

    Raises DamagedError for anything else. Never holds more than MAX_FRAME_BYTES of the stream.
    """
    announcement = stream.read(_ANNOUNCEMENT.size)
    if len(announcement) < _ANNOUNCEMENT.size:
        return None
    before, length, checksum, checksum_of_these, after = _ANNOUNCEMENT.unpack(announcement)
    if before != _BEFORE or after != b"." or checksum_of_these != zlib.crc32(_CHECKED.pack(length, checksum)):
        raise DamagedError("no frame begins here")
    if length > MAX_FRAME_BYTES:
        raise DamagedError("the frame is too large")
    frame = stream.read(length)
    if len(frame) < length:
        return None
    if zlib.crc32(frame) != checksum:
        raise DamagedError("the frame was changed")
    return _plain_values(frame)


def _plain_values(frame: bytes) -> tuple[Plain, ...]:
    _refuse_all_but_plain(frame)
    try:
        values = _PlainUnpickler(io.BytesIO(frame)).load()
    except (pickle.UnpicklingError, EOFError, ValueError, OverflowError) as error:
        raise DamagedError("the frame is no pickle") from error
    if type(values) is not tuple or not all(type(value) in (bytes, int, str) for value in values):
        raise DamagedError("the frame holds other things than plain values")
    return values


def _refuse_all_but_plain(frame: bytes) -> None:
    """Looks at every opcode before any is obeyed: a few bytes can make the unpickler allocate gigabytes."""
    place = 0
    for _ in range(_MAX_OPCODES):
        opcode = frame[place : place + 1]
        place += 1
        if opcode == pickle.STOP and place == len(frame):
            return
        if (size := _LENGTH_BYTES.get(opcode)) is not None:
            place += size + int.from_bytes(frame[place : place + size], "little")
        elif (size := _ARGUMENT_BYTES.get(opcode)) is not None:
            place += size
        else:
            raise DamagedError("the frame holds other things than plain values")
        if place >= len(frame):
            raise DamagedError("the frame ends too early")
    raise DamagedError("the frame has too many parts")


class _PlainUnpickler(pickle.Unpickler):
    """Nothing that a file says is ever looked up or called, whatever the check of the opcodes might miss."""

    def find_class(self, *_: str) -> NoReturn:
        raise pickle.UnpicklingError("a global")

    def persistent_load(self, *_: object) -> NoReturn:
        raise pickle.UnpicklingError("a persistent id")
