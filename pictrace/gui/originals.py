"""The files themselves, opened to be shown."""

import os
import time
from dataclasses import dataclass
from typing import Any

from PIL import Image

from pictrace.archives import find_picture
from pictrace.language import _, ngettext
from pictrace.questions import Query, Region

_LEAST_SIDE = 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that can be opened again and again."""

    location: str
    """A file or a member of an archive; a word for what was pasted."""
    data: bytes | None = None
    region: Region | None = None

    @property
    def query(self) -> Query:
        return Query(self.location, self.data)


@dataclass(frozen=True, slots=True)
class Pair:
    one: Source
    other: Source

    @property
    def question(self) -> dict[str, Any]:
        """Arguments of Verb.EXPLAIN."""
        return {"one": self.one.query, "other": self.other.query, "region": self.one.region, "overlay": True}


@dataclass(frozen=True, slots=True)
class Facts:
    name: str
    place: str
    size_bytes: int
    width: int
    height: int
    """Of the upright picture, or of its region."""
    format: str
    damaged: bool
    modified_ns: int
    """0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    source: Source
    longest_side: int | None
    """None for every pixel."""

    def suffices(self, other: "Wanted") -> bool:
        """It is the same picture, not smaller than the other one."""
        if self.source != other.source or self.longest_side is None:
            return self.source == other.source
        return other.longest_side is not None and other.longest_side <= self.longest_side


class Originals:
    """Opens what a PictureLoader asks for, in its threads, and keeps the facts that it saw."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._facts: dict[Source, Facts] = {}

    def facts(self, source: Source) -> Facts | None:
        """Known once a picture of it was read."""
        return self._facts.get(source)

    def wanted(self, source: Source, side: int) -> Wanted:
        """To be shown with so many pixels along its longer side; not each size is read anew."""
        facts = self.facts(source)
        longest = _LEAST_SIDE
        while longest < side:
            longest *= 2
        whole = facts is not None and longest >= max(facts.width, facts.height)
        return Wanted(source, None if whole else longest)

    def read(self, wanted: Wanted) -> Image.Image:
        """Raises PicTraceError."""
        # Not needed before the first picture; the window opens sooner without it.
        from pictrace.asked import cut
        from pictrace.decode import decode_pixels
        from pictrace.srgb import srgb_pixels

        source = wanted.source
        data, modified_ns = source.data, 0
        if data is None:
            archive, picture = find_picture(source.location, max_bytes=self._max_bytes)
            try:
                data = archive.read(picture)
            finally:
                archive.close()
            modified_ns = picture.modified_ns
        decoded = decode_pixels(data, self._max_bytes, 1 if source.region else wanted.longest_side)
        image = Image.fromarray(decoded.pixels)
        width, height = decoded.width, decoded.height
        if source.region is not None:
            image = Image.fromarray(cut(data, source.region, self._max_bytes))
            width, height = image.size
            if wanted.longest_side is not None and max(image.size) > wanted.longest_side:
                image = Image.fromarray(srgb_pixels(image, wanted.longest_side))
        place, name = ("", source.location) if source.data is not None else os.path.split(source.location)
        self._facts[source] = Facts(
            readable(name),
            readable(with_short_home(place.removesuffix("!"))),
            len(data),
            width,
            height,
            decoded.format,
            decoded.damaged,
            modified_ns,
        )
        return image


@dataclass(frozen=True, slots=True)
class FactOfBoth:
    title: str
    one: str
    other: str
    differs: bool


def facts_of_both(one: Facts | None, other: Facts | None) -> list[FactOfBoth]:
    """In words; what is not known yet is empty and does not differ."""
    size = _size_words if one is None or other is None or not _look_equal(one, other) else _exact_size_words
    told = (
        (_("Name"), lambda facts: facts.name),
        (_("Place"), lambda facts: facts.place),
        (_("Size"), lambda facts: size(facts.size_bytes)),
        (_("Dimensions"), lambda facts: _("{width} × {height}").format(width=facts.width, height=facts.height)),
        (_("Format"), _format_words),
        (_("Modified"), lambda facts: _date_words(facts.modified_ns)),
    )
    rows = []
    for title, words in told:
        mine, theirs = ("" if facts is None else words(facts) for facts in (one, other))
        rows.append(FactOfBoth(title, mine, theirs, bool(mine and theirs and mine != theirs)))
    return rows


def readable(text: str) -> str:
    """A name as a person can read it: bytes that are no text, and signs that are not seen, become question marks."""
    decoded = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in decoded)


def with_short_home(path: str) -> str:
    """As people write it: ~ for the folder of the person."""
    home = os.path.expanduser("~").rstrip(os.sep)  # noqa: PTH111
    return "~" + path[len(home) :] if f"{path}{os.sep}".startswith(home + os.sep) else path


def _look_equal(one: Facts, other: Facts) -> bool:
    return one.size_bytes != other.size_bytes and _size_words(one.size_bytes) == _size_words(other.size_bytes)


def _size_words(size: int) -> str:
    if size < 1000:
        return _exact_size_words(size)
    if size < 1_000_000:
        return _("{size:.0f} KB").format(size=size / 1000)
    return _("{size:.1f} MB").format(size=size / 1_000_000)


def _exact_size_words(size: int) -> str:
    return ngettext("{count:,} byte", "{count:,} bytes", size).format(count=size)


def _format_words(facts: Facts) -> str:
    return _("{format}, damaged").format(format=facts.format) if facts.damaged else facts.format


def _date_words(modified_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(modified_ns / 1e9)) if modified_ns else ""
