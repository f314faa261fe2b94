"""The things that travel between modules, and their units."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

import numpy as np
import numpy.typing as npt

from pictrace.language import _

Digest = NewType("Digest", bytes)
"""The 32 bytes of a SHA-256."""

Pixels = npt.NDArray[np.uint8]
"""Upright sRGB, shape (height, width, 3)."""

Vector = npt.NDArray[np.float32]
"""A fingerprint of unit length, shape (dimensions,)."""

Vectors = npt.NDArray[np.float32]
"""One fingerprint a row, shape (pictures, dimensions)."""


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A file that is offered as a picture; nothing of it has been read yet."""

    archive: str
    """The location that the person gave."""
    name: str
    """The path inside the archive with "/", as stored, never normalised; "2019.zip!/a.jpg" inside a nested archive."""
    key: str
    """Where the bytes really lie: the resolved absolute path ("…/2019.zip!/a.jpg" for members). One file
    reached in two ways has one key."""
    stamp: str
    """Changes whenever the bytes may have changed."""
    size_bytes: int
    modified_ns: int
    """0 where the archive keeps no time."""
    file_id: str
    """Equal for two names of one file (hard links): device and inode; a member's is its archive's with its own name."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something in an archive that is not offered as a picture."""

    archive: str
    name: str
    reason: str | None
    """A sentence where a person should know (a folder that may not be read, a damaged inner archive);
    None for a file that merely is no picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, in the one form that everything works on."""

    thumbnail: bytes
    """JPEG of at most THUMBNAIL_SIDE pixels: its pixels are what is embedded, compared and shown."""
    width: int
    height: int
    """Of the upright original."""
    format: str
    """As Pillow names it: "JPEG", "HEIF", …"""
    damaged: bool
    """Only part of it could be decoded."""


class Label(StrEnum):
    SAME_PICTURE = "same picture"
    EDITED_COPY = "edited copy"
    SAME_THING = "same scene or object"
    SIMILAR_LOOK = "similar look"

    @property
    def words(self) -> str:
        """For a person to read, in that person's language."""
        return {
            Label.SAME_PICTURE: _("same picture"),
            Label.EDITED_COPY: _("edited copy"),
            Label.SAME_THING: _("same scene or object"),
            Label.SIMILAR_LOOK: _("similar look"),
        }[self]


@dataclass(frozen=True, slots=True)
class Match:
    rank: int
    picture: PictureRef
    digest: Digest
    score: float
    """0 to 1; what is shown is what is sorted by."""
    cosine: float
    structure: float | None
    keypoints: float | None
    """None where the pair was not looked at closer."""
    label: Label
    reason: str
    """One sentence that explains the score from its own numbers."""
