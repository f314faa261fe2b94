"""The engine in a process of its own: heavy imports, crashing decoders and full memory stay away from the window.

Messages to it: Start, Control. From it: (job, event) and (job, MoreMatches) pairs."""

import contextlib
import faulthandler
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pictrace.errors import PicTraceError
from pictrace.events import Cancelled, Event, Failed, Found
from pictrace.home import make_home
from pictrace.language import _
from pictrace.picture import Match
from pictrace.questions import Distrust, EmbedderChoice, SearchAnswer
from pictrace.settings import Settings

_PART = 500
"""How many matches one message holds."""


class Verb(StrEnum):
    INDEX = "index"
    SEARCH = "search"
    DUPLICATES = "duplicates"
    EXPLAIN = "explain"
    PICTURES = "pictures"
    LOOK_UP = "look_up"
    PREVIEW = "preview"


class Order(StrEnum):
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Start:
    job: int
    verb: Verb
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Control:
    job: int
    order: Order


@dataclass(frozen=True, slots=True)
class MoreMatches:
    """Of the answer that comes next."""

    matches: tuple[Match, ...]


def serve(
    connection: Connection,
    settings: Settings,
    embedder: EmbedderChoice,
    distrust: Distrust,
    private_addresses: bool,
) -> None:
    """The life of the worker process. It ends when the other side hangs up."""
    _lower_priority()
    _send_noise_to(settings.home / "worker.log")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        _Worker(connection, (settings, embedder, distrust, private_addresses)).run()


class _Worker:
    def __init__(
        self, connection: Connection, engine_arguments: tuple[Settings, EmbedderChoice, Distrust, bool]
    ) -> None:
        self._connection = connection
        self._engine: Any = None
        self._engine_arguments = engine_arguments
        self._running: dict[int, Iterator[Event]] = {}
        self._paused: set[int] = set()

    def run(self) -> None:
        """All jobs in turns, one event each, so that a search does not wait for the end of an indexing."""
        try:
            while True:
                active = [job for job in self._running if job not in self._paused]
                while self._connection.poll(0 if active else None):
                    self._obey(self._connection.recv())
                    active = [job for job in self._running if job not in self._paused]
                for job in active:
                    self._step(job)
        finally:
            for verb in self._running.values():
                verb.close()  # type: ignore[attr-defined]

    def _obey(self, message: Start | Control) -> None:
        if isinstance(message, Start):
            self._running[message.job] = self._verb(message)
        elif message.order is Order.PAUSE:
            self._paused.add(message.job)
        elif message.order is Order.RESUME:
            self._paused.discard(message.job)
        elif message.job in self._running:
            self._cancel(message.job)

    def _verb(self, start: Start) -> Iterator[Event]:
        if self._engine is None:
            from pictrace.engine import Engine

            self._engine = Engine(*self._engine_arguments)
        yield from getattr(self._engine, start.verb)(**start.arguments)

    def _step(self, job: int) -> None:
        try:
            event = next(self._running[job], None)
        except Exception as error:  # noqa: BLE001 - a bug ends its job with a message, not the worker of all others
            self._end(job, _failed(error))
        else:
            if event is None:
                self._running.pop(job)
            else:
                self._tell(job, event)

    def _tell(self, job: int, event: Event) -> None:
        """A long answer in parts: a window that unpickles it all at once stands still for as long."""
        if isinstance(event, Found) and isinstance(event.answer, SearchAnswer):
            matches = event.answer.matches
            for start in range(0, len(matches), _PART):
                self._connection.send((job, MoreMatches(matches[start : start + _PART])))
            event = Found(replace(event.answer, matches=()))
        self._connection.send((job, event))

    def _cancel(self, job: int) -> None:
        try:
            self._running[job].close()  # type: ignore[attr-defined]
        except Exception as error:  # noqa: BLE001 - as above: closing commits what was done
            self._end(job, _failed(error))
        else:
            self._end(job, Cancelled())

    def _end(self, job: int, event: Event) -> None:
        self._running.pop(job, None)
        self._paused.discard(job)
        self._connection.send((job, event))


def _failed(error: Exception) -> Failed:
    if isinstance(error, PicTraceError):
        return Failed(error, "")
    bug = PicTraceError(_("Something went wrong inside PicTrace: {error}").format(error=repr(error)))
    return Failed(bug, "".join(traceback.format_exception(error)))


def _send_noise_to(log: Path) -> None:
    """Decoders in C complain on standard error about pictures that are merely damaged; only a crash is of interest."""
    try:
        make_home(log.parent)
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        target = os.open(os.devnull, os.O_WRONLY)
    os.dup2(target, 2)
    os.close(target)
    faulthandler.enable()


def _lower_priority() -> None:
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        ctypes.windll.kernel32.SetPriorityClass(ctypes.windll.kernel32.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)
