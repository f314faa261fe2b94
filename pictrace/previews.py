"""The verb `preview`: any picture, in a form that every browser draws."""

import hashlib
import io
from collections.abc import Generator

from PIL import Image

from pictrace.asked import announced
from pictrace.decode import decode_pixels
from pictrace.events import Decoding, Event
from pictrace.questions import Distrust, Preview

_QUALITY = 88


def preview_of(data: bytes, side: int, max_bytes: int, distrust: Distrust) -> Generator[Event, None, Preview]:
    """Reduced to the longest side, never enlarged. Raises PictureUnreadable."""
    yield from announced(hashlib.sha256(data).hexdigest(), distrust)
    try:
        decoded = decode_pixels(data, max_bytes, side)
    finally:
        yield Decoding((), 0.0)
    coded = io.BytesIO()
    Image.fromarray(decoded.pixels).save(coded, "JPEG", quality=_QUALITY)
    return Preview(coded.getvalue(), decoded.width, decoded.height)
