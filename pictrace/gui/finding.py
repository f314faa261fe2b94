"""The two jobs of a search: reading what is not known yet, and answering over what is ready."""

import time
from collections.abc import Iterator

from pictrace.engine_process import EngineProcess
from pictrace.events import Cancelled, Event, Failed, FallenBack, Finished, Found, Notice, Progress, Skipped
from pictrace.gui.state import Phase, State
from pictrace.job import Job
from pictrace.questions import IndexReport, QueryFailed, SearchAnswer, SearchOptions
from pictrace.worker import Verb

MOST_RESULTS = 20_000
_MOST_SO_FAR = 500
_SO_FAR_SECONDS = 1.5
_LONG_SECONDS = 0.3
_READ_AGAIN_SECONDS = 20.0
"""So long after a place was read through, a search takes it for unchanged; later it looks again afterwards."""


class Finding:
    """Writes into the state what it learns. `changed` says that it did."""

    def __init__(self, state: State, engine: EngineProcess) -> None:
        self._state = state
        self._engine = engine
        self._index: Job | None = None
        self._search: Job | None = None
        self._search_began = self._search_ended = self._search_took = 0.0
        self._known: tuple[tuple[str, ...], bool] | None = None
        """The place that the worker has read through, and when."""
        self._known_at = 0.0
        self._wanted_again = False
        self.changed = False

    @property
    def knows_the_archives(self) -> bool:
        """A search needs no reading first."""
        state = self._state
        return self._known == state.place and state.phase is not Phase.INDEXING

    def begin(self) -> None:
        state = self._state
        self._wanted_again = state.phase is Phase.STOPPING
        if not state.archives or state.phase in (Phase.INDEXING, Phase.STOPPING):
            return
        state.trouble = None
        state.stopped = False
        state.notices = []
        self.changed = True
        if self.knows_the_archives:
            self._start_search(MOST_RESULTS)
        else:
            self._start_index()

    def pause(self) -> None:
        """Or goes on."""
        state = self._state
        if self._index is not None and state.phase is Phase.INDEXING:
            state.paused = not state.paused
            self._index.pause() if state.paused else self._index.resume()
            self.changed = True

    def cancel(self) -> None:
        state = self._state
        for job in (self._index, self._search):
            if job is not None:
                job.cancel()
        if self._index is not None:
            state.phase = Phase.STOPPING
        elif state.phase is Phase.SEARCHING:
            state.phase = Phase.IDLE
        self._search = None
        state.searching_long = False
        self.changed = True

    def forget(self) -> None:
        """What runs is ended, and nothing it says is heard any more."""
        for job in (self._index, self._search):
            if job is not None:
                job.cancel()
        self._index = self._search = None
        self._wanted_again = False
        self._state.phase = Phase.IDLE
        self._state.searching_long = False

    def use(self, engine: EngineProcess) -> None:
        """A new worker, which knows nothing."""
        self.forget()
        self._engine = engine
        self._known = None

    def poll(self) -> None:
        for event in self._events(self._index):
            self._indexing(event)
        for event in self._events(self._search):
            self._searching(event)
        self._go_on()

    def _events(self, job: Job | None) -> Iterator[Event]:
        for event in job.poll() if job is not None else ():
            self.changed = True
            yield event

    def _indexing(self, event: Event) -> None:
        state = self._state
        match event:
            case Progress():
                state.progress = event
                state.ready = max(0, event.done - len(state.skipped)) if event.total is not None else 0
            case Skipped():
                state.skipped.append(event)
            case Notice():
                self._notice(event)
            case Finished(result=IndexReport() as report):
                self._index_ended(report)
                if state.chosen is not None and (state.answer_is_old or not state.answer_is_whole):
                    self._start_search(MOST_RESULTS)
            case Cancelled() | Failed():
                self._index_ended(None)
                state.stopped = isinstance(event, Cancelled) and state.progress is not None
                if isinstance(event, Failed):
                    self._fail(event)

    def _index_ended(self, report: IndexReport | None) -> None:
        state = self._state
        self._index = None
        self._known, self._known_at = (state.place, time.monotonic()) if report is not None else (None, 0.0)
        if report is not None:
            if report.indexed or state.report is None or report.found != state.report.found:
                state.answer_is_whole = False
            state.skipped = list(report.skipped)
        state.report = report
        state.phase = Phase.IDLE if self._search is None else Phase.SEARCHING
        state.paused = False
        if self._wanted_again:
            self.begin()

    def _searching(self, event: Event) -> None:
        state = self._state
        match event:
            case Notice():
                self._notice(event)
            case Found(answer=SearchAnswer() as answer) if answer.searched or state.phase is not Phase.INDEXING:
                state.take(answer)
                state.answer_is_old = False
            case Found(answer=QueryFailed(reason=reason)):
                state.query_problem = reason
            case Finished() | Cancelled() | Failed():
                self._search_ended_with(event)

    def _search_ended_with(self, event: Finished[object] | Cancelled | Failed) -> None:
        state = self._state
        self._search = None
        self._search_ended = time.monotonic()
        self._search_took = self._search_ended - self._search_began
        state.searching_long = False
        if isinstance(event, Failed):
            self._fail(event)
        if state.phase is Phase.SEARCHING:
            state.phase = Phase.IDLE
            state.answer_is_whole = isinstance(event, Finished)
            if state.answer_is_whole and self._search_ended - self._known_at > _READ_AGAIN_SECONDS:
                self._start_index()

    def _go_on(self) -> None:
        """What time brings: a spinner, and the next search while pictures are read."""
        state = self._state
        now = time.monotonic()
        if self._search is not None:
            long = now - self._search_began > _LONG_SECONDS and state.phase is Phase.SEARCHING
            self.changed |= long != state.searching_long
            state.searching_long = long
        elif (
            state.phase is Phase.INDEXING
            and not state.paused
            and state.ready > 0
            and now - self._search_ended > max(_SO_FAR_SECONDS, 4 * self._search_took)
            and (state.answer_is_old or not state.answer_is_whole)
        ):
            self._start_search(_MOST_SO_FAR)

    def _start_index(self) -> None:
        state = self._state
        state.phase = Phase.INDEXING
        state.paused = False
        state.progress = None
        state.ready = 0
        state.skipped = []
        state.gone.clear()
        archives, subfolders = state.place
        self._index = self._engine.start(Verb.INDEX, archives=archives, subfolders=subfolders)

    def _start_search(self, top: int) -> None:
        state = self._state
        if state.chosen is None or state.query_problem is not None:
            return
        if self._search is not None:
            self._search.cancel()
        if state.phase is not Phase.INDEXING:
            state.phase = Phase.SEARCHING
        self._search_began = time.monotonic()
        archives, subfolders = state.place
        self._search = self._engine.start(
            Verb.SEARCH,
            queries=[state.chosen.query],
            archives=archives,
            options=SearchOptions(top=top, region=state.chosen.region, turned=state.preferences.turned),
            index_first=False,
            subfolders=subfolders,
        )

    def _notice(self, notice: Notice) -> None:
        if isinstance(notice, FallenBack):
            self._state.fallen_back = notice
        elif notice.text not in self._state.notices:
            self._state.notices.append(notice.text)

    def _fail(self, failed: Failed) -> None:
        self._state.trouble = failed
        self._known = None
