"""Pictures for the window, decoded by threads so that the window never waits for a disk or a decoder."""

import contextlib
import os
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

from PIL import Image

from pictrace.errors import PicTraceError, PictureUnreadable
from pictrace.language import _

_MOST_WAITING = 1000
"""More than any screen shows at a time: whoever asked for what is dropped has scrolled on long ago."""
_CLOSE_SECONDS = 0.02
_NICENESS = 10

Key = TypeVar("Key", bound=Hashable)
Read = TypeVar("Read")


class Loader(Generic[Key, Read]):
    """Reads what is asked for, the newest request first; remembers so many megabytes of what it read last.

    `read` is called by several threads at a time. What it raises as PicTraceError or OSError is delivered as
    PictureUnreadable, and not remembered, so that asking again tries again. All methods are for the window's thread.
    """

    def __init__(
        self, read: Callable[[Key], Read], bytes_of: Callable[[Read], int], threads: int, megabytes: int
    ) -> None:
        self._read = read
        self._bytes_of = bytes_of
        self._most_bytes = megabytes << 20
        self._bytes = 0
        self._remembered: OrderedDict[Key, Read] = OrderedDict()
        self._done: deque[tuple[Key, Read | PictureUnreadable]] = deque()
        self._waiting: OrderedDict[Key, None] = OrderedDict()
        self._reading: set[Key] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"pictures-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def request(self, key: Key) -> None:
        """It will come out of poll. Of many requests the last is read first, and very old ones are dropped."""
        known = self.remembered(key)
        with self._changed:
            if known is not None:
                self._done.append((key, known))
            elif key not in self._reading:
                self._waiting[key] = None
                self._waiting.move_to_end(key)
                if len(self._waiting) > _MOST_WAITING:
                    self._waiting.popitem(last=False)
                self._changed.notify()

    def remembered(self, key: Key) -> Read | None:
        """At once, without a request."""
        image = self._remembered.get(key)
        if image is not None:
            self._remembered.move_to_end(key)
        return image

    def poll(self, max_ms: float) -> Iterator[tuple[Key, Read | PictureUnreadable]]:
        """What is ready, one by one, for as long as max_ms have not passed; the rest comes next time.

        The time that the caller takes to draw each counts too. The last request of a key may come out twice.
        """
        until = time.perf_counter() + max_ms / 1000
        while self._done:
            key, result = self._done.popleft()
            if not isinstance(result, PictureUnreadable):
                self._remember(key, result)
            yield key, result
            if time.perf_counter() >= until:
                return

    def drop_waiting(self) -> None:
        """What is asked for and not begun will not be read."""
        with self._changed:
            self._waiting.clear()

    @property
    def idle(self) -> bool:
        """Nothing is asked for that did not come out of poll."""
        with self._changed:
            return not (self._waiting or self._reading or self._done)

    def close(self) -> None:
        """Drops what waits. A thread that hangs in a slow disk is left behind, and ends with the process."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        until = time.monotonic() + _CLOSE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._done.clear()
        self._remembered.clear()

    def _remember(self, key: Key, image: Read) -> None:
        if key in self._remembered:
            self._bytes -= self._bytes_of(self._remembered.pop(key))
        self._remembered[key] = image
        self._bytes += self._bytes_of(image)
        while self._bytes > self._most_bytes and len(self._remembered) > 1:
            self._bytes -= self._bytes_of(self._remembered.popitem(last=False)[1])

    def _work(self) -> None:
        _give_way()
        while (key := self._next()) is not None:
            result = self._result(key[0])
            with self._changed:
                self._reading.discard(key[0])
                if not self._closed:
                    self._done.append((key[0], result))

    def _next(self) -> tuple[Key] | None:
        """The key is wrapped, since None may be one."""
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            key = self._waiting.popitem(last=True)[0]
            self._reading.add(key)
            return (key,)

    def _result(self, key: Key) -> Read | PictureUnreadable:
        try:
            return self._read(key)
        except PictureUnreadable as error:
            return error
        except PicTraceError as error:
            return PictureUnreadable(error.message)
        except OSError as error:
            return PictureUnreadable(_("It cannot be read ({error}).").format(error=error.strerror or error))


class PictureLoader(Loader[Key, Image.Image]):
    def __init__(self, read: Callable[[Key], Image.Image], threads: int = 2, megabytes: int = 96) -> None:
        super().__init__(read, bytes_of, threads, megabytes)


def _give_way() -> None:
    """To the window's thread, where processors are few. Only Linux knows the priority of a single thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def bytes_of(image: Image.Image) -> int:
    """Pillow keeps a pixel of several bands in four bytes."""
    return image.width * image.height * (1 if len(image.getbands()) == 1 else 4)
