"""What the window shows and decides, without a window; the only one who talks to the worker process."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pictrace.embedders.weights import download_weights, install_weights
from pictrace.errors import PicTraceError
from pictrace.events import Cancelled, Event, Failed, FallenBack, Finished, Found, Notice, Progress, Skipped
from pictrace.gui.describing import describe
from pictrace.gui.errands import Errands
from pictrace.gui.preferences import Preferences
from pictrace.gui.query import Chosen, Look, look_at
from pictrace.gui.shown import Act, Shown, Sort
from pictrace.gui.state import Phase, State
from pictrace.job import EngineProcess, Job
from pictrace.questions import IndexReport, Query, QueryFailed, Region, SearchAnswer, SearchOptions
from pictrace.samples import Samples, make_samples
from pictrace.settings import Settings
from pictrace.worker import Verb

MOST_RESULTS = 20_000
_MOST_SO_FAR = 500
_SO_FAR_SECONDS = 1.5
_LONG_SECONDS = 0.3
_READ_AGAIN_SECONDS = 20.0
"""So long after a place was read through, a search takes it for unchanged; after that, it looks again afterwards."""


class Session:
    """Call poll often, and draw `shown` where that is true. Nothing here waits, but close."""

    def __init__(self, settings: Settings, preferences: Preferences | None = None) -> None:
        self.settings = settings
        self.errands = Errands()
        self._state = State(preferences or Preferences())
        self._engine = EngineProcess(settings)
        self._others: dict[Job, Callable[[Event], None]] = {}
        self._index: Job | None = None
        self._search: Job | None = None
        self._search_began = 0.0
        self._searched = 0.0
        self._search_took = 0.0
        self._known: tuple[str, ...] = ()
        """Archives that the worker has read through, and when."""
        self._known_at = 0.0
        self._find_when_stopped = False
        self._stop_download: threading.Event | None = None
        self._closing: list[threading.Thread] = []
        self._changed = False
        self.shown: Shown = describe(self._state)

    # What a person does

    def choose_query(self, query: Query, region: Region | None = None) -> None:
        """From a file, a member of an archive, or data. Searches at once where that is possible without reading."""
        state = self._state
        if state.chosen is None or state.chosen.query != query:
            state.look = None
            chosen = query
            self.errands.run(lambda: look_at(chosen, self.settings), lambda look: self._looked_at(chosen, look))
        state.chosen = Chosen(query, region)
        state.query_problem = None
        self._outdate()
        if self._knows_the_archives():
            self.find()

    def choose_region(self, region: Region | None) -> None:
        if self._state.chosen is not None and self._state.chosen.region != region:
            self.choose_query(self._state.chosen.query, region)

    def choose_archives(self, archives: tuple[str, ...]) -> None:
        if archives == self._state.archives:
            return
        self._forget_jobs()
        self._state.archives = archives
        self._state.report = None
        self._state.skipped = []
        self._state.stopped = False
        self._state.trouble = None
        if archives:
            self.prefer(recent=self._state.preferences.with_recent(archives))
        self._outdate()

    def prefer(self, **changes: Any) -> None:
        """Changes preferences; how the results are filtered follows at once."""
        turned = self._state.preferences.turned
        self._state.preferences = replace(self._state.preferences, **changes)
        self._changed = True
        if self._state.preferences.turned != turned:
            self._outdate()
            if self._knows_the_archives():
                self.find()

    def sort_by(self, sort: Sort) -> None:
        self._state.sort = sort
        self._changed = True

    def find(self) -> None:
        """Reads what is not known yet, and shows the best matches so far meanwhile."""
        state = self._state
        self._find_when_stopped = state.phase is Phase.STOPPING
        if not state.archives or state.phase in (Phase.INDEXING, Phase.STOPPING):
            return
        state.trouble = None
        state.stopped = False
        state.notices = []
        self._changed = True
        if self._knows_the_archives():
            self._start_search(MOST_RESULTS)
        else:
            self._start_index()

    def do(self, act: Act) -> None:
        match act:
            case Act.TRY_SAMPLES:
                self._state.phase = Phase.DRAWING_SAMPLES
                folder = self.settings.home / "samples"
                self.errands.run(lambda: _drawn_samples(folder), self._try_samples)
            case Act.FIND:
                self.find()
            case Act.SHOW_CLOSEST:
                closest = self._state.closest()
                if closest is not None:
                    self.prefer(threshold=int(closest.score * 100) / 100)
            case Act.INCLUDE_SUBFOLDERS:
                self.prefer(subfolders=True)
            case Act.DOWNLOAD_WEIGHTS:
                self._download()
            case Act.CANCEL_DOWNLOAD:
                if self._stop_download is not None:
                    self._stop_download.set()
            case Act.NO_WEIGHTS:
                self.prefer(weights_bar=False)
            case Act.DISMISS:
                self._state.notices = []
        self._changed = True

    def install_weights(self, file: Path) -> None:
        self.errands.run(lambda: install_weights(self.settings, file), self._weights_came)

    def pause(self) -> None:
        if self._index is not None and self._state.phase is Phase.INDEXING:
            self._state.paused = not self._state.paused
            self._index.pause() if self._state.paused else self._index.resume()
            self._changed = True

    def cancel(self) -> None:
        """The running work ends; what it did is kept."""
        for job in (self._index, self._search):
            if job is not None:
                job.cancel()
        if self._index is not None:
            self._state.phase = Phase.STOPPING
        elif self._state.phase is Phase.SEARCHING:
            self._state.phase = Phase.IDLE
        self._search = None
        self._changed = True

    def notify(self, sentence: str) -> None:
        """Shown above the results until it is dismissed."""
        self._notice(Notice(sentence))
        self._changed = True

    @property
    def shown_answer(self) -> SearchAnswer | None:
        """The answer, with the matches that are shown, in their order."""
        answer = self._state.answer
        return None if answer is None else replace(answer, matches=self.shown.results)

    @property
    def details(self) -> str:
        """Of what went wrong, for whoever wants to report it."""
        trouble = self._state.trouble
        log = self.settings.home / "worker.log"
        said = "" if trouble is None else f"{trouble.error.message}\n\n{trouble.details}"
        try:
            return f"{said}\n{log}:\n{log.read_text(encoding='utf-8', errors='replace')[-20_000:]}"
        except OSError:
            return said

    def ask(self, verb: Verb, tell: Callable[[Event], None], **arguments: Any) -> Job:
        """Any other job: `tell` gets its events, the last one included."""
        job = self._engine.start(verb, **arguments)
        self._others[job] = tell
        return job

    # What happens

    def poll(self) -> bool:
        """Takes in what has happened, at most so much that no frame is lost. True if there is something new to draw."""
        if self.errands.poll():
            self._changed = True
        for job, tell in list(self._others.items()):
            for event in job.poll():
                tell(event)
                if isinstance(event, Finished | Cancelled | Failed):
                    del self._others[job]
        for event in self._events(self._index):
            self._indexing(event)
        for event in self._events(self._search):
            self._searching(event)
        self._go_on()
        if self._changed:
            self._changed = False
            self.shown = describe(self._state)
            return True
        return False

    def close(self) -> None:
        """Nothing is left running after about two seconds."""
        if self._stop_download is not None:
            self._stop_download.set()
        self._engine.close()
        for thread in self._closing:
            thread.join()

    def _events(self, job: Job | None) -> Iterator[Event]:
        for event in job.poll() if job is not None else ():
            self._changed = True
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
        news = report is not None and (report.indexed > 0 or state.report is None or report.found != state.report.found)
        if news:
            state.answer_is_whole = False
        self._index = None
        self._known, self._known_at = (state.archives, time.monotonic()) if report is not None else ((), 0.0)
        state.report = report
        if report is not None:
            state.skipped = list(report.skipped)
        state.phase = Phase.IDLE if self._search is None else Phase.SEARCHING
        state.paused = False
        if self._find_when_stopped:
            self.find()

    def _searching(self, event: Event) -> None:
        state = self._state
        match event:
            case Notice():
                self._notice(event)
            case Found(answer=SearchAnswer() as answer) if answer.searched or state.phase is not Phase.INDEXING:
                state.answer = answer
                state.answer_is_old = False
            case Found(answer=QueryFailed(reason=reason)):
                state.query_problem = reason
            case Finished() | Cancelled() | Failed():
                self._search = None
                self._searched = time.monotonic()
                self._search_took = self._searched - self._search_began
                state.searching_long = False
                if isinstance(event, Failed):
                    self._fail(event)
                if state.phase is Phase.SEARCHING:
                    state.phase = Phase.IDLE
                    state.answer_is_whole = isinstance(event, Finished)
                    if self._searched - self._known_at > _READ_AGAIN_SECONDS and isinstance(event, Finished):
                        self._start_index()

    def _go_on(self) -> None:
        """What time brings: the next search while pictures are read, and a spinner."""
        state = self._state
        now = time.monotonic()
        if self._search is not None:
            long = now - self._search_began > _LONG_SECONDS and state.phase is Phase.SEARCHING
            self._changed |= long != state.searching_long
            state.searching_long = long
        elif (
            state.phase is Phase.INDEXING
            and state.chosen is not None
            and state.query_problem is None
            and not state.paused
            and state.ready > 0
            and now - self._searched > max(_SO_FAR_SECONDS, 4 * self._search_took)
            and (state.answer_is_old or not state.answer_is_whole)
        ):
            self._start_search(_MOST_SO_FAR)

    # Steps

    def _start_index(self) -> None:
        state = self._state
        state.phase = Phase.INDEXING
        state.paused = False
        state.progress = None
        state.ready = 0
        state.skipped = []
        self._index = self._engine.start(Verb.INDEX, archives=state.archives)

    def _start_search(self, top: int) -> None:
        state = self._state
        if state.chosen is None or state.query_problem is not None:
            return
        if self._search is not None:
            self._search.cancel()
        if state.phase is not Phase.INDEXING:
            state.phase = Phase.SEARCHING
        self._search_began = time.monotonic()
        options = SearchOptions(top=top, region=state.chosen.region, turned=state.preferences.turned)
        self._search = self._engine.start(
            Verb.SEARCH, queries=[state.chosen.query], archives=state.archives, options=options, index_first=False
        )

    def _forget_jobs(self) -> None:
        for job in (self._index, self._search):
            if job is not None:
                job.cancel()
                self._others[job] = lambda _event: None
        self._index = self._search = None
        self._state.phase = Phase.IDLE

    def _knows_the_archives(self) -> bool:
        return bool(self._known) and self._known == self._state.archives and self._state.phase is not Phase.INDEXING

    def _outdate(self) -> None:
        self._changed = True
        self._state.answer_is_old = self._state.answer is not None
        self._state.answer_is_whole = False

    def _looked_at(self, query: Query, look: Look | PicTraceError) -> None:
        chosen = self._state.chosen
        if chosen is None or chosen.query != query:
            return
        if isinstance(look, Look):
            self._state.look = look
        else:
            self._state.query_problem = look.message

    def _try_samples(self, samples: Samples | PicTraceError) -> None:
        self._state.phase = Phase.IDLE
        if isinstance(samples, PicTraceError):
            self._state.trouble = Failed(samples, "")
            return
        self.choose_archives((str(samples.folder),))
        self.choose_query(Query(str(samples.query)))
        self.find()

    def _notice(self, notice: Notice) -> None:
        if isinstance(notice, FallenBack):
            self._state.fallen_back = notice
        elif notice.text not in self._state.notices:
            self._state.notices.append(notice.text)

    def _fail(self, failed: Failed) -> None:
        self._state.trouble = failed
        self._known = ()

    def _download(self) -> None:
        self._state.download_problem = None
        self._stop_download = self.errands.follow(download_weights(self.settings), self._downloading)

    def _downloading(self, event: Event) -> None:
        match event:
            case Progress():
                self._state.download = event
            case Failed(error=error):
                self._state.download = None
                self._state.download_problem = error.message
            case Cancelled():
                self._state.download = None
            case Finished(result=path):
                self._state.download = None
                self._weights_came(path)

    def _weights_came(self, came: Path | PicTraceError) -> None:
        """A new worker finds them; the old one ends meanwhile."""
        if isinstance(came, PicTraceError):
            self._state.download_problem = came.message
            return
        self._state.fallen_back = None
        old, self._engine = self._engine, EngineProcess(self.settings)
        ending = threading.Thread(target=old.close, name="ending")
        ending.start()
        self._closing.append(ending)
        self._index = self._search = None
        self._known = ()
        self._state.phase = Phase.IDLE
        self._outdate()
        if self._state.answer is not None:
            self.find()


def _drawn_samples(folder: Path) -> Samples:
    """Drawn in a process of their own: they would make the window stutter."""
    drawing = multiprocessing.get_context("spawn").Process(target=make_samples, args=(folder,), daemon=True)
    drawing.start()
    drawing.join()
    return make_samples(folder)
