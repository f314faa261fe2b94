"""How fast a long work goes, and how long it will still take."""

import time
from collections import deque

from pictrace.events import Progress, Stage

_EVERY_SECONDS = 0.1
_WINDOW_SECONDS = 10.0


class Pace:
    """Makes the Progress of one stage, at most every tenth of a second."""

    def __init__(self, stage: Stage, total: int | None = None) -> None:
        self._stage = stage
        self._total = total
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self._told = 0.0

    def is_due(self) -> bool:
        return time.monotonic() - self._told >= _EVERY_SECONDS

    def progress(self, done: int, worked: int | None = None) -> Progress:
        """`worked` leaves out what cost nothing, so that the time left is not too hopeful."""
        worked = done if worked is None else worked
        now = self._told = time.monotonic()
        self._marks.append((now, worked))
        while self._marks[0][0] < now - _WINDOW_SECONDS:
            self._marks.popleft()
        since, before = self._marks[0]
        rate = (worked - before) / (now - since) if now > since and worked > before else None
        left = (self._total - done) / rate if rate and self._total is not None else None
        return Progress(self._stage, done, self._total, rate, left)
