"""What the widgets draw: plain values, complete sentences, nothing to decide."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from pictrace.events import Skipped
from pictrace.gui.preferences import Preferences
from pictrace.gui.query import Chosen, Look
from pictrace.picture import Match


class Act(Enum):
    """What a button does. The window asks for files and shows lists; the session does the rest."""

    CHOOSE_PICTURE = auto()
    CHOOSE_ARCHIVE = auto()
    SHOW_DETAILS = auto()
    SHOW_UNREADABLE = auto()
    CHOOSE_WEIGHTS = auto()
    TRY_SAMPLES = auto()
    FIND = auto()
    SHOW_CLOSEST = auto()
    INCLUDE_SUBFOLDERS = auto()
    DOWNLOAD_WEIGHTS = auto()
    CANCEL_DOWNLOAD = auto()
    NO_WEIGHTS = auto()
    CANCEL_COPYING = auto()
    DISMISS = auto()


@dataclass(frozen=True, slots=True)
class Button:
    words: str
    act: Act


@dataclass(frozen=True, slots=True)
class Message:
    """In the middle, in place of the results."""

    title: str
    text: str = ""
    buttons: tuple[Button, ...] = ()


class Tone(StrEnum):
    PLAIN = "plain"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Bar:
    """Above the results, which stay."""

    tone: Tone
    words: str
    buttons: tuple[Button, ...] = ()
    share: float | None = None
    """Of a download, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Work:
    words: str
    share: float | None
    """Done, 0 to 1; None while that is not known."""
    can_pause: bool
    paused: bool


class Sort(StrEnum):
    BEST = "best"
    NAME = "name"
    NEWEST = "newest"
    LARGEST = "largest"


class Page(Enum):
    EMPTY = auto()
    RESULTS = auto()
    MESSAGE = auto()


@dataclass(frozen=True, slots=True)
class Shown:
    page: Page
    preferences: Preferences
    chosen: Chosen | None
    look: Look | None
    opening: bool
    """The picture that was chosen is being read."""
    archives: tuple[str, ...]
    missing: str
    """Why nothing can be found yet; empty when all is there."""
    heading: str
    results: tuple[Match, ...]
    sort: Sort
    dimmed: bool
    busy: bool
    """A spinner is shown."""
    message: Message | None
    bars: tuple[Bar, ...]
    work: Work | None
    status: str
    unreadable: tuple[Skipped, ...]
    unreadable_words: str
