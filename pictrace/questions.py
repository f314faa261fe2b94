"""What can be asked of the engine, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pictrace.events import Skipped
from pictrace.picture import Match


class EmbedderChoice(StrEnum):
    AUTO = "auto"
    RESNET50 = "resnet50"
    BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class Query:
    location: str
    """A file, or a member of an archive; what the answer calls this query."""
    data: bytes | None = None
    """The picture itself, where it comes from no file."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the upright query, in its own pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SearchOptions:
    top: int = 5
    min_score: float = 0.0
    region: Region | None = None
    turned: bool = True
    """Try the query mirrored and turned by quarters too."""


@dataclass(frozen=True, slots=True)
class Distrust:
    """What the end of an earlier process taught about single pictures, by key."""

    alone: frozenset[str] = frozenset()
    """Were in hand when it died: to be decoded one at a time."""
    banned: Mapping[str, str] = field(default_factory=dict)
    """Killed it, being alone, twice: to be passed over, for this reason."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    indexed: int
    reused: int
    skipped: tuple[Skipped, ...]
    others: int
    """Files that are no pictures."""
    seconds: float

    @property
    def found(self) -> int:
        return self.indexed + self.reused + len(self.skipped)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    query: str
    matches: tuple[Match, ...]
    searched: int
    """Pictures that the query was compared with."""
    seconds: float


@dataclass(frozen=True, slots=True)
class QueryFailed:
    """This query could not be answered; the others are."""

    query: str
    reason: str
