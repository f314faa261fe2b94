"""From the grid to the comparison of a match, from match to match, and back."""

from typing import TYPE_CHECKING

from pictrace.events import Event, Failed, Finished
from pictrace.gui.theme import Theme
from pictrace.picture import Match
from pictrace.questions import Explanation
from pictrace.worker import Verb

if TYPE_CHECKING:
    from pictrace.gui.app import Window
    from pictrace.gui.compare import CompareView
    from pictrace.gui.originals import Pair
    from pictrace.job import Job


class Comparing:
    def __init__(self, window: "Window") -> None:
        self._window = window
        self._view: CompareView | None = None
        self._job: Job | None = None

    @property
    def is_open(self) -> bool:
        return self._view is not None

    def open(self, match: Match) -> None:
        # It is not needed before the first comparison, and the window opens sooner without it.
        from pictrace.gui.compare import CompareView
        from pictrace.gui.originals import Originals

        window = self._window
        if window.session.shown.chosen is None:
            return
        if self._view is None:
            originals = Originals(window.session.settings.picture_megabytes << 20)
            self._view = CompareView(
                window.root,
                window.theme,
                originals,
                explain=self._explain,
                on_back=self.close,
                on_step=self._step,
            )
            window.main.pack_forget()
            self._view.pack(fill="both", expand=True)
        self._show(match)

    def close(self) -> None:
        if self._view is None:
            return
        view, self._view = self._view, None
        if self._job is not None:
            self._job.cancel()
            self._job = None
        view.destroy()
        self._window.main.pack(fill="both", expand=True)
        self._window.grid.canvas.focus_set()

    def set_theme(self, theme: Theme) -> None:
        if self._view is not None:
            self._view.set_theme(theme)

    def _step(self, way: int) -> None:
        match = self._window.grid.go(way)
        if match is not None:
            self._show(match)

    def _show(self, match: Match) -> None:
        from pictrace.gui.originals import Pair, Source

        shown = self._window.session.shown
        if self._view is None or shown.chosen is None:
            return
        query = shown.chosen.query
        pair = Pair(Source(query.location, query.data, shown.chosen.region), Source(match.picture.key))
        self._view.show(pair, match, (self._window.grid.current_place + 1, len(shown.results)))

    def _explain(self, pair: "Pair") -> None:
        if self._job is not None:
            self._job.cancel()

        def tell(event: Event) -> None:
            if self._view is not None:
                match event:
                    case Finished(result=Explanation() as explanation):
                        self._view.explained(pair, explanation)
                    case Failed(error=error):
                        self._view.explained(pair, error)

        self._job = self._window.session.ask(Verb.EXPLAIN, tell, **pair.question)
