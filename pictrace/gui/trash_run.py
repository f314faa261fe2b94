"""Moving to the trash in a thread, so that the window never waits for a disk."""

import queue
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from pictrace.gui.trash import Removal, Stayed, Trashed, move_to_trash


class TrashRun:
    """Begins at once. All methods are for the window's thread."""

    def __init__(self, removals: Sequence[Removal], home: Path) -> None:
        self._removals = removals
        self._home = home
        self._answers: queue.SimpleQueue[Trashed | Stayed] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="trash", daemon=True)
        self._thread.start()

    def poll(self) -> list[Trashed | Stayed]:
        """What happened since the last time."""
        return [self._answers.get() for _answer in range(self._answers.qsize())]

    @property
    def running(self) -> bool:
        """Once this is False, one more poll gets the last answers."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """The file that is in hand is finished; the others stay."""
        self._stopping.set()

    def _work(self) -> None:
        with closing(move_to_trash(self._removals, self._home)) as answers:
            for answer in answers:
                self._answers.put(answer)
                if self._stopping.is_set():
                    return
