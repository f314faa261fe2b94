"""One SQLite file that may break, fill the disk, be shared by processes or be an attacker's, and the work goes on."""

import errno
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock

from filelock import FileLock

from pictrace.errors import MachineRefuses
from pictrace.home import cannot_save, make_home, move_aside, moved_aside
from pictrace.language import _
from pictrace.sqlite import Changes, DamagedError, Row, ask, change, connect, is_damage, reason_for

BUSY_SECONDS = 60.0


class Database:
    """Answers and keeps what it is told, always.

    A damaged file is moved aside and begun anew. Where the file cannot be written, changes go to a temporary database
    that answers first. Both are told in notices. Raises MachineRefuses where the file was written by a newer version,
    or when not even temporary files can be written.
    """

    def __init__(self, file: Path, tables: Sequence[str], version: int) -> None:
        """The tables are CREATE statements, word by word as SQLite repeats them."""
        self.notices: list[str] = []
        self._file = file
        self._tables = tables
        self._version = version
        self._turn = RLock()
        self._lock = FileLock(f"{file}.lock", timeout=BUSY_SECONDS, mode=0o600, poll_interval=0.01)
        self._kept: sqlite3.Connection | None = None
        self._kept_is: tuple[int, int] | None = None
        self._was_mended = False
        self._spilled: sqlite3.Connection | None = None
        try:
            make_home(file.parent)
            with self._lock:
                self._open()
        except (OSError, sqlite3.DatabaseError) as error:
            self._kept = self._open_unchangeable()
            self._spill(error)

    def each(self, question: str, about: Sequence[Row], types: tuple[type, ...]) -> list[Row | None]:
        """The answer to the question about each of these, None where there is none.

        An answer of other types is damage: then, as after any other trouble with the file, all it said is forgotten.
        """
        with self._turn:
            answers: list[Row | None] = [None] * len(about)
            if self._kept is not None:
                try:
                    answers = ask(self._kept, question, about, types)
                except sqlite3.DatabaseError as error:
                    self._recover(error)
            if self._spilled is not None:
                newer = ask(self._spilled, question, about, types)
                answers = [old if new is None else new for old, new in zip(answers, newer, strict=True)]
            return answers

    def change(self, changes: Changes) -> None:
        """Statements, each with the rows it is carried out for; all or none. They survive the death of the process."""
        with self._turn:
            while True:
                store = self._spilled or self._kept
                if store is None:
                    raise sqlite3.ProgrammingError("the database is closed")
                try:
                    return change(store, changes)
                except sqlite3.DatabaseError as error:
                    if store is self._spilled:
                        raise cannot_save(reason_for(error)) from error
                    self._recover(error)

    def count(self, question: str) -> int:
        with self._turn:
            try:
                return sum(row[0] for row in self._each_store(question))
            except sqlite3.DatabaseError as error:
                self._recover(error)
                return 0

    def size_bytes(self) -> int:
        """On disk, with what is not yet merged into the file itself."""
        size = 0
        for file in self._files():
            with suppress(OSError):
                size += file.stat().st_size
        return size

    def all(self, question: str) -> Iterator[Row]:
        """Row by row, without holding them all. Raises sqlite3.DatabaseError where the file turns out to be damaged."""
        with self._turn:
            for store in self._stores():
                yield from store.execute(question)

    def problems(self) -> list[str]:
        """What is wrong with the file, as SQLite puts it; empty when it is sound."""
        try:
            return [str(row[0]) for row in self._each_store("PRAGMA integrity_check") if row[0] != "ok"]
        except sqlite3.DatabaseError as error:
            return [reason_for(error)]

    def clear(self, deletions: Sequence[str]) -> None:
        """Afterwards no file holds anything of what was remembered, also none that was moved aside."""
        with self._turn:
            try:
                try:
                    self._delete(deletions)
                except sqlite3.DatabaseError as error:
                    if not is_damage(error):
                        raise
                    self._recover(error)
                for damaged in moved_aside(self._file):
                    damaged.unlink()
            except (OSError, sqlite3.DatabaseError) as error:
                refusal = _("{file} cannot be cleared ({reason}).")
                raise MachineRefuses(refusal.format(file=self._file, reason=reason_for(error))) from error

    def _delete(self, deletions: Sequence[str]) -> None:
        for store in self._stores():
            change(store, [(deletion, [()]) for deletion in deletions])
        if self._kept is not None:
            self._kept.execute("VACUUM")
            self._kept.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        elif self._file.is_file():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def close(self) -> None:
        with self._turn:
            for store in self._stores():
                store.close()
            self._kept = self._spilled = None

    def _files(self) -> list[Path]:
        return [self._file, *(self._file.with_name(self._file.name + ending) for ending in ("-wal", "-shm"))]

    def _stores(self) -> list[sqlite3.Connection]:
        return [store for store in (self._kept, self._spilled) if store is not None]

    def _each_store(self, question: str) -> list[Row]:
        with self._turn:
            return [row for store in self._stores() for row in store.execute(question)]

    def _open(self) -> None:
        """The lock is held: two processes must neither begin nor replace one file at the same time."""
        try:
            self._kept = self._connect()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._move_aside()
            self._kept = self._connect()
        facts = self._file.stat()
        self._kept_is = (facts.st_dev, facts.st_ino)

    def _connect(self) -> sqlite3.Connection:
        # Made here and not by SQLite, which would let everybody read it.
        os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
        connection = connect(str(self._file), BUSY_SECONDS)
        try:
            if not self._is_ours(connection):
                change(connection, [(statement, [()]) for statement in (*self._tables, self._mark)])
            # A write-ahead log lets others read while one writes. Not syncing at every commit can cost the last ones
            # in a power cut, never the file; the death of the process costs nothing, the system has them already.
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def _mark(self) -> str:
        return f"PRAGMA user_version = {self._version}"

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        """False when it is empty. Exactly our tables and nothing else: a foreign trigger or view would be code."""
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > self._version:
            refusal = _("{file} was written by a newer PicTrace. Update PicTrace, or move the file elsewhere.")
            raise MachineRefuses(refusal.format(file=self._file))
        try:
            found = [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        except UnicodeDecodeError as error:
            # SQLite's complaint quotes what is damaged.
            raise DamagedError(_("it holds other tables")) from error
        if version == 0 and not found:
            return False
        if version != self._version or Counter(found) != Counter(self._tables):
            raise DamagedError(_("it holds other tables"))
        return True

    def _open_unchangeable(self) -> sqlite3.Connection | None:
        """What was remembered can still be read from a disk that cannot be written, unless a process died there."""
        with suppress(OSError, sqlite3.DatabaseError):
            if self._file.is_file() and not any(file.exists() for file in self._files()[1:]):
                connection = connect(f"{self._file.absolute().as_uri()}?mode=ro&immutable=1", BUSY_SECONDS)
                ours = False
                try:
                    ours = self._is_ours(connection)
                finally:
                    if not ours:
                        connection.close()
                return connection if ours else None
        return None

    def _recover(self, error: sqlite3.DatabaseError) -> None:
        """Afterwards there is somewhere to write to: a new file in the damaged one's place, or a temporary one."""
        if isinstance(error, sqlite3.ProgrammingError):
            raise error
        reason: Exception = error
        if is_damage(error) and not self._was_mended and self._spilled is None and self._kept is not None:
            self._was_mended = True
            self._kept.close()
            self._kept = None
            try:
                with self._lock:
                    facts = self._file.stat()
                    # Another process may have replaced it already.
                    if (facts.st_dev, facts.st_ino) == self._kept_is:
                        self._move_aside()
                    self._open()
                return
            except (OSError, sqlite3.DatabaseError) as trouble:
                reason = trouble
        self._spill(reason)

    def _move_aside(self) -> None:
        for log in self._files()[1:]:
            log.unlink(missing_ok=True)
        aside = move_aside(self._file)
        notice = _("{file} was damaged and is now {aside}. What it held is found out again.")
        self.notices.append(notice.format(file=self._file, aside=aside.name))

    def _spill(self, reason: Exception) -> None:
        if self._spilled is not None:
            return
        refusal = cannot_save(reason_for(reason))
        spilled = connect("", BUSY_SECONDS)
        try:
            change(spilled, [(statement, [()]) for statement in self._tables])
        except sqlite3.DatabaseError as error:
            spilled.close()
            raise refusal from error
        self._spilled = spilled
        self.notices.append(refusal.message)
