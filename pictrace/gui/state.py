"""Everything the session knows, before it is put in words."""

from dataclasses import dataclass, field
from enum import Enum, auto

from pictrace.archives.kinds import Kind, kind_of
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
    stopped: bool = False
    trouble: Failed | None = None
    notices: list[str] = field(default_factory=list)
    fallen_back: FallenBack | None = None
    download: Progress | None = None
    download_problem: str | None = None
    sort: Sort = Sort.BEST
    _filtered: tuple[tuple[object, ...], tuple[Match, ...]] = ((), ())

    def results(self) -> tuple[Match, ...]:
        """What the slider and the boxes leave of the answer; the very same object while they leave the same."""
        about = (id(self.answer), self.preferences.threshold, self.preferences.subfolders, self.sort)
        if self._filtered[0] != about:
            self._filtered = about, self._filter()
        return self._filtered[1]

    def _filter(self) -> tuple[Match, ...]:
        if self.answer is None:
            return ()
        least = self.preferences.threshold
        found = [match for match in self.answer.matches if match.score >= least and self._is_wanted(match)]
        match self.sort:
            case Sort.NAME:
                found.sort(key=lambda match: (match.picture.name.casefold(), match.picture.name, match.rank))
            case Sort.NEWEST:
                found.sort(key=lambda match: (-match.picture.modified_ns, match.rank))
            case Sort.LARGEST:
                found.sort(key=lambda match: (-match.picture.size_bytes, match.rank))
        return tuple(found)

    def closest(self) -> Match | None:
        if self.answer is None:
            return None
        return next((match for match in self.answer.matches if self._is_wanted(match)), None)

    def _is_wanted(self, match: Match) -> bool:
        return self.preferences.subfolders or not is_deeper(match)


def is_deeper(match: Match) -> bool:
    """It lies in a subfolder, or in an archive inside of the folder."""
    return "/" in match.picture.name and kind_of(match.picture.archive) is not Kind.ARCHIVE
