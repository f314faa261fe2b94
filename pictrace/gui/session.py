"""What the window shows and decides, without a window; the only one who talks to the worker process."""

import multiprocessing
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pictrace.engine_process import EngineProcess
from pictrace.errors import MachineRefuses, PicTraceError
from pictrace.events import Cancelled, Event, Failed, Finished
from pictrace.gui.copying import Copying
from pictrace.gui.describing import describe, missing_words
from pictrace.gui.errands import Errands
from pictrace.gui.finding import Finding
from pictrace.gui.preferences import Preferences
from pictrace.gui.query import Chosen, Look, look_at
from pictrace.gui.shown import Act, Shown, Sort
from pictrace.gui.state import Phase, State
from pictrace.gui.weights_offer import WeightsOffer
from pictrace.job import Job
from pictrace.language import _
from pictrace.questions import Query, Region, SearchAnswer
from pictrace.settings import Settings
from pictrace.worker import Verb

if TYPE_CHECKING:
    from pictrace.samples import Samples

_CLOSING_SECONDS = 1.8
_DRAWING = "drawing samples"


class Session:
    """Call poll often, and draw `shown` where that is true. Nothing here waits, but close."""

    def __init__(self, settings: Settings, preferences: Preferences | None = None) -> None:
        self.settings = settings
        self.errands = Errands()
        self._state = State(preferences or Preferences())
        self._engine = EngineProcess(settings)
        self._finding = Finding(self._state, self._engine)
        self._weights = WeightsOffer(settings, self.errands, self._state, self._start_anew)
        self._copying = Copying(self.errands, self._state, self.notify)
        self._others: dict[Job, Callable[[Event], None]] = {}
        self._ending: list[EngineProcess] = []
        self._changed = False
        self.shown: Shown = describe(self._state)

    # What a person does

    def choose_query(self, query: Query, region: Region | None = None) -> None:
        """From a file, a member of an archive, or data. Searches at once where that is possible without reading."""
        state = self._state
        if state.chosen is None or state.chosen.query != query:
            state.look = None
            self._look_at(query)
        state.chosen = Chosen(query, region)
        state.query_problem = None
        self._outdate()
        if self._finding.knows_the_archives:
            self.find()

    def choose_region(self, region: Region | None) -> None:
        if self._state.chosen is not None and self._state.chosen.region != region:
            self.choose_query(self._state.chosen.query, region)

    def choose_archives(self, archives: tuple[str, ...]) -> None:
        if archives == self._state.archives:
            return
        self._leave_place()
        self._state.archives = archives
        if archives:
            self.prefer(recent=self._state.preferences.with_recent(archives))

    def prefer(self, **changes: Any) -> None:
        """Changes preferences; the results follow at once."""
        state, before = self._state, self._state.preferences
        searched = state.answer is not None or state.report is not None or state.phase is Phase.INDEXING
        state.preferences = replace(before, **changes)
        self._changed = True
        if state.preferences.subfolders != before.subfolders:
            self._leave_place()
            if searched:
                self.find()
        elif state.preferences.turned != before.turned:
            self._outdate()
            if self._finding.knows_the_archives:
                self.find()

    def lose(self, keys: Iterable[str]) -> None:
        """These pictures went to the trash."""
        self._state.lose(keys)
        self._changed = True

    def sort_by(self, sort: Sort) -> None:
        self._state.sort = sort
        self._changed = True

    def find(self) -> None:
        """Reads what is not known yet, and shows the best matches so far meanwhile."""
        state = self._state
        if state.chosen is not None and state.query_problem is not None:
            state.query_problem = None
            self._look_at(state.chosen.query)
        self._finding.begin()

    def pause(self) -> None:
        """Or goes on."""
        self._finding.pause()

    def cancel(self) -> None:
        """The running work ends; what it did is kept."""
        self._finding.cancel()

    def do(self, act: Act) -> None:
        self._changed = True
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
                self._weights.download()
            case Act.CANCEL_DOWNLOAD:
                self._weights.cancel()
            case Act.CANCEL_COPYING:
                self._copying.cancel()
            case Act.NO_WEIGHTS:
                self._state.download_problem = None
                self.prefer(weights_bar=False)
            case Act.DISMISS:
                self._state.notices = []

    def install_weights(self, file: Path) -> None:
        self._weights.install(file)

    def copy_to(self, folder: Path) -> None:
        """All results that are shown, in their order."""
        self._copying.begin([match.picture for match in self.shown.results], folder)

    def forget_everything(self, then: Callable[[PicTraceError | None], None]) -> None:
        """That was computed, as `pictrace cache clear` does. What is shown stays."""
        from pictrace.remembered import forget_everything

        old = self._new_engine()

        def forget() -> None:
            old.close()
            forget_everything(self.settings)

        self.errands.run(forget, then)

    def notify(self, sentence: str) -> None:
        """Shown above the results until it is dismissed."""
        if sentence not in self._state.notices:
            self._state.notices.append(sentence)
            self._changed = True

    def ask(self, verb: Verb, tell: Callable[[Event], None], **arguments: Any) -> Job:
        """Any other job: `tell` gets its events, the last one included."""
        job = self._engine.start(verb, **arguments)
        self._others[job] = tell
        return job

    # What is to be seen

    @property
    def preferences(self) -> Preferences:
        """Also what was changed since the last poll."""
        return self._state.preferences

    @property
    def missing(self) -> str:
        """Why nothing can be looked for yet, also after what was changed since the last poll."""
        return missing_words(self._state)

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

    def poll(self) -> bool:
        """Takes in what has happened, at most so much that no frame is lost. True if there is something to draw."""
        if self.errands.poll():
            self._changed = True
        for job, tell in list(self._others.items()):
            for event in job.poll():
                tell(event)
                if isinstance(event, Finished | Cancelled | Failed):
                    del self._others[job]
        self._finding.poll()
        if not (self._changed or self._finding.changed):
            return False
        self._changed = self._finding.changed = False
        self.shown = describe(self._state)
        return True

    def close(self) -> None:
        """Nothing is left running after about two seconds."""
        self._weights.cancel()
        self._copying.cancel()
        began = time.monotonic()
        for drawing in multiprocessing.active_children():
            if drawing.name == _DRAWING:
                drawing.terminate()
        for engine in (self._engine, *self._ending):
            engine.close()
        self.errands.close(began + _CLOSING_SECONDS - time.monotonic())

    # Steps

    def _leave_place(self) -> None:
        self._finding.forget()
        state = self._state
        state.report = None
        state.skipped = []
        state.stopped = False
        state.trouble = None
        self._outdate()

    def _outdate(self) -> None:
        self._changed = True
        self._state.answer_is_old = self._state.answer is not None
        self._state.answer_is_whole = False

    def _look_at(self, query: Query) -> None:
        self.errands.run(lambda: look_at(query, self.settings), lambda look: self._looked_at(query, look))

    def _looked_at(self, query: Query, look: Look | PicTraceError) -> None:
        chosen = self._state.chosen
        if chosen is None or chosen.query != query:
            return
        if isinstance(look, Look):
            self._state.look = look
        else:
            self._state.query_problem = look.message

    def _try_samples(self, samples: "Samples | PicTraceError") -> None:
        self._state.phase = Phase.IDLE
        if isinstance(samples, PicTraceError):
            self._state.trouble = Failed(samples, "")
            return
        self.choose_archives((str(samples.folder),))
        self.choose_query(Query(str(samples.query)))
        self.find()

    def _start_anew(self) -> None:
        """With a new worker, which finds the weights that came; the old one ends meanwhile."""
        old = self._new_engine()
        self.errands.run(old.close, lambda _answer: None)
        self._outdate()
        if self._state.answer is not None:
            self.find()

    def _new_engine(self) -> EngineProcess:
        """In the place of the one that is returned, which is to be closed: that takes a while."""
        old, self._engine = self._engine, EngineProcess(self.settings)
        self._ending.append(old)
        self._finding.use(self._engine)
        self._changed = True
        return old


def _drawn_samples(folder: Path) -> "Samples":
    """Drawn in a process of their own: they would make the window stutter."""
    from pictrace.samples import make_samples

    context = multiprocessing.get_context("spawn")
    drawing = context.Process(target=make_samples, args=(folder,), name=_DRAWING, daemon=True)
    drawing.start()
    drawing.join()
    if drawing.exitcode != 0:
        sentence = _("The sample pictures could not be drawn in {folder}. Is the disk full?")
        raise MachineRefuses(sentence.format(folder=folder))
    return make_samples(folder)
