"""What can still be had of a picture whose file is cut short or broken in the middle."""

import zlib
from collections.abc import Callable

from PIL import Image

from pictrace.picture_files import BAD_FILE, jpeg_scans

Opening = Callable[[bytes], Image.Image]

_MID_GREY, _BLACK = 128, 0
_END_OF_JPEG = b"\xff\xd9"


def rescued(data: bytes, open_again: Opening) -> tuple[Image.Image, bool] | None:
    """The picture with mid grey where it is missing, and whether it is damaged; None unless most of it is there."""
    try:
        im = open_again(data)
        if im.format in ("JPEG", "MPO") and (scans := jpeg_scans(data)).buffered:
            return _coarse(data, open_again, scans.count)
        if im.format == "GIF" and "transparency" in im.info:
            return None  # Its empty rows cannot be told from transparent ones.
        black = _rows(_filled(im, _BLACK))
        del im
        grey = _filled(open_again(data), _MID_GREY)
        rows = _rows(grey)
    except BAD_FILE:
        return None
    # A row that was decoded looks the same, whatever the picture was filled with before.
    decoded = sum(a == b for a, b in zip(black, rows, strict=True))
    return (grey, decoded < len(rows)) if decoded > len(rows) / 2 else None


def _coarse(data: bytes, open_again: Opening, scans: int) -> tuple[Image.Image, bool] | None:
    """Each scan of a progressive JPEG refines the whole picture, so after the first one it is all there."""
    if scans < 2:
        return None
    im = open_again(data + _END_OF_JPEG)
    im.load()
    return im, True


def _filled(im: Image.Image, fill: int) -> Image.Image:
    """As far as it can be decoded, over the fill."""
    im.im = Image.new(im.mode, im.size, fill if len(im.getbands()) == 1 else (fill,) * len(im.getbands())).im
    try:
        im.load()
    except BAD_FILE:
        if im.im.size != im.size:
            raise
    im.tile = []
    return im


def _rows(im: Image.Image) -> list[int]:
    """A checksum for each row, or for each 200th of a high picture."""
    height = -(-im.height // 200)
    tops = range(0, im.height, height)
    return [zlib.crc32(im.crop((0, top, im.width, min(top + height, im.height))).tobytes()) for top in tops]
