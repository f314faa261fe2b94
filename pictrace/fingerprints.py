"""The pickle: SHA-256 → vector, for one embedder. Survives crashes, is shared by processes, trusts nothing it reads."""

import os
from collections.abc import Iterable, KeysView, Sequence
from contextlib import suppress
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from pictrace.errors import MachineRefuses
from pictrace.half_floats import HalfFloats, are_unit_vectors
from pictrace.home import cannot_save, make_home, move_aside, reason_of, sync_folder
from pictrace.language import _, ngettext
from pictrace.pickled_frames import DamagedError, Plain, frame_bytes, read_frame
from pictrace.picture import Digest, Vectors

MAGIC = "PicTrace fingerprints"
FORMAT = 1
DIGEST_BYTES = 32
FRAME_BYTES = 4 << 20
LOCK_SECONDS = 60.0

_RESERVE_BYTES = 1 << 30
_MOST_DIMENSIONS = FRAME_BYTES // 2


class Fingerprints:
    """What is in memory only grows: a row keeps its number and its vector for as long as this object lives.

    Readers never wait. Writers take turns by a lock beside the file, and read on before they append. Raises
    MachineRefuses where the file was written by a newer version; anything else that is wrong with it becomes a notice.
    """

    def __init__(self, file: Path, embedder: str, dimensions: int) -> None:
        self.notices: list[str] = []
        self._file = file
        self._header: tuple[Plain, ...] = (MAGIC, FORMAT, embedder, dimensions)
        self._lock = FileLock(f"{file}.lock", timeout=LOCK_SECONDS, mode=0o600, poll_interval=0.01)
        self._rows: dict[Digest, int] = {}
        self._matrix: HalfFloats = np.empty((0, dimensions), np.float16)
        self._unsaved: dict[Digest, None] = {}
        self._identity: tuple[int, int] | None = None
        self._read_until = 0
        self.refresh()

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, digest: Digest) -> bool:
        return digest in self._rows

    def rows(self, digests: Sequence[Digest]) -> npt.NDArray[np.int64]:
        """Where each stands in the matrix, -1 where its vector is not known."""
        return np.fromiter(map(self._rows.get, digests, repeat(-1)), np.int64, count=len(digests))

    @property
    def digests(self) -> KeysView[Digest]:
        """In the order of the rows."""
        return self._rows.keys()

    @property
    def matrix(self) -> HalfFloats:
        """One vector of unit length a row. What was handed out stays as it is when more is appended."""
        view = self._matrix[: len(self._rows)]
        view.flags.writeable = False
        return view

    def append(self, digests: Sequence[Digest], vectors: Vectors) -> None:
        """Durable when it returns; those already known are left out.

        Raises MachineRefuses where they cannot be saved: then they are kept in memory, and go with the next append.
        """
        if any(len(digest) != DIGEST_BYTES for digest in digests) or vectors.shape != (len(digests), self._dimensions):
            raise ValueError("every vector needs a SHA-256, and the dimensions of its embedder")
        halves = vectors.astype(np.float16)
        if not are_unit_vectors(halves):
            raise ValueError("every vector needs unit length")
        self._unsaved.update(dict.fromkeys(self._add(digests, halves)))
        if not self._unsaved:
            return
        try:
            make_home(self._file.parent)
            with self._lock:
                try:
                    self._read_on()
                except DamagedError:
                    self._mend()
                if self._unsaved:
                    self._extend()
        except OSError as error:
            raise cannot_save(reason_of(error)) from error

    def refresh(self) -> None:
        """Takes in what other processes have appended since."""
        try:
            try:
                self._read_on()
            except DamagedError:
                # Perhaps a writer was just cutting off a torn frame: look again when nobody writes.
                with self._lock:
                    self._mend()
        except OSError as error:
            notice = _("What was remembered in {file} cannot be read ({reason}); it is computed again.")
            self._notice(notice.format(file=self._file, reason=reason_of(error)))

    def close(self) -> None:
        """Lets go of the memory; nothing is known any more."""
        self._rows = {}
        self._unsaved = {}
        self._matrix = np.empty((0, self._dimensions), np.float16)

    @property
    def _dimensions(self) -> int:
        return int(self._matrix.shape[1])

    @property
    def _row_bytes(self) -> int:
        return DIGEST_BYTES + 2 * self._dimensions

    def _notice(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)

    def _read_on(self) -> None:
        """From where the last whole frame ended. Raises DamagedError, with everything before the damage taken in."""
        try:
            stream = self._file.open("rb")
        except (FileNotFoundError, NotADirectoryError):
            self._identity, self._read_until = None, 0
            return
        with stream:
            facts = os.fstat(stream.fileno())
            if self._identity != (facts.st_dev, facts.st_ino) or facts.st_size < self._read_until:
                # Another file took this one's place; what is known already is passed over.
                self._identity, self._read_until = (facts.st_dev, facts.st_ino), 0
            coming_bytes = facts.st_size - self._read_until
            if coming_bytes > FRAME_BYTES:
                self._reserve(len(self._rows) + min(coming_bytes, _RESERVE_BYTES) // self._row_bytes)
            stream.seek(self._read_until)
            while (frame := read_frame(stream)) is not None:
                if self._read_until == 0:
                    self._check_header(frame)
                else:
                    self._take(frame)
                self._read_until = stream.tell()

    def _check_header(self, frame: tuple[Plain, ...]) -> None:
        if frame[:1] == (MAGIC,) and len(frame) > 1 and isinstance(frame[1], int) and frame[1] > FORMAT:
            refusal = _("{file} was written by a newer PicTrace. Update PicTrace, or move the file elsewhere.")
            raise MachineRefuses(refusal.format(file=self._file))
        if frame != self._header:
            raise DamagedError("it holds the vectors of another embedder")

    def _take(self, frame: tuple[Plain, ...]) -> None:
        match frame:
            case (bytes(joined), bytes(numbers)) if joined and len(joined) % DIGEST_BYTES == 0:
                count = len(joined) // DIGEST_BYTES
            case _:
                raise DamagedError("no digests and vectors")
        if len(numbers) != count * 2 * self._dimensions:
            raise DamagedError("vectors of another size")
        halves = np.frombuffer(numbers, np.float16).reshape(count, self._dimensions)
        if not are_unit_vectors(halves):
            raise DamagedError("vectors of no unit length")
        digests = [Digest(joined[start : start + DIGEST_BYTES]) for start in range(0, len(joined), DIGEST_BYTES)]
        self._add(digests, halves)
        if self._unsaved:
            for digest in digests:
                self._unsaved.pop(digest, None)

    def _add(self, digests: Sequence[Digest], halves: HalfFloats) -> Iterable[Digest]:
        """Into memory, unless known; returns those that are new."""
        new: dict[Digest, int] = {}
        for place, digest in enumerate(digests):
            if digest not in self._rows:
                new.setdefault(digest, place)
        start = len(self._rows)
        if len(self._matrix) < start + len(new):
            self._reserve(max(start + len(new), start * 3 // 2, 64))
        self._matrix[start : start + len(new)] = halves if len(new) == len(digests) else halves[list(new.values())]
        self._rows.update(zip(new, range(start, start + len(new)), strict=True))
        return new

    def _reserve(self, rows: int) -> None:
        if rows > len(self._matrix):
            larger = np.empty((rows, self._dimensions), np.float16)
            larger[: len(self._rows)] = self._matrix[: len(self._rows)]
            self._matrix = larger

    # Below, the writers' lock is held.

    def _mend(self) -> None:
        # From the start: the place where reading stopped may have been one in another file.
        self._read_until = 0
        try:
            self._read_on()
        except DamagedError:
            self._replace()

    def _replace(self) -> None:
        """Puts a file with all that is known in the damaged one's place, and keeps the damaged one beside it."""
        new = self._file.with_name(f"{self._file.name}.new")
        new.unlink(missing_ok=True)
        try:
            length = self._write(new, 0, self._rows)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        aside = move_aside(self._file)
        new.replace(self._file)
        sync_folder(self._file.parent)
        facts = self._file.stat()
        self._identity, self._read_until = (facts.st_dev, facts.st_ino), length
        self._unsaved = {}
        notice = ngettext(
            "{file} was damaged; {count} picture in it could be saved, the rest is computed again. It is now {aside}.",
            "{file} was damaged; {count} pictures in it could be saved, the rest is computed again. It is now {aside}.",
            len(self._rows),
        )
        self._notice(notice.format(file=self._file, count=len(self._rows), aside=aside.name))

    def _extend(self) -> None:
        """Appends what is unsaved after the last whole frame; a torn one behind that is cut off."""
        is_new = self._identity is None
        length = self._write(self._file, self._read_until, self._unsaved)
        if is_new:
            sync_folder(self._file.parent)
            facts = self._file.stat()
            self._identity = (facts.st_dev, facts.st_ino)
        self._read_until = length
        self._unsaved = {}

    def _write(self, file: Path, start: int, digests: Iterable[Digest]) -> int:
        """Everything behind the start is replaced; returns where it ends. A failure leaves the file ending at start."""
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as stream:
            stream.truncate(start)
            stream.seek(start)
            try:
                if start == 0:
                    _write_all(stream.fileno(), frame_bytes(self._header))
                self._write_rows(stream.fileno(), list(digests))
                os.fsync(stream.fileno())
            except OSError:
                with suppress(OSError):
                    stream.truncate(start)
                raise
            return stream.tell()

    def _write_rows(self, descriptor: int, digests: list[Digest]) -> None:
        rows = self.rows(digests)
        at_once = max(1, FRAME_BYTES // self._row_bytes)
        for start in range(0, len(digests), at_once):
            vectors = self._matrix[rows[start : start + at_once]]
            _write_all(descriptor, frame_bytes((b"".join(digests[start : start + at_once]), vectors.tobytes())))


def stored_fingerprints(home: Path) -> list[Path]:
    """The files of all embedders, by name."""
    return sorted(home.glob("fingerprints-*.pkl"))


def reopen(file: Path) -> Fingerprints | None:
    """As whom it says it was written by; None where it does not say."""
    with file.open("rb") as stream:
        try:
            frame = read_frame(stream)
        except DamagedError:
            return None
    match frame:
        case (_magic, int(), str(embedder), int(dimensions)) if 0 < dimensions <= _MOST_DIMENSIONS:
            return Fingerprints(file, embedder, dimensions)
    return None


def forget_fingerprints(home: Path) -> None:
    """Removes them all, also what was moved aside because it was damaged. Who has one open goes on with what is in
    memory; the locks stay, for they may be held."""
    for file in home.glob("fingerprints-*.pkl*"):
        if file.suffix != ".lock":
            file.unlink(missing_ok=True)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
