"""Opening a picture's file: which formats, what its header says, what decoding it will take. No pixels yet."""

import logging
import re
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import GifImagePlugin, IcoImagePlugin, Image, JpegImagePlugin, TiffImagePlugin

from pictrace.errors import PictureUnreadable
from pictrace.language import _

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "HEIF", "AVIF", "JPEG2000", "PSD")
"""MPO comes with JPEG, APNG with PNG; GIF and icons are opened here. Pillow reads more, but runs programs for some."""

BAD_FILE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    # Hostile headers lead Pillow to parts that it had not set up, or that contradict one another.
    AttributeError,
    AssertionError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What decoders raise when the file is bad."""

MAX_SCANS = 200
"""A progressive JPEG has about ten; each costs a pass over the whole picture, so thousands are an attack."""

_BEGINNINGS = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|II[*+]\x00|MM\x00[*+]|BM|....ftyp|\x00{3}\x0cjP|\xff\x4f\xff\x51|8BPS"
    rb"|\x00\x00\x01\x00",
    re.DOTALL,
)
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")
_start_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class JpegScans:
    count: int
    """As far as the file goes; the last may be cut short."""
    buffered: bool
    """All coefficients are held in memory before there is a pixel."""


def open_picture(data: bytes, max_bytes: int) -> Image.Image:
    """The header is read and checked; for nearly all formats, no pixel is decoded. Raises PictureUnreadable."""
    if not data:
        raise PictureUnreadable(_("The file is empty."))
    _start_pillow()
    try:
        if data.startswith(b"\0\0\1\0"):
            return _largest_icon(data, max_bytes)
        if data.startswith(b"GIF8"):
            return _CheckedGif(BytesIO(data), max_bytes)
        try:
            return Image.open(BytesIO(data), formats=FORMATS)
        except BAD_FILE:
            if not data.startswith(b"\xff\xd8\xff"):
                raise
            # The picture after a broken list of further pictures (MPO) is a JPEG like any other.
            return JpegImagePlugin.JpegImageFile(BytesIO(data))
    except BAD_FILE as error:
        raise PictureUnreadable(_why_not(data)) from error


def check_memory(size: tuple[int, int], needed: int, max_bytes: int) -> None:
    """Raises PictureUnreadable where decoding would take more than the limit."""
    if needed > max_bytes:
        raise PictureUnreadable(
            _("At {width} × {height} pixels it would need {needed}; the limit is {limit}.").format(
                width=f"{size[0]:,}", height=f"{size[1]:,}", needed=_amount(needed), limit=_amount(max_bytes)
            )
        )


def memory_needed(im: Image.Image, data: bytes, shrink: int) -> int:
    """The bytes that its decoder really takes, measured, when the picture is decoded at 1/shrink."""
    width, height = im.size
    bands = len(im.getbands())
    pixels = -(-width // shrink) * -(-height // shrink)
    # Pillow keeps one byte for single bands, two for 16-bit grey, and four for everything else.
    stored = pixels * {"1": 1, "L": 1, "P": 1}.get(im.mode, 2 if im.mode.startswith("I;16") else 4)
    if im.format in ("JPEG", "MPO"):
        return stored + (width * height * 2 * bands if jpeg_scans(data, whole=False).buffered else 0)
    if im.format == "GIF":
        return pixels * 2
    if im.format == "WEBP":
        return pixels * 16
    if im.format in ("HEIF", "AVIF"):
        return pixels * (10 if bands < 4 else 12)
    if isinstance(im, TiffImagePlugin.TiffImageFile):
        tile = im.tag_v2.get(322, 0) * im.tag_v2.get(323, 0) * bands * 2
        return stored + (tile if isinstance(tile, int) else 0)
    if im.format == "JPEG2000":
        return stored + pixels * 5 * bands
    return stored


def jpeg_scans(data: bytes, whole: bool = True) -> JpegScans:
    """Of the first picture in the file. Unless the whole is asked for, only up to its first scan."""
    count, components, progressive, buffered = 0, 0, False, False
    position = 2
    while (found := _MARKER.search(data, position)) is not None:
        marker, position = found.group(1)[0], found.end()
        if marker == 0xD9:
            break
        if marker == 0xD8 or position + 2 > len(data):
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            progressive = marker in (0xC2, 0xC6, 0xCA, 0xCE)
            components = data[position + 7] if position + 7 < len(data) else 0
        elif marker == 0xDA:
            count += 1
            of_all = data[position + 2] >= components if position + 2 < len(data) else True
            buffered = buffered or progressive or not of_all
            if not whole:
                break
        position += max(2, int.from_bytes(data[position : position + 2], "big"))
    return JpegScans(count, buffered)


def _start_pillow() -> None:
    """Pillow's switches belong to the whole process: set when first needed, and to what any thread wants."""
    quiet = "ignore", None, Warning, re.compile(r"PIL\."), 0
    with _start_lock:
        if quiet not in warnings.filters:
            # Its warnings are about the file at hand, and a picture that decodes in spite of them is fine.
            warnings.filterwarnings("ignore", category=Warning, module=r"PIL\.")
        if "HEIF" in Image.OPEN:
            return
        import pi_heif

        # Sizes are checked here, against the memory that each format really takes.
        Image.MAX_IMAGE_PIXELS = None
        logging.getLogger("PIL").addHandler(logging.NullHandler())
        Image.init()
        pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def _largest_icon(data: bytes, max_bytes: int) -> Image.Image:
    """Pillow would decode it while opening, whatever size the picture inside claims."""
    icons = IcoImagePlugin.IcoFile(BytesIO(data))
    entry = icons.entry[0]
    inside = data[entry.offset : entry.offset + entry.size]
    if inside.startswith(b"\x89PNG"):
        icon: Image.Image = Image.open(BytesIO(inside), formats=("PNG",))
    else:
        width, height = struct.unpack_from("<ii", inside, 4)
        check_memory((abs(width), abs(height) // 2), abs(width * height) * 4, max_bytes)
        icon = icons.frame(0)
    icon.format = "ICO"
    return icon


class _CheckedGif(GifImagePlugin.GifImageFile):
    """Opening a GIF paints an empty first frame, of a size that may only be told in the middle of the file."""

    def __init__(self, file: BytesIO, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        super().__init__(file)

    @property
    def _size(self) -> tuple[int, int]:
        return self._checked_size

    @_size.setter
    def _size(self, size: tuple[int, int]) -> None:
        check_memory(size, size[0] * size[1] * 2, self._max_bytes)
        self._checked_size = size


def _why_not(data: bytes) -> str:
    if _BEGINNINGS.match(data):
        return _("It is damaged: not even its beginning can be read.")
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return _("This is not a picture: it is a web page (HTML).")
    if b"\0" not in start and len(start.decode("utf-8", "ignore").encode()) > len(start) - 4:
        return _("This is not a picture: it is text.")
    return _("This is not a picture of a kind that can be read.")


def _amount(size_bytes: int) -> str:
    megabytes = size_bytes / 2**20
    return f"{megabytes / 1024:,.1f} GB" if megabytes >= 1024 else f"{megabytes:,.0f} MB"
