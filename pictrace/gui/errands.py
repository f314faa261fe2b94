"""Small works that may wait for a disk or a network: done in threads, answered on the window's thread."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from pictrace.errors import MachineRefuses, PicTraceError
from pictrace.events import Cancelled, Event, Failed

T = TypeVar("T")


class Errands:
    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._under_way: list[threading.Thread] = []

    def run(self, work: Callable[[], T], then: Callable[[T | PicTraceError], None]) -> None:
        """`work` is called in a thread; `then` by poll, with what it returned, or why it could not."""

        def errand() -> None:
            answer = _answer_of(work)
            self._answers.put(lambda: then(answer))

        self._begin(errand)

    def follow(self, events: Iterator[Event], tell: Callable[[Event], None]) -> threading.Event:
        """`events` is iterated in a thread; `tell` is called by poll with each, last with Finished, Cancelled or
        Failed. Set the answer to cancel it."""
        stop = threading.Event()

        def errand() -> None:
            def iterate() -> Event | None:
                for event in events:
                    self._answers.put(lambda event=event: tell(event))  # type: ignore[misc]
                    if stop.is_set():
                        events.close()  # type: ignore[attr-defined]
                        return Cancelled()
                return None

            last = _answer_of(iterate)
            if isinstance(last, PicTraceError):
                last = Failed(last, "")
            if last is not None:
                self._answers.put(lambda: tell(last))

        self._begin(errand)
        return stop

    def poll(self, most: int = 50) -> bool:
        """True if there was an answer."""
        for done in range(most):
            try:
                answer = self._answers.get_nowait()
            except queue.Empty:
                return done > 0
            answer()
        return True

    def close(self, seconds: float) -> None:
        """What can be finished in this time is: a copy is whole then. What waits for a network is left behind."""
        until = time.monotonic() + seconds
        for thread in self._under_way:
            thread.join(max(0.0, until - time.monotonic()))

    def _begin(self, errand: Callable[[], None]) -> None:
        self._under_way = [thread for thread in self._under_way if thread.is_alive()]
        # A daemon: nothing that a disk or a server does may keep the program from ending.
        thread = threading.Thread(target=errand, name="errand", daemon=True)
        self._under_way.append(thread)
        thread.start()


def _answer_of(work: Callable[[], T]) -> T | PicTraceError:
    try:
        return work()
    except PicTraceError as error:
        return error
    except OSError as error:
        return MachineRefuses(error.strerror or str(error))
