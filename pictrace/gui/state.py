"""Everything the session knows, before it is put in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from pictrace.events import Failed, FallenBack, Progress, Skipped
from pictrace.gui.preferences import Preferences
from pictrace.gui.query import Chosen, Look
from pictrace.gui.shown import Sort
from pictrace.picture import Match
from pictrace.questions import IndexReport, SearchAnswer


class Phase(Enum):
    IDLE = auto()
    DRAWING_SAMPLES = auto()
    INDEXING = auto()
    SEARCHING = auto()
    STOPPING = auto()


@dataclass(slots=True)
class State:
    preferences: Preferences
    chosen: Chosen | None = None
    look: Look | None = None
    query_problem: str | None = None
    archives: tuple[str, ...] = ()
    phase: Phase = Phase.IDLE
    paused: bool = False
    progress: Progress | None = None
    ready: int = 0
    """Pictures read so far in this run."""
    searching_long: bool = False
    answer: SearchAnswer | None = None
    answer_is_old: bool = False
    """It is about another picture or another place than those chosen now."""
    answer_is_whole: bool = False
    report: IndexReport | None = None
    skipped: list[Skipped] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    """Keys of pictures that went to the trash since the place was last read."""
    stopped: bool = False
    trouble: Failed | None = None
    notices: list[str] = field(default_factory=list)
    fallen_back: FallenBack | None = None
    copying: Progress | None = None
    download: Progress | None = None
    download_problem: str | None = None
    sort: Sort = Sort.BEST
    _filtered: tuple[tuple[SearchAnswer | None, float, Sort], tuple[Match, ...]] | None = None

    @property
    def place(self) -> tuple[tuple[str, ...], bool]:
        """Where to look: archives, and whether subfolders are meant too."""
        return self.archives, self.preferences.subfolders

    def take(self, answer: SearchAnswer) -> None:
        """Without what is in the trash by now."""
        here = tuple(match for match in answer.matches if match.picture.key not in self.gone)
        less = len(answer.matches) - len(here)
        self.answer = replace(answer, matches=here, searched=answer.searched - less) if less else answer

    def lose(self, keys: Iterable[str]) -> None:
        self.gone.update(keys)
        if self.answer is not None:
            self.take(self.answer)

    def results(self) -> tuple[Match, ...]:
        """What the slider leaves of the answer; the very same object while it leaves the same."""
        threshold = self.preferences.threshold
        if self._filtered is not None:
            (answer, *others), found = self._filtered
            if answer is self.answer and others == [threshold, self.sort]:
                return found
        found = self._filter()
        self._filtered = (self.answer, threshold, self.sort), found
        return found

    def _filter(self) -> tuple[Match, ...]:
        if self.answer is None:
            return ()
        least = self.preferences.threshold
        found = [match for match in self.answer.matches if match.score >= least]
        match self.sort:
            case Sort.NAME:
                found.sort(key=lambda match: (match.picture.name.casefold(), match.picture.name, match.rank))
            case Sort.NEWEST:
                found.sort(key=lambda match: (-match.picture.modified_ns, match.rank))
            case Sort.LARGEST:
                found.sort(key=lambda match: (-match.picture.size_bytes, match.rank))
        return tuple(found)

    def closest(self) -> Match | None:
        return self.answer.matches[0] if self.answer is not None and self.answer.matches else None
