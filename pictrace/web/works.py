"""Long works that people start, watch, pause and cancel: indexing, and the search for duplicates."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pictrace.errors import Interrupted
from pictrace.events import Cancelled, Committed, Event, Failed, FallenBack, Finished, Found, Notice, Progress, Skipped
from pictrace.job import Job
from pictrace.language import _
from pictrace.questions import DuplicateGroup, IndexReport
from pictrace.web.answers import JobAnswer, JobKind, JobState
from pictrace.web.asking import Asking
from pictrace.web.labels import Labels
from pictrace.web.problems import Problem
from pictrace.worker import Verb

_REMEMBERED_WORKS = 20
_UNDER_WAY = (JobState.RUNNING, JobState.PAUSED)


@dataclass(frozen=True, slots=True)
class Counts:
    found: int
    indexed: int
    reused: int
    skipped: int
    others: int


class Work:
    def __init__(self, number: int, kind: JobKind, *, similar: bool = False) -> None:
        self.id = str(number)
        self.kind = kind
        self.similar = similar
        self.state = JobState.RUNNING
        self.progress: Progress | None = None
        self.message: str | None = None
        self.notices: list[str] = []
        self.skipped: list[Skipped] = []
        self.committed = 0
        self.groups: list[DuplicateGroup] = []
        self.report: IndexReport | None = None
        self._job: Job | None = None
        self._changed = asyncio.Event()

    @property
    def is_under_way(self) -> bool:
        return self.state in _UNDER_WAY

    def answer(self) -> JobAnswer:
        at = self.progress
        return JobAnswer(
            id=self.id,
            kind=self.kind,
            state=self.state,
            stage=None if at is None else at.stage.value,
            done=0 if at is None else at.done,
            total=None if at is None else at.total,
            per_second=None if at is None or not self.is_under_way else at.per_second,
            seconds_left=None if at is None or not self.is_under_way else at.seconds_left,
            message=self.message,
        )

    def counts(self, ready: int) -> Counts:
        """Of an index: what it found, or has found so far."""
        report = self.report
        if report is not None:
            return Counts(report.found, report.indexed, report.reused, len(report.skipped), report.others)
        skipped = len(self.skipped)
        total = 0 if self.progress is None else self.progress.total or 0
        return Counts(max(total, ready + skipped), self.committed, max(0, ready - self.committed), skipped, 0)

    async def changes(self) -> AsyncIterator[JobAnswer]:
        """As it is, and after every change, until it ends."""
        while True:
            changed = self._changed
            yield self.answer()
            if not self.is_under_way:
                return
            await changed.wait()

    async def ended(self) -> None:
        async for _state in self.changes():
            pass

    def pause(self) -> None:
        self._expect_to_be_under_way()
        if self._job is not None:
            self._job.pause()
        self._become(JobState.PAUSED)

    def resume(self) -> None:
        self._expect_to_be_under_way()
        if self._job is not None:
            self._job.resume()
        self._become(JobState.RUNNING)

    def cancel(self) -> None:
        """What was done is kept."""
        self._expect_to_be_under_way()
        if self._job is not None:
            self._job.cancel()
        else:
            self.message = None
            self._become(JobState.CANCELLED)

    async def run(self, asking: Asking, labels: Labels, archives: Sequence[str], after: "Sequence[Work]") -> None:
        """After all those have ended: nothing is read twice at once."""
        if after:
            self.message = _("It begins when the job before it has ended.")
            self._tell()
            for work in after:
                await work.ended()
            self.message = None
        if not self.is_under_way:
            return
        arguments = {"similar": self.similar} if self.kind is JobKind.DUPLICATES else {}
        verb = Verb.INDEX if self.kind is JobKind.INDEX else Verb.DUPLICATES
        question = asking.start(verb, archives=archives, **arguments)
        self._job = question.job
        if self.state is JobState.PAUSED:
            self._job.pause()
        async for event in question:
            if isinstance(event, Failed):
                self.message = asking.problem(event).sentence
                self._become(JobState.CANCELLED if isinstance(event.error, Interrupted) else JobState.FAILED)
            else:
                self._take(event, labels)

    def _take(self, event: Event, labels: Labels) -> None:
        match event:
            case Progress():
                self.progress = event
                self._tell()
            case Skipped():
                self.skipped.append(event)
            case Notice() if not isinstance(event, FallenBack):
                self.notices.append(labels.hide_paths(event.text))
            case Committed(pictures=pictures):
                self.committed += pictures
            case Found(answer=DuplicateGroup() as group):
                self.groups.append(group)
            case Finished(result=IndexReport() as report):
                self.report = report
                self._become(JobState.FINISHED)
            case Cancelled():
                self._become(JobState.CANCELLED)

    def _expect_to_be_under_way(self) -> None:
        if not self.is_under_way:
            raise Problem(409, _("The job has ended already."))

    def _become(self, state: JobState) -> None:
        self.state = state
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Works:
    def __init__(self, asking: Asking, labels: Labels, archives: Sequence[str]) -> None:
        self._asking = asking
        self._labels = labels
        self._archives = archives
        self._works: dict[str, Work] = {}
        self.index = Work(0, JobKind.INDEX)
        """The latest one."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    def all(self) -> list[Work]:
        """The newest first."""
        return list(reversed(self._works.values()))

    def start(self, kind: JobKind, *, similar: bool = False) -> Work:
        """The same work is not done twice at once."""
        for work in self.all():
            if work.is_under_way and (work.kind, work.similar) == (kind, similar):
                return work
        before = [work for work in self._works.values() if work.is_under_way]
        work = Work(next(self._numbers), kind, similar=similar)
        self._works[work.id] = work
        if kind is JobKind.INDEX:
            self.index = work
        task = asyncio.create_task(work.run(self._asking, self._labels, self._archives, before))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        ended = [one for one in self._works.values() if not one.is_under_way]
        for old in ended[: max(0, len(self._works) - _REMEMBERED_WORKS)]:
            del self._works[old.id]
        return work

    def find(self, number: str) -> Work:
        if number not in self._works:
            raise Problem(404, _("There is no such job."))
        return self._works[number]
