"""What can still be had of a picture whose file is cut short or broken in the middle."""

import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFile

from pictrace.picture_files import BAD_FILE, jpeg_scans

Opening = Callable[[bytes], Image.Image]

_END_OF_JPEG = b"\xff\xd9"


def rescued(data: bytes, open_again: Opening) -> tuple[Image.Image, bool] | None:
    """The picture with mid grey where it is missing, and whether it is damaged; None unless most of it is there."""
    try:
        im = open_again(data)
        if im.format in ("JPEG", "MPO") and (scans := jpeg_scans(data)).buffered:
            return _coarse(data, open_again, scans.count)
        if im.format == "GIF" and "transparency" in im.info:
            return None  # Its empty rows cannot be told from transparent ones.
        black = _rows(_filled(im, black=True))
        del im
        grey = _filled(open_again(data))
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


def _filled(im: Image.Image, black: bool = False) -> Image.Image:
    """As far as it can be decoded, over black or mid grey."""
    bands = len(im.getbands())
    fill: int | tuple[int, ...] = 0 if bands == 1 else (0,) * bands
    if not black:
        fill = _mid_grey(im)
    im.im = Image.new(im.mode, im.size, fill).im
    try:
        im.load()
    except BAD_FILE:
        if im.im.size != im.size:
            raise
    if isinstance(im, ImageFile.ImageFile):
        im.tile = []
    return im


def _mid_grey(im: Image.Image) -> int | tuple[int, ...]:
    if im.mode == "P" and im.palette is not None:
        stride = len(im.palette.rawmode or im.palette.mode)
        entries = np.frombuffer(bytes(im.palette.palette), np.uint8)
        colours = entries[: len(entries) // stride * stride].reshape(-1, stride)[:256, :3].astype(int)
        return int(np.abs(colours - 128).max(axis=1).argmin())
    if im.mode == "CMYK":
        return 0, 0, 0, 128
    if len(im.getbands()) == 1:
        return 128 * 256 if im.mode.startswith("I;16") else 128
    return (128,) * len(im.getbands())


def _rows(im: Image.Image) -> list[int]:
    """A checksum for each row, or for each 200th of a high picture."""
    height = -(-im.height // 200)
    tops = range(0, im.height, height)
    return [zlib.crc32(im.crop((0, top, im.width, min(top + height, im.height))).tobytes()) for top in tops]
