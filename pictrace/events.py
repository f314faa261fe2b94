"""What a long verb says while it works. It ends with exactly one of Finished, Cancelled, Failed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from pictrace.errors import PicTraceError

T = TypeVar("T")


class Stage(StrEnum):
    COUNTING = "counting"
    INDEXING = "indexing"
    SEARCHING = "searching"
    COMPARING = "comparing"
    DOWNLOADING = "downloading"
    CONVERTING = "converting"


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
class Decoding:
    """The pictures whose decoding is under way, by key; for whoever must know what a dead process was doing."""

    keys: tuple[str, ...]
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Committed:
    """So many more pictures are safely remembered."""

    pictures: int


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


Event = Progress | Skipped | Notice | Decoding | Committed | Finished[T] | Cancelled | Failed
