"""What a long verb says while it works.

The verb itself is a generator that ends with Finished; what runs it (pictrace.worker) adds Cancelled and Failed, so
that whoever watches sees exactly one of the three, last.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pictrace.errors import PicTraceError

T = TypeVar("T")


class Stage(StrEnum):
    COUNTING = "counting"
    INDEXING = "indexing"
    SEARCHING = "searching"
    TURNING = "turning"
    COMPARING = "comparing"
    DOWNLOADING = "downloading"
    CONVERTING = "converting"
    ASKING = "asking"
    PAGES = "pages"
    MEASURING = "measuring"
    COPYING = "copying"


@dataclass(frozen=True, slots=True)
class Progress:
    stage: Stage
    done: int
    total: int | None = None
    per_second: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """One picture (or folder, or inner archive) that was passed over, and why."""

    archive: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know although the work goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class FallenBack(Notice):
    """The built-in comparison is used, because ResNet50 cannot be."""

    missing: bool
    """Only because its weights are not on this computer yet."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """The pictures whose decoding is under way, by key; for whoever must know what a dead process was doing."""

    keys: tuple[str, ...]
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Committed:
    """So many more pictures, newly indexed, are safely remembered."""

    pictures: int


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """One of several answers, as soon as it is known."""

    answer: T


@dataclass(frozen=True, slots=True)
class Finished(Generic[T]):
    result: T


@dataclass(frozen=True, slots=True)
class Cancelled:
    pass


@dataclass(frozen=True, slots=True)
class Failed:
    error: PicTraceError
    details: str
    """The traceback of a bug, empty for an expected failure."""


Event = Progress | Skipped | Notice | Decoding | Committed | Found[Any] | Finished[Any] | Cancelled | Failed
