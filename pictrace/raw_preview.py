"""Camera RAW: the camera's own preview inside the file, or a quick development where that is missing or too small."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from pictrace.picture import Pixels
from pictrace.picture_files import BAD_FILE, check_memory

if TYPE_CHECKING:
    import rawpy

_RAW_BEGINNINGS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"\0MRM", b"FOVb")
# In a TIFF of either byte order: the photometric interpretation is "colour filter array" or "linear raw".
_SENSOR_DATA = (
    b"\x06\x01\x03\0\x01\0\0\0\x23\x80",
    b"\x01\x06\0\x03\0\0\0\x01\x80\x23",
    b"\x06\x01\x03\0\x01\0\0\0\x4c\x88",
    b"\x01\x06\0\x03\0\0\0\x01\x88\x4c",
)
_BYTES_PER_PIXEL = 5
"""Of the sensor, while it is developed at half size: measured."""
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""LibRaw's turns in EXIF's numbers."""


@dataclass(frozen=True, slots=True)
class RawPreview:
    picture: bytes | Pixels
    """The preview as the camera stored it (a JPEG), or pixels."""
    orientation: int
    """How it must be turned, as EXIF numbers it, unless the JPEG says so itself."""
    width: int
    height: int
    """Of the upright photograph."""


def is_raw(data: bytes) -> bool:
    if data.startswith(_RAW_BEGINNINGS) or data[4:12] == b"ftypcrx " or data[6:14] == b"HEAPCCDR":
        return True
    return data[:4] in (b"II*\0", b"MM\0*") and (data[8:10] == b"CR" or any(tag in data for tag in _SENSOR_DATA))


def raw_preview(data: bytes, side: int | None, max_bytes: int) -> RawPreview | None:
    """None where the file is no RAW that can be read. Raises PictureUnreadable where it is one, but too big."""
    import rawpy

    try:
        with rawpy.imread(BytesIO(data)) as raw:
            sizes = raw.sizes
            turned = sizes.flip in (5, 6)
            width, height = (sizes.height, sizes.width) if turned else (sizes.width, sizes.height)
            orientation = _ORIENTATIONS.get(sizes.flip, 1)
            wanted = min(side or max(width, height), max(width, height) // 2)
            if (stored := _stored_preview(raw)) is not None and _longest_side(stored) >= wanted:
                return RawPreview(stored, orientation, width, height)
            check_memory((width, height), sizes.raw_width * sizes.raw_height * _BYTES_PER_PIXEL, max_bytes)
            developed = np.asarray(raw.postprocess(half_size=True, use_camera_wb=True), np.uint8)
            if developed.shape[2] != 3:  # a sensor without colours
                developed = developed[:, :, :1].repeat(3, axis=2)
            return RawPreview(developed, 1, width, height)
    except (rawpy.LibRawError, rawpy.NotSupportedError, OSError, ValueError, MemoryError):
        return None


def _stored_preview(raw: "rawpy.RawPy") -> bytes | Pixels | None:
    import rawpy

    try:
        preview = raw.extract_thumb()
    except (rawpy.LibRawError, rawpy.NotSupportedError, ValueError):
        return None
    if preview.format == rawpy.ThumbFormat.JPEG:
        return bytes(preview.data)
    return np.asarray(preview.data, np.uint8)


def _longest_side(picture: bytes | Pixels) -> int:
    if not isinstance(picture, bytes):
        return max(picture.shape[:2]) if picture.ndim == 3 and picture.shape[2] == 3 else 0
    try:
        return max(Image.open(BytesIO(picture), formats=("JPEG",)).size)
    except BAD_FILE:
        return 0
