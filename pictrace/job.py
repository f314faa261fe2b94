"""A handle on work that runs in the worker process."""

import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from pictrace.events import Cancelled, Committed, Decoding, Event, Failed, Finished, Found, Skipped
from pictrace.picture import Match
from pictrace.questions import IndexReport, SearchAnswer
from pictrace.worker import Control, MoreMatches, Order, Start

_LOOK_SECONDS = 0.2
_SILENCE_SECONDS = 5.0
"""How much longer than the time limit of one picture a worker may say nothing with pictures in hand."""


class Job:
    """Events may be polled (a window) or iterated (a command); the last is Finished, Cancelled or Failed."""

    def __init__(
        self, start: Start, send: Callable[[Control], None], picture_seconds: float, wake: Callable[[], None] | None
    ) -> None:
        self.start = start
        self.paused = self.cancelled = False
        self.in_hand: tuple[str, ...] = ()
        """The keys of the pictures that are being decoded."""
        self._overdue_at = 0.0
        self._send = send
        self._picture_seconds = picture_seconds
        self._wake = wake
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._skipped: set[Skipped] = set()
        self._found = self._found_again = 0
        self._matches: tuple[Match, ...] = ()
        self._committed = self._committed_before = 0

    def poll(self, most: int = 200) -> list[Event]:
        """What has happened since, without waiting."""
        events: list[Event] = []
        try:
            while len(events) < most:
                events.append(self._events.get_nowait())
        except queue.Empty:
            pass
        return events

    def __iter__(self) -> Iterator[Event]:
        while True:
            try:
                event = self._events.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            yield event
            if isinstance(event, Finished | Cancelled | Failed):
                return

    def pause(self) -> None:
        self.paused = True
        self._send(Control(self.start.job, Order.PAUSE))

    def resume(self) -> None:
        self._overdue_at = self._overdue_from_now()
        self.paused = False
        self._send(Control(self.start.job, Order.RESUME))

    def cancel(self) -> None:
        self.cancelled = True
        self._send(Control(self.start.job, Order.CANCEL))

    @property
    def is_overdue(self) -> bool:
        """Whether the worker says nothing, or nothing new, for longer than any picture may take."""
        return bool(self.in_hand) and not self.paused and time.monotonic() > self._overdue_at

    def decodes(self, event: Decoding) -> None:
        """From the supervisor."""
        self.in_hand = event.keys
        is_overdue = event.oldest_seconds > self._picture_seconds
        self._overdue_at = time.monotonic() if is_overdue else self._overdue_from_now()

    def tell(self, event: Event | MoreMatches) -> None:
        """From the supervisor: what the front end has heard before a restart it does not hear again."""
        match event:
            case MoreMatches(matches):
                self._matches += matches
                return
            case Found(answer=SearchAnswer() as answer):
                event = Found(replace(answer, matches=self._matches))
                self._matches = ()
        match event:
            case Skipped():
                if event in self._skipped:
                    return
                self._skipped.add(event)
            case Found():
                self._found_again += 1
                if self._found_again <= self._found:
                    return
                self._found = self._found_again
            case Committed(pictures=pictures):
                self._committed += pictures
            case Finished(result=IndexReport() as report):
                event = Finished(
                    replace(
                        report,
                        indexed=report.indexed + self._committed_before,
                        reused=report.reused - self._committed_before,
                    )
                )
        self._events.put(event)
        if self._wake is not None:
            self._wake()

    def begin_again(self) -> None:
        self.in_hand = ()
        self._found_again = 0
        self._matches = ()
        self._committed_before = self._committed

    def _overdue_from_now(self) -> float:
        return time.monotonic() + self._picture_seconds + _SILENCE_SECONDS
