"""What a command shows: answers on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Iterator
from typing import Any, Self
from unicodedata import category

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from pictrace.errors import Interrupted
from pictrace.events import Cancelled, Event, Failed, Notice, Progress, Stage
from pictrace.job import Job
from pictrace.language import _
from pictrace.wording import described


def harmless(text: str) -> str:
    """Text that comes from files, without what a terminal would obey or could not show."""
    return "".join(
        letter if letter.isprintable() or category(letter) == "Zs" else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def say(text: str) -> None:
    """A notice; never mixed with the answers."""
    print(harmless(text), file=sys.stderr)  # noqa: T201


def answer(text: str = "") -> None:
    print(text)  # noqa: T201


def answer_json(value: Any) -> None:
    """One line, plain ASCII: odd names survive every terminal and pipe."""
    print(json.dumps(value, ensure_ascii=True), flush=True)  # noqa: T201


class ProgressLine:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._stage: Stage | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        if self._task is None or progress.stage is not self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task("", total=None)
            self._stage = progress.stage
        self._bar.update(self._task, description=described(progress), completed=progress.done, total=progress.total)


def follow(events: Iterator[Event], job: Job | None = None) -> Iterator[Event]:
    """Shows progress and notices; hands on the rest. Ctrl-C asks the job to end, and what it did is kept."""
    stopping = False
    with ProgressLine() as line:
        while True:
            try:
                event = next(events, None)
            except KeyboardInterrupt:
                if job is None or stopping:
                    raise Interrupted(_("Stopped.")) from None
                stopping = True
                job.cancel()
                events = iter(job)
                continue
            match event:
                case None:
                    return
                case Progress():
                    line.show(event)
                case Notice(text=text):
                    say(text)
                case Cancelled():
                    raise Interrupted(_("Stopped. What was done is kept; the rest continues next time."))
                case Failed(error=error, details=details):
                    for detail in details.splitlines():
                        say(detail)
                    raise error
                case _:
                    yield event
