"""A query, read: the same form of pixels as everything that it is compared with."""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from pictrace.archives import find_picture
from pictrace.decode import Decoded, decode_picture, decode_pixels, thumbnail_of, thumbnail_pixels
from pictrace.errors import PictureUnreadable
from pictrace.events import Decoding, Event
from pictrace.fetching import FetchLimits, is_address
from pictrace.fetching.addresses import normal_form
from pictrace.language import _
from pictrace.picture import Digest, Pixels
from pictrace.questions import Distrust, Query, Region


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    key: str | None
    """Of its file, to leave that out of the answer."""
    digest: Digest | None
    """None for a region: no whole picture has the same content."""
    pixels: Pixels
    width: int
    height: int
    """Of the upright picture, all of it."""


def read_query(
    query: Query, region: Region | None, limits: FetchLimits, distrust: Distrust
) -> Generator[Event, None, Asked]:
    """Raises Unreadable or MachineRefuses where the query cannot be had or is no picture."""
    key, data, max_bytes = query.key, query.data, limits.max_bytes
    if data is None and is_address(query.location):
        key = normal_form(query.location)
        data = yield from _fetched(key, limits)
    elif data is None:
        archive, picture = find_picture(query.location, max_bytes=max_bytes)
        key = picture.key
        if (banned := distrust.banned.get(key)) is not None:
            raise PictureUnreadable(banned)
        try:
            data = archive.read(picture)
        finally:
            archive.close()
    digest = Digest(hashlib.sha256(data).digest())
    yield from announced(key or digest.hex(), distrust)
    try:
        if region is None:
            whole = decode_picture(data, max_bytes)
            thumbnail, width, height = whole.thumbnail, whole.width, whole.height
        else:
            decoded = decode_pixels(data, max_bytes, None)
            thumbnail, width, height = thumbnail_of(_cut_out(decoded, region)), decoded.width, decoded.height
    finally:
        yield Decoding((), 0.0)
    return Asked(key, digest if region is None else None, thumbnail_pixels(thumbnail), width, height)


def _fetched(address: str, limits: FetchLimits) -> Generator[Event, None, bytes]:
    """In steps, so that others are answered meanwhile and this one can be stopped."""
    from pictrace.fetching.ahead import FetchAhead
    from pictrace.fetching.asking import Answer, Request

    with FetchAhead([Request(address)], limits) as arriving:
        for arrived in arriving:
            if arrived is None:
                yield Decoding((), 0.0)
            elif isinstance(arrived.outcome, Answer):
                return arrived.outcome.data
            elif arrived.outcome is not None:
                raise arrived.outcome
    raise AssertionError("what is asked for arrives, or fails")


def announced(key: str, distrust: Distrust) -> Generator[Event, None, None]:
    """Before handed-over data is decoded. Raises PictureUnreadable where it killed the process twice before."""
    if (banned := distrust.banned.get(key)) is not None:
        raise PictureUnreadable(banned)
    yield Decoding((key,), 0.0)


def cut(data: bytes, region: Region, max_bytes: int) -> Pixels:
    """From the original in full resolution; where the format holds fewer pixels than it claims, as camera RAW does,
    the region is scaled with them."""
    return _cut_out(decode_pixels(data, max_bytes, None), region)


def _cut_out(decoded: Decoded, region: Region) -> Pixels:
    height, width = decoded.pixels.shape[:2]
    across, down = width / decoded.width, height / decoded.height
    left, right = (round(min(max(x, 0), decoded.width) * across) for x in (region.x, region.x + region.width))
    top, bottom = (round(min(max(y, 0), decoded.height) * down) for y in (region.y, region.y + region.height))
    if left >= right or top >= bottom:
        raise PictureUnreadable(
            _("The region {x},{y},{w},{h} lies outside of the picture, which has {width}×{height} pixels.").format(
                x=region.x,
                y=region.y,
                w=region.width,
                h=region.height,
                width=decoded.width,
                height=decoded.height,
            )
        )
    return np.ascontiguousarray(decoded.pixels[top:bottom, left:right])
