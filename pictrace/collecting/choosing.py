"""Which pictures of a page are photographs that a person may look for: not logos, not icons, nothing tiny."""

import io
import re
import warnings
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from PIL import Image

from pictrace.collecting.page import Candidate
from pictrace.language import _
from pictrace.picture_files import BAD_FILE

SMALLEST_SIDE = 100
"""In pixels: what is smaller, declared or real, is an ornament."""
HEAD_BYTES = 1 << 16
"""Enough to learn how large nearly every picture is."""

_DRAWINGS = (".svg", ".svgz", ".ico", ".cur")
_ORNAMENTS = frozenset(
    "logo logos logotype wordmark icon icons favicon sprite sprites emoji emojis smiley badge badges".split()  # noqa: SIM905
)
_FILLERS = frozenset("blank spacer placeholder pixel transparent spinner loader loading".split())  # noqa: SIM905
"""Names of files that stand where a picture will be."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class LeftOut(StrEnum):
    ORNAMENT = "ornament"
    DRAWING = "drawing"
    TINY = "tiny"
    ROBOTS = "robots"
    UNREACHABLE = "unreachable"
    NO_PICTURE = "no picture"

    def words(self, count: int) -> str:
        sentence = {
            LeftOut.ORNAMENT: _("logos or icons: {count}"),
            LeftOut.DRAWING: _("drawings (SVG, ICO): {count}"),
            LeftOut.TINY: _("smaller than {side} pixels: {count}"),
            LeftOut.ROBOTS: _("kept from programs by their site: {count}"),
            LeftOut.UNREACHABLE: _("out of reach: {count}"),
            LeftOut.NO_PICTURE: _("no pictures: {count}"),
        }[self]
        return sentence.format(count=count, side=SMALLEST_SIDE)


def why_left_out(candidate: Candidate) -> LeftOut | None:
    """Judged by what the page says of it."""
    path = unquote(urlsplit(candidate.address).path)
    name = path.rpartition("/")[2]
    if path.lower().endswith(_DRAWINGS):
        return LeftOut.DRAWING
    if is_tiny(candidate.width, candidate.height):
        return LeftOut.TINY
    # A folder counts only where it is called so altogether: /icons/, but not /the-icons-of-novgorod/.
    called = {folder.lower() for folder in path.split("/")[:-1]}
    for text in (candidate.words, candidate.alt, name):
        called.update(word.lower() for word in _WORDS.findall(text))
    filler = name.partition(".")[0].lower() in _FILLERS
    return LeftOut.ORNAMENT if filler or called & _ORNAMENTS else None


def is_tiny(width: int | None, height: int | None) -> bool:
    return any(side is not None and side < SMALLEST_SIDE for side in (width, height))


def size_of(head: bytes) -> tuple[int, int] | None:
    """Of a picture, from its first bytes; None where they do not tell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(head)) as picture:
                return picture.size
    except BAD_FILE:
        return None
