"""What the API answers. Names come from files and may hold what no UTF-8 has: they are escaped, never checked."""

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from annotated_types import Ge, Le
from fastapi.responses import Response
from pydantic import Field

Share = Annotated[float, Ge(0), Le(1)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class JobKind(StrEnum):
    INDEX = "index"
    DUPLICATES = "duplicates"


class JobState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Health:
    status: str
    version: str


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """A long work, and how far it is."""

    id: str
    kind: JobKind
    state: JobState
    stage: str | None
    done: int
    total: int | None
    per_second: float | None
    seconds_left: float | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Jobs:
    items: list[JobAnswer]


@dataclass(frozen=True, slots=True)
class Statistics:
    archives: list[str]
    pictures: int
    """Found in the archives."""
    ready: int
    """To be searched."""
    reused: int
    indexed: int
    skipped: int
    others: int
    """Files that are no pictures."""
    cached_share: Share
    """How much of what was found was known before."""
    embedder: str
    notices: list[str]
    indexing: JobAnswer | None


@dataclass(frozen=True, slots=True)
class SkippedFile:
    archive: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SkippedPage:
    total: int
    items: list[SkippedFile]


@dataclass(frozen=True, slots=True)
class PictureAnswer:
    sha256: Sha256
    archive: str
    name: str
    address: str | None
    """Where the picture lies in the web, if it does."""
    width: int
    height: int
    bytes: int
    damaged: bool


@dataclass(frozen=True, slots=True)
class PicturePageAnswer:
    total: int
    items: list[PictureAnswer]


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    sha256: Sha256
    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    rank: int
    sha256: Sha256
    archive: str
    name: str
    address: str | None
    score: Share
    cosine: float
    structure: float | None
    keypoints: float | None
    label: str
    label_words: str
    reason: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FoundAnswer:
    query: QueryAnswer
    searched: int
    seconds: float
    matches: list[MatchAnswer]


@dataclass(frozen=True, slots=True)
class OverlayAnswer:
    points: list[tuple[float, float, float, float]]
    affine: list[float] | None
    differences: str
    """PNG in base64."""
    over_other: bool


@dataclass(frozen=True, slots=True)
class ExplanationAnswer:
    score: Share
    label: str
    label_words: str
    reason: str
    same_content: bool
    cosine: float
    share: float
    structure: float
    aligned_structure: float | None
    keypoints: float
    points_agreeing: int
    points_found: tuple[int, int]
    mirrored: bool
    turned_degrees: float
    scale: float
    overlap: tuple[float, float]
    overlay: OverlayAnswer | None


@dataclass(frozen=True, slots=True)
class GroupMemberAnswer(PictureAnswer):
    score: Share


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    kind: str
    members: list[GroupMemberAnswer]


@dataclass(frozen=True, slots=True)
class GroupPage:
    total: int
    items: list[GroupAnswer]


def as_json(answer: Any) -> str:
    """Plain ASCII, so that odd names survive."""
    return json.dumps(answer, default=_fields, ensure_ascii=True, allow_nan=False)


def _fields(answer: Any) -> dict[str, Any]:
    return {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        as_json(content), status, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/json"
    )
