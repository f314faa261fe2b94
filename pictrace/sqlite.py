"""Questions and changes put to one SQLite connection, each in a transaction, and why they fail."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from pictrace.home import reason_of
from pictrace.language import _

Row = tuple[Any, ...]
Changes = Sequence[tuple[str, Sequence[Row]]]

_MACHINE_REASONS = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


class DamagedError(sqlite3.DatabaseError):
    """The file is a database, but not with what was written into it."""


def connect(name: str, busy_seconds: float) -> sqlite3.Connection:
    """Used by one thread at a time; which one may change."""
    connection = sqlite3.connect(
        name, timeout=busy_seconds, isolation_level=None, check_same_thread=False, uri=name.startswith("file:")
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def ask(store: sqlite3.Connection, question: str, about: Sequence[Row], types: tuple[type, ...]) -> list[Row | None]:
    with _transaction(store, "BEGIN"):
        answers = [store.execute(question, one).fetchone() for one in about]
    if any(answer is not None and tuple(map(type, answer)) != types for answer in answers):
        raise DamagedError(_("it holds other values"))
    return answers


def change(store: sqlite3.Connection, changes: Changes) -> None:
    with _transaction(store, "BEGIN IMMEDIATE"):
        for statement, rows in changes:
            store.executemany(statement, rows)


@contextmanager
def _transaction(store: sqlite3.Connection, begin: str) -> Iterator[None]:
    store.execute(begin)
    try:
        yield
        store.execute("COMMIT")
    except BaseException:
        # Some failures have rolled back already.
        if store.in_transaction:
            with suppress(sqlite3.DatabaseError):
                store.execute("ROLLBACK")
        raise


def is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF not in _MACHINE_REASONS


def reason_for(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason_of(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return _("disk full")
    if code == sqlite3.SQLITE_IOERR:
        return _("the disk is full, or fails")
    if code == sqlite3.SQLITE_READONLY:
        return _("the disk is read-only")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _("another PicTrace keeps it busy")
    return str(error)
