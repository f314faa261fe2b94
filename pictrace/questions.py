"""What can be asked of the engine, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pictrace.events import Skipped
from pictrace.picture import Digest, Label, Match, PictureRef


class EmbedderChoice(StrEnum):
    AUTO = "auto"
    RESNET50 = "resnet50"
    BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class Query:
    location: str
    """A file, or a member of an archive; what the answer calls this query."""
    data: bytes | None = None
    """The picture itself, where it comes from no file, or was read from it already."""
    key: str | None = None
    """Of the file that the data was read from: the answer leaves it out."""


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
    width: int
    height: int
    """Of the upright query, all of it."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What decoding a picture told of it."""

    width: int
    height: int
    """Upright."""
    format: str
    damaged: bool


@dataclass(frozen=True, slots=True)
class ListedPicture:
    picture: PictureRef
    digest: Digest
    facts: PictureFacts | None
    """None where they were lost, and are found out again when the archive is indexed."""


@dataclass(frozen=True, slots=True)
class PicturePage:
    total: int
    """Of all pages."""
    items: tuple[ListedPicture, ...]
    embedder: str
    """The name of who compares them."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture for the eye, in a form that every browser draws."""

    jpeg: bytes
    width: int
    height: int
    """Of the upright original."""


class GroupKind(StrEnum):
    EXACT = "exact"
    """Equal bytes, or equal pixels with other facts about them."""
    EDITED = "edited"
    """One photograph: resized, recompressed, cropped, recoloured, lettered, mirrored, turned…"""
    SIMILAR = "similar"
    """The same scene, photographed again."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    picture: PictureRef
    digest: Digest
    score: float
    """How much it is like the first member."""
    width: int
    height: int
    damaged: bool


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    kind: GroupKind
    members: tuple[GroupMember, ...]
    """The one to keep first: the largest, of equal ones the oldest; a damaged one only if all are."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """How two pictures lie over one another. Places are shares, 0 to 1, of a picture's width and height."""

    points: tuple[tuple[float, float, float, float], ...]
    """Key points that agree on one map: x and y in the one, x and y in the other; any first few are spread out."""
    affine: tuple[float, float, float, float, float, float] | None
    """Row by row, from places in the one to places in the other; None where nothing shows how they lie: then each is
    pressed into the frame of the other."""
    differences: bytes
    """PNG, grey with alpha: white where the pictures differ, transparent where it cannot be told."""
    over_other: bool
    """The differences fill the frame of the other picture, or else of the one: the one that shows a thing smaller."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every number that the score of a pair is made of."""

    score: float
    label: Label
    reason: str
    same_content: bool
    cosine: float
    share: float
    """What the cosine is worth to a person, 0 to 1."""
    structure: float
    """SSIM of the whole pictures, pressed into squares of 256 pixels."""
    aligned_structure: float | None
    """The same after one was laid over the other; None where nothing shows how."""
    keypoints: float
    points_agreeing: int
    points_found: tuple[int, int]
    mirrored: bool
    turned_degrees: float
    scale: float
    overlap: tuple[float, float]
    """The share of each picture that the other one covers."""
    drawing: bytes | None
    """PNG."""
    overlay: Overlay | None


@dataclass(frozen=True, slots=True)
class QueryFailed:
    """This query could not be answered; the others are."""

    query: str
    reason: str
