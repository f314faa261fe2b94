"""The picture that is looked for: where it comes from, and how it looks."""

import os
import re
from dataclasses import dataclass

from PIL import Image

from pictrace.archives import find_picture, is_list_of_addresses
from pictrace.archives.folder import open_without_waiting
from pictrace.archives.kinds import SNIFF_BYTES, Kind, kind_of, looks_like_picture
from pictrace.language import _
from pictrace.questions import Query, Region
from pictrace.settings import Settings

_PREVIEW_SIDE = 1024
_BETWEEN_PLACES = re.compile(r" \+ (?=[~/\\]|[A-Za-z]:)")
_ARCHIVE_BEGINNINGS = (b"PK\3\4", b"PK\5\6")


def last_name(location: str) -> str:
    """Of a path or an address, by which people know it."""
    return location.replace("\\", "/").rpartition("/")[2] or location


@dataclass(frozen=True, slots=True)
class Chosen:
    query: Query
    region: Region | None = None

    @property
    def name(self) -> str:
        return last_name(self.query.location)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the panel shows of it."""

    preview: Image.Image
    width: int
    height: int
    """Of the upright original."""
    format: str
    bytes: int

    @property
    def facts(self) -> str:
        return f"{self.width} × {self.height} · {self.format} · {in_bytes(self.bytes)}"


def look_at(query: Query, settings: Settings) -> Look:
    """Raises Unreadable. May take as long as the disk and the decoder take."""
    # Not needed before the first picture; the window opens sooner without it.
    from pictrace.decode import decode_pixels

    max_bytes = settings.picture_megabytes << 20
    data = query.data
    if data is None:
        archive, picture = find_picture(query.location, max_bytes=max_bytes)
        try:
            data = archive.read(picture)
        finally:
            archive.close()
    decoded = decode_pixels(data, max_bytes, _PREVIEW_SIDE)
    return Look(Image.fromarray(decoded.pixels), decoded.width, decoded.height, decoded.format, len(data))


def is_archive(location: str) -> bool:
    """Whether a dropped or typed path is a place to look in, and not a picture to look for."""
    if os.path.isdir(location):  # noqa: PTH112
        return True
    kind = kind_of(location.replace(os.sep, "/"))
    if kind in (Kind.PICTURE, Kind.ARCHIVE):
        return kind is Kind.ARCHIVE
    try:
        with open_without_waiting(location) as file:
            head = file.read(SNIFF_BYTES)
    except OSError:
        return False
    if looks_like_picture(head):
        return False
    return head.startswith(_ARCHIVE_BEGINNINGS) or is_list_of_addresses(location)


def path_in(text: str) -> str | None:
    """The path that a pasted or typed text names; None where it is no path."""
    line = text.strip().splitlines()[0].strip().strip("'\"") if text.strip() else ""
    if line.startswith("file://"):
        from urllib.parse import unquote, urlsplit
        from urllib.request import url2pathname

        return url2pathname(unquote(urlsplit(line).path))
    path = os.path.expanduser(line)  # noqa: PTH111
    return path if os.path.isabs(path) else None  # noqa: PTH117


def places_in(text: str) -> tuple[str, ...]:
    """The archives that a typed text names. A name may hold what stands between two, but none begins in its middle."""
    return tuple(os.path.expanduser(place) for place in _BETWEEN_PLACES.split(text))  # noqa: PTH111


def in_bytes(count: int) -> str:
    if count < 1000:
        return _("{count} bytes").format(count=count)
    if count < 1_000_000:
        return _("{count:.0f} KB").format(count=count / 1e3)
    if count < 1_000_000_000:
        return _("{count:.1f} MB").format(count=count / 1e6)
    return _("{count:.1f} GB").format(count=count / 1e9)
