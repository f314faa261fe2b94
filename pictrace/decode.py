"""Bytes → upright sRGB pixels at the smallest scale that serves: every format, every limit, one kind of failure."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, Jpeg2KImagePlugin, JpegImagePlugin

from pictrace.damaged_pictures import rescued
from pictrace.errors import PictureUnreadable
from pictrace.language import _
from pictrace.picture import Picture, Pixels
from pictrace.picture_files import BAD_FILE, MAX_SCANS, check_memory, jpeg_scans, memory_needed, open_picture
from pictrace.raw_preview import is_raw, raw_preview
from pictrace.settings import THUMBNAIL_SIDE
from pictrace.srgb import srgb_pixels, upright

_QUALITY = 90
_SMALL_BYTES = 64 * 2**20
# Two pictures of half a gigabyte at the same moment would be too much; small ones need not wait for one another.
_one_big_picture = threading.Lock()


@dataclass(frozen=True, slots=True)
class Decoded:
    pixels: Pixels
    width: int
    height: int
    """Of the upright original; the pixels may be fewer."""
    format: str
    """As Pillow names it, or "RAW"."""
    damaged: bool
    """Only part of it could be decoded; the rest is mid grey, or coarse."""


def decode_picture(data: bytes, max_bytes: int) -> Picture:
    """The one form that everything works on. Raises PictureUnreadable with a sentence for a person."""
    decoded = decode_pixels(data, max_bytes, THUMBNAIL_SIDE)
    thumbnail = thumbnail_of(decoded.pixels)
    return Picture(thumbnail, decoded.width, decoded.height, decoded.format, decoded.damaged)


def decode_pixels(data: bytes, max_bytes: int, longest_side: int | None) -> Decoded:
    """Upright, reduced to the longest side, never enlarged; None is full resolution (of a RAW: what its preview has).

    Decoding takes at most max_bytes, or the picture is refused. Raises PictureUnreadable, and nothing else.
    """
    if not is_raw(data):
        return _decode(data, max_bytes, longest_side)
    with _one_big_picture:
        preview = raw_preview(data, longest_side, max_bytes)
    if preview is None:
        return _decode(data, max_bytes, longest_side)
    if isinstance(preview.picture, bytes):
        decoded = _decode(preview.picture, max_bytes, longest_side, preview.orientation)
    else:
        pixels = upright(srgb_pixels(Image.fromarray(preview.picture), longest_side), preview.orientation)
        decoded = Decoded(pixels, 0, 0, "", damaged=False)
    return replace(decoded, width=preview.width, height=preview.height, format="RAW")


def thumbnail_of(pixels: Pixels) -> bytes:
    """Reduced to THUMBNAIL_SIDE where it is larger. The same pixels give the same bytes."""
    im = Image.fromarray(pixels)
    if max(im.size) > THUMBNAIL_SIDE:
        im = Image.fromarray(srgb_pixels(im, THUMBNAIL_SIDE))
    coded = BytesIO()
    im.save(coded, "JPEG", quality=_QUALITY, subsampling="4:2:0")
    return coded.getvalue()


def thumbnail_pixels(thumbnail: bytes) -> Pixels:
    """Raises PictureUnreadable where these bytes are not what thumbnail_of made."""
    try:
        im = Image.open(BytesIO(thumbnail), formats=("JPEG",))
        if max(im.size) <= THUMBNAIL_SIDE and im.mode == "RGB":
            return np.asarray(im)
    except BAD_FILE as error:
        raise PictureUnreadable(_("The remembered thumbnail is damaged.")) from error
    raise PictureUnreadable(_("The remembered thumbnail is damaged."))


def _decode(data: bytes, max_bytes: int, longest_side: int | None, orientation: int = 1) -> Decoded:
    """The orientation holds where the file itself says nothing."""
    im = open_picture(data, max_bytes)
    try:
        width, height = im.size
        shrink = _shrink(im, data, longest_side)
        needed = memory_needed(im, data, shrink)
        check_memory(im.size, needed, max_bytes)
        if im.info.get("progressive") and jpeg_scans(data).count > MAX_SCANS:
            raise PictureUnreadable(_("It is damaged: it is stored in more layers than any camera or program writes."))
        with _room(needed):
            im, damaged = _load(im, data, shrink, max_bytes)
            said = _orientation(im)
            pixels = srgb_pixels(im, longest_side)
            orientation = said or orientation
            pixels = upright(pixels, orientation)
    except MemoryError as error:
        raise PictureUnreadable(_("There is not enough memory to decode it.")) from error
    except BAD_FILE as error:
        raise PictureUnreadable(_how_damaged(error)) from error
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return Decoded(pixels, width, height, im.format or "", damaged)


@contextmanager
def _room(needed: int) -> Iterator[None]:
    if needed <= _SMALL_BYTES:
        yield
        return
    with _one_big_picture:
        yield


def _load(im: Image.Image, data: bytes, shrink: int, max_bytes: int) -> tuple[Image.Image, bool]:
    """The picture with its pixels, and whether it is damaged."""

    def open_again(data: bytes) -> Image.Image:
        return _reduced(open_picture(data, max_bytes), shrink)

    try:
        _reduced(im, shrink).load()
        return im, False
    except BAD_FILE:
        im.close()
        if (rescue := rescued(data, open_again)) is None:
            raise
        return rescue


def _shrink(im: Image.Image, data: bytes, longest_side: int | None) -> int:
    """By what power of two the decoder itself can reduce the picture and still leave enough."""
    if longest_side is None:
        return 1
    is_jpeg = isinstance(im, JpegImagePlugin.JpegImageFile)
    if is_jpeg:
        steps = 3
    elif isinstance(im, Jpeg2KImagePlugin.Jpeg2KImageFile):
        # "COD", the coding style, follows the start of the codestream and says how often the size was halved.
        coding_style = data.find(b"\xff\x52\x00", max(0, data.find(b"\xff\x4f\xff\x51")))
        steps = min(32, data[coding_style + 9]) if 0 <= coding_style < len(data) - 9 else 0
    else:
        steps = 0
    for shrink in (1 << step for step in range(steps, 0, -1)):
        enough = max(im.size) // shrink >= longest_side and min(im.size) >= shrink
        # Pillow rounds to the nearest where JPEG 2000 rounds up, and then finds that the sizes differ.
        if enough and (is_jpeg or all((n + shrink // 2) // shrink == -(-n // shrink) for n in im.size)):
            return shrink
    return 1


def _reduced(im: Image.Image, shrink: int) -> Image.Image:
    """So that loading decodes it at 1/shrink."""
    if shrink > 1 and isinstance(im, JpegImagePlugin.JpegImageFile):
        im.draft(None, (max(1, im.width // shrink), max(1, im.height // shrink)))
    elif shrink > 1 and isinstance(im, Jpeg2KImagePlugin.Jpeg2KImageFile):
        im.reduce = shrink.bit_length() - 1
    return im


def _orientation(im: Image.Image) -> int | None:
    """What is still to be done. To be asked after loading: PNG may say it at the end, TIFF is turned by then."""
    if im.format == "HEIF":
        return 1  # Its container's own turns are done by the decoder, and EXIF's copy of them does not count.
    try:
        said = im.getexif().get(ExifTags.Base.Orientation)
    except BAD_FILE:
        return None
    return said if isinstance(said, int) and 1 <= said <= 8 else None


def _how_damaged(error: BaseException) -> str:
    said = " ".join(str(error).split())[:200].rstrip(".")
    if "truncated" in said:
        return _("It is damaged: the file is cut short, and too little of the picture is left.")
    return _("It is damaged and cannot be decoded ({error}).").format(error=said or type(error).__name__)
