"""Copies of the results, put into a folder while everything else goes on."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pictrace.events import Cancelled, Event, Failed, Finished, Progress, Stage
from pictrace.gui.errands import Errands
from pictrace.gui.files import NotCopied, copy_to_folder
from pictrace.gui.state import State
from pictrace.language import _, ngettext
from pictrace.pace import Pace
from pictrace.picture import PictureRef


class Copying:
    """One at a time."""

    def __init__(self, errands: Errands, state: State, notify: Callable[[str], None]) -> None:
        self._errands = errands
        self._state = state
        self._notify = notify
        self._stop: threading.Event | None = None

    def begin(self, pictures: Sequence[PictureRef], folder: Path) -> None:
        if self._state.copying is None and pictures:
            self._state.copying = Progress(Stage.COPYING, 0, len(pictures))
            self._stop = self._errands.follow(_copies(pictures, folder), self._tell)

    def cancel(self) -> None:
        """The picture in hand is finished; what was copied stays."""
        if self._stop is not None:
            self._stop.set()

    def _tell(self, event: Event) -> None:
        match event:
            case Progress():
                self._state.copying = event
            case Finished(result=(int(done), list(refused))):
                self._end(_told(done, refused))
            case Cancelled():
                self._end(_("Copying was stopped. What was copied before stays."))
            case Failed(error=error):
                self._end(error.message)

    def _end(self, sentence: str) -> None:
        self._state.copying = None
        self._notify(sentence)


def _copies(pictures: Sequence[PictureRef], folder: Path) -> Iterator[Event]:
    refused: list[NotCopied] = []
    pace = Pace(Stage.COPYING, len(pictures))
    for done, answer in enumerate(copy_to_folder(pictures, folder), start=1):
        if isinstance(answer, NotCopied):
            refused.append(answer)
        if pace.is_due():
            yield pace.progress(done)
    yield Finished((len(pictures) - len(refused), refused))


def _told(done: int, refused: Sequence[NotCopied]) -> str:
    told = ngettext("{count:,} picture was copied.", "{count:,} pictures were copied.", done).format(count=done)
    if refused:
        sentence = ngettext(
            "{count:,} could not be copied: {name}: {reason}",
            "{count:,} could not be copied, such as {name}: {reason}",
            len(refused),
        )
        first = refused[0]
        told = f"{told} {sentence.format(count=len(refused), name=first.picture.name, reason=first.reason)}"
    return told
