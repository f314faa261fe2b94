"""What is known of files (where, stamp → SHA-256), and of pictures under their SHA-256: facts, thumbnails, failures."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pictrace.database import Database
from pictrace.language import _, ngettext
from pictrace.picture import Digest, Picture, PictureRef
from pictrace.questions import PictureFacts
from pictrace.sqlite import Row

FORMAT = 1
RACY_NS = 2_000_000_000
"""A file changed so shortly before it was hashed may be changed again without its time telling."""

_SEAL_BYTES = 4

# Names and sentences are kept as bytes: they may hold what no UTF-8 has, such as lone surrogates.
_TABLES = (
    "CREATE TABLE files (key BLOB PRIMARY KEY, stamp BLOB, digest BLOB) WITHOUT ROWID",
    "CREATE TABLE dangerous (key BLOB PRIMARY KEY, stamp BLOB, program BLOB, reason BLOB) WITHOUT ROWID",
    "CREATE TABLE undecodable (digest BLOB PRIMARY KEY, program BLOB, reason BLOB) WITHOUT ROWID",
    # With row numbers: so the index of the digests stays small, however large the thumbnails are.
    "CREATE TABLE pictures (digest BLOB PRIMARY KEY, "
    "width INTEGER, height INTEGER, format BLOB, damaged INTEGER, thumbnail BLOB)",
)


@dataclass(frozen=True, slots=True)
class HashedFile:
    picture: PictureRef
    digest: Digest
    hashed_ns: int
    """When its bytes were read, as time.time_ns() says it."""


@dataclass(frozen=True, slots=True)
class CatalogueStatus:
    files: int
    pictures: int
    bytes: int
    """On disk."""


class Catalogue:
    """Notices say what went wrong with the file behind it; all goes on even so, see Database."""

    def __init__(self, file: Path, program_version: str) -> None:
        self._database = Database(file, _TABLES, FORMAT)
        self._program = program_version.encode()

    @property
    def notices(self) -> list[str]:
        return self._database.notices

    def digests_of(self, pictures: Sequence[PictureRef]) -> list[Digest | None]:
        """None where the file is unknown, has changed, or was hashed while it may still have been changing."""
        about = [(_bytes(picture.key), _bytes(picture.stamp)) for picture in pictures]
        answers = self._database.each("SELECT digest FROM files WHERE key = ? AND stamp = ?", about, (bytes,))
        return [None if row is None or len(row[0]) != 32 else Digest(row[0]) for row in answers]

    def stamps_of(self, keys: Sequence[str]) -> list[str | None]:
        """Those that the files had when they were hashed; None where a file is unknown."""
        answers = self._database.each(
            "SELECT stamp FROM files WHERE key = ?", [(_bytes(key),) for key in keys], (bytes,)
        )
        return [None if row is None else _text(row[0]) for row in answers]

    def unreadable(self, pictures: Sequence[PictureRef]) -> dict[str, str]:
        """Key → reason, of files that this version of the program need not try again: they crashed or stalled the
        decoder, or their content is known to be no picture."""
        about = [(_bytes(picture.key), _bytes(picture.stamp), self._program) for picture in pictures]
        question = "SELECT reason FROM dangerous WHERE key = ? AND stamp = ? AND program = ?"
        dangerous = self._database.each(question, about, (bytes,))
        reasons = {
            picture.key: _text(row[0]) for picture, row in zip(pictures, dangerous, strict=True) if row is not None
        }
        digests = self.digests_of(pictures)
        contents = self.unreadable_contents([digest for digest in digests if digest is not None])
        for picture, digest in zip(pictures, digests, strict=True):
            if digest in contents:
                reasons.setdefault(picture.key, contents[digest])
        return reasons

    def unreadable_contents(self, digests: Sequence[Digest]) -> dict[Digest, str]:
        """Digest → reason, of contents that this version of the program cannot decode."""
        question = "SELECT reason FROM undecodable WHERE digest = ? AND program = ?"
        answers = self._database.each(question, [(digest, self._program) for digest in digests], (bytes,))
        return {digest: _text(row[0]) for digest, row in zip(digests, answers, strict=True) if row is not None}

    def known(self, digests: Sequence[Digest]) -> set[Digest]:
        """Those whose thumbnail is here."""
        return set(self._about("SELECT 1 FROM pictures WHERE digest = ?", digests, (int,)))

    def pictures(self, digests: Sequence[Digest]) -> dict[Digest, Picture]:
        answers = self._about(
            "SELECT thumbnail, width, height, format, damaged FROM pictures WHERE digest = ?",
            digests,
            (bytes, int, int, bytes, int),
        )
        return {
            digest: Picture(thumbnail, width, height, _text(name), bool(damaged))
            for digest, (sealed, width, height, name, damaged) in answers.items()
            if (thumbnail := _unsealed(sealed)) is not None
        }

    def facts(self, digests: Sequence[Digest]) -> dict[Digest, PictureFacts]:
        question = "SELECT width, height, format, damaged FROM pictures WHERE digest = ?"
        answers = self._about(question, digests, (int, int, bytes, int))
        return {
            digest: PictureFacts(width, height, _text(name), bool(damaged))
            for digest, (width, height, name, damaged) in answers.items()
        }

    def thumbnails(self, digests: Sequence[Digest]) -> dict[Digest, bytes]:
        """Damaged ones are left out."""
        answers = self._about("SELECT thumbnail FROM pictures WHERE digest = ?", digests, (bytes,))
        unsealed = {digest: _unsealed(sealed) for digest, (sealed,) in answers.items()}
        return {digest: thumbnail for digest, thumbnail in unsealed.items() if thumbnail is not None}

    def remember(
        self,
        *,
        files: Sequence[HashedFile],
        pictures: Sequence[tuple[Digest, Picture]],
        unreadable: Sequence[tuple[Digest, str]],
    ) -> None:
        """All of it or, should the process die, nothing."""
        settled = [file for file in files if abs(file.hashed_ns - file.picture.modified_ns) >= RACY_NS]
        self._database.change(
            [
                ("DELETE FROM files WHERE key = ?", [(_bytes(file.picture.key),) for file in files]),
                (
                    "INSERT OR REPLACE INTO files (key, stamp, digest) VALUES (?, ?, ?)",
                    [(_bytes(file.picture.key), _bytes(file.picture.stamp), file.digest) for file in settled],
                ),
                ("DELETE FROM undecodable WHERE digest = ?", [(digest,) for digest, _picture in pictures]),
                (
                    "INSERT OR REPLACE INTO pictures (digest, width, height, format, damaged, thumbnail) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (
                            digest,
                            picture.width,
                            picture.height,
                            _bytes(picture.format),
                            picture.damaged,
                            _sealed(picture.thumbnail),
                        )
                        for digest, picture in pictures
                    ],
                ),
                (
                    "INSERT OR REPLACE INTO undecodable (digest, program, reason) VALUES (?, ?, ?)",
                    [(digest, self._program, _bytes(reason)) for digest, reason in unreadable],
                ),
            ]
        )

    def remember_dangerous(self, picture: PictureRef, reason: str) -> None:
        """It crashed or stalled the decoder: passed over until the file or the program changes."""
        row = (_bytes(picture.key), _bytes(picture.stamp), self._program, _bytes(reason))
        statement = "INSERT OR REPLACE INTO dangerous (key, stamp, program, reason) VALUES (?, ?, ?, ?)"
        self._database.change([(statement, [row])])

    def status(self) -> CatalogueStatus:
        return CatalogueStatus(
            files=self._database.count("SELECT count(*) FROM files"),
            pictures=self._database.count("SELECT count(*) FROM pictures"),
            bytes=self._database.size_bytes(),
        )

    def verify(self) -> list[str]:
        """A sentence for each thing that is wrong with what is remembered."""
        found = [_("The catalogue is damaged: {problem}.").format(problem=one) for one in self._database.problems()]
        if not found and (count := self._damaged_thumbnails()):
            sentence = ngettext(
                "{count} thumbnail is damaged; it is made anew when it is needed.",
                "{count} thumbnails are damaged; they are made anew when they are needed.",
                count,
            )
            found.append(sentence.format(count=count))
        return found

    def _damaged_thumbnails(self) -> int:
        thumbnails = self._database.all("SELECT thumbnail FROM pictures")
        return sum(not isinstance(row[0], bytes) or _unsealed(row[0]) is None for row in thumbnails)

    def clear(self) -> None:
        """Forgets everything, also what was moved aside because it was damaged."""
        self._database.clear(
            ["DELETE FROM files", "DELETE FROM dangerous", "DELETE FROM undecodable", "DELETE FROM pictures"]
        )

    def close(self) -> None:
        self._database.close()

    def _about(self, question: str, digests: Sequence[Digest], types: tuple[type, ...]) -> dict[Digest, Row]:
        answers = self._database.each(question, [(digest,) for digest in digests], types)
        return {digest: row for digest, row in zip(digests, answers, strict=True) if row is not None}


def _sealed(thumbnail: bytes) -> bytes:
    """SQLite would not notice if some of its bytes became others."""
    return thumbnail + zlib.crc32(thumbnail).to_bytes(_SEAL_BYTES)


def _unsealed(sealed: bytes) -> bytes | None:
    thumbnail = sealed[:-_SEAL_BYTES]
    return thumbnail if _sealed(thumbnail) == sealed else None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(stored: bytes) -> str:
    try:
        return stored.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return stored.decode("utf-8", "replace")
