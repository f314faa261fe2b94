"""What several routes are asked with."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from pictrace.errors import WrongWords
from pictrace.language import _
from pictrace.picture import Digest
from pictrace.questions import Region

_SHA256 = "^[0-9a-f]{64}$"

Start = Annotated[int, Query(ge=0, le=1_000_000_000, description="How many come before.")]
Count = Annotated[int, Query(ge=1, le=1000, description="How many to tell at most.")]
Sha256 = Annotated[str, Path(pattern=_SHA256, description="SHA-256 of the picture's bytes.")]
Sha256Asked = Annotated[str, Query(pattern=_SHA256, description="SHA-256 of the picture's bytes.")]

_MOST_PIXELS = 1_000_000


class RegionAsked(BaseModel):
    """In pixels of the upright query."""

    x: int = Field(ge=0, le=_MOST_PIXELS)
    y: int = Field(ge=0, le=_MOST_PIXELS)
    width: int = Field(ge=1, le=_MOST_PIXELS)
    height: int = Field(ge=1, le=_MOST_PIXELS)

    @property
    def region(self) -> Region:
        return Region(self.x, self.y, self.width, self.height)


RegionText = Annotated[
    str | None,
    Query(pattern=r"^\d{1,7},\d{1,7},\d{1,7},\d{1,7}$", description="x,y,width,height in pixels of the upright query."),
]


def digest_of(sha256: str) -> Digest:
    return Digest(bytes.fromhex(sha256))


def region_of(text: str | None) -> Region | None:
    if not text:
        return None
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        sentence = _('The region takes four whole numbers, "x,y,width,height", not "{text}".')
        raise WrongWords(sentence.format(text=text[:100])) from None
    if min(x, y) < 0 or min(width, height) < 1 or max(x, y, width, height) > _MOST_PIXELS:
        raise WrongWords(_("The region needs a place inside of the picture, and a width and height above 0."))
    return Region(x, y, width, height)
