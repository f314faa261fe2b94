"""From a list to the comparison of two of its pictures, from pair to pair, and back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pictrace.events import Event, Failed, Finished
from pictrace.gui.theme import Theme
from pictrace.picture import Match
from pictrace.questions import Explanation, GroupMember
from pictrace.worker import Verb

if TYPE_CHECKING:
    from pictrace.gui.app import Window
    from pictrace.gui.compare import CompareView
    from pictrace.gui.originals import Pair
    from pictrace.job import Job


class Comparing:
    def __init__(self, window: "Window") -> None:
        self._window = window
        self.view: CompareView | None = None
        self._job: Job | None = None

    @property
    def is_open(self) -> bool:
        return self.view is not None

    def open(self, match: Match) -> None:
        """The picture that is looked for, and a match; the others are a step away."""
        if self._window.session.shown.chosen is not None:
            self._open(self._step)
            self._show(match)

    def open_members(self, one: GroupMember, other: GroupMember) -> None:
        """Two of a group of duplicates."""
        from pictrace.gui.originals import Pair, Source

        view = self._open(lambda _way: None)
        view.show(Pair(Source(one.picture.key), Source(other.picture.key)))

    def close(self) -> None:
        if self.view is None:
            return
        self.view = None
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._window.layers.uncover()

    def set_theme(self, theme: Theme) -> None:
        if self.view is not None:
            self.view.set_theme(theme)

    def _open(self, on_step: Callable[[int], None]) -> "CompareView":
        # It is not needed before the first comparison, and the window opens sooner without it.
        from pictrace.gui.compare import CompareView
        from pictrace.gui.originals import Originals

        self.close()
        window = self._window
        self.view = CompareView(
            window.root,
            window.theme,
            Originals(window.session.settings.picture_megabytes << 20),
            explain=self._explain,
            on_back=self.close,
            on_step=on_step,
        )
        window.layers.cover(self.view)
        return self.view

    def _step(self, way: int) -> None:
        match = self._window.grid.go(way)
        if match is not None:
            self._show(match)

    def _show(self, match: Match) -> None:
        from pictrace.gui.originals import Pair, Source

        shown = self._window.session.shown
        if self.view is None or shown.chosen is None:
            return
        query = shown.chosen.query
        pair = Pair(Source(query.location, query.data, shown.chosen.region), Source(match.picture.key))
        self.view.show(pair, match, (self._window.grid.current_place + 1, len(shown.results)))

    def _explain(self, pair: "Pair") -> None:
        if self._job is not None:
            self._job.cancel()

        def tell(event: Event) -> None:
            if self.view is not None:
                match event:
                    case Finished(result=Explanation() as explanation):
                        self.view.explained(pair, explanation)
                    case Failed(error=error):
                        self.view.explained(pair, error)

        self._job = self._window.session.ask(Verb.EXPLAIN, tell, **pair.question)
