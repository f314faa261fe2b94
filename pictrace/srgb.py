"""Pixels of any kind → sRGB of the wanted size, block by block, so that a big picture is in memory only once."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from pictrace.picture import Pixels
from pictrace.picture_files import BAD_FILE

_BLOCK = 1024
_MID_GREY = (128, 128, 128)


def srgb_pixels(im: Image.Image, longest_side: int | None) -> Pixels:
    """The decoded picture as sRGB, reduced to at most the longest side; not yet turned upright."""
    width, height = im.size
    size = fitting(im.size, longest_side)
    # Averaging whole pixels is cheap; leave a factor of two or more to the good filter.
    factor = max(1, max(width, height) // (2 * max(size)))
    span = _BLOCK // factor * factor or factor
    value_range = _value_range(im)
    colours = _Colours(im.info.get("icc_profile"))
    reduced = np.empty((-(-height // factor), -(-width // factor), 3), np.uint8)
    for top in range(0, height, span):
        for left in range(0, width, span):
            block = im.crop((left, top, min(left + span, width), min(top + span, height)))
            part = np.asarray(colours.srgb(_plain(block, value_range).reduce(factor)))
            y, x = top // factor, left // factor
            reduced[y : y + part.shape[0], x : x + part.shape[1]] = part
    if (reduced.shape[1], reduced.shape[0]) == size:
        return reduced
    box = (0.0, 0.0, width / factor, height / factor)
    return np.asarray(Image.fromarray(reduced).resize(size, Image.Resampling.LANCZOS, box=box))


def fitting(size: tuple[int, int], longest_side: int | None) -> tuple[int, int]:
    """Never larger than the size itself, and never without a pixel."""
    width, height = size
    if longest_side is None or max(size) <= longest_side:
        return size
    scale = longest_side / max(size)
    return max(1, round(width * scale)), max(1, round(height * scale))


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """As the EXIF orientation says; anything but 2 to 8 leaves the picture as it is."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _plain(im: Image.Image, value_range: tuple[float, float]) -> Image.Image:
    """In a mode of 8-bit bands that can be averaged: L, RGB, CMYK or LAB, with alpha where there is transparency."""
    if im.mode in ("I", "F") or im.mode.startswith("I;16"):
        low, high = value_range
        values = (np.asarray(im).astype(np.float32) - low) * (255 / (high - low))
        return Image.fromarray(np.nan_to_num(values.clip(0, 255)).astype(np.uint8))
    transparent = "transparency" in im.info
    if im.mode in ("1", "L"):
        return im.convert("LA" if transparent else "L")
    if im.mode in ("P", "RGB"):
        return im.convert("RGBA" if transparent else "RGB")
    if im.mode in ("CMYK", "LAB", "LA", "RGBA"):
        return im
    return im.convert({"PA": "RGBA", "La": "LA", "RGBa": "RGBA"}.get(im.mode, "RGB"))


def _value_range(im: Image.Image) -> tuple[float, float]:
    """Which values are black and white: hardly a file says so, but these are what cameras and programs write."""
    if im.mode not in ("I", "F") and not im.mode.startswith("I;16"):
        return 0, 255
    low, high = np.inf, -np.inf
    for top in range(0, im.height, 64):
        values = np.asarray(im.crop((0, top, im.width, min(top + 64, im.height)))).astype(np.float32)
        values = values[np.isfinite(values)]
        low, high = min(low, values.min(initial=low)), max(high, values.max(initial=high))
    whites = [1.0] if im.mode == "F" else []
    for white in [*whites, *(2.0**bits - 1 for bits in (8, 10, 12, 14, 16))]:
        if low >= 0 and high <= white:
            return 0, white
    return (float(low), float(high)) if low < high else (0, 255)


class _Colours:
    """The picture's own colours → sRGB. A profile that is broken or for other colours is passed over."""

    def __init__(self, icc: object) -> None:
        self._profile: ImageCms.ImageCmsProfile | None = None
        self._transforms: dict[str, ImageCms.ImageCmsTransform | None] = {}
        if isinstance(icc, bytes) and icc:
            try:
                profile = ImageCms.ImageCmsProfile(BytesIO(icc))
                if "sRGB" not in (profile.profile.profile_description or ""):
                    self._profile = profile
            except (*BAD_FILE, ImageCms.PyCMSError):
                return

    def srgb(self, im: Image.Image) -> Image.Image:
        if im.mode in ("LA", "RGBA"):
            alpha = im.getchannel("A")
            colour = self.srgb(im.convert(im.mode[:-1]))
            return Image.composite(colour, Image.new("RGB", im.size, _MID_GREY), alpha)
        if im.mode == "L" and self._space() == "RGB":
            im = im.convert("RGB")
        if im.mode not in self._transforms:
            self._transforms[im.mode] = self._transform(im.mode)
        transform = self._transforms[im.mode]
        return im.convert("RGB") if transform is None else transform.apply(im)

    def _space(self) -> str:
        return "" if self._profile is None else self._profile.profile.xcolor_space.strip()

    def _transform(self, mode: str) -> ImageCms.ImageCmsTransform | None:
        source = self._profile
        if mode == "LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif self._space() != {"L": "GRAY"}.get(mode, mode):
            return None
        if source is None:
            return None
        try:
            target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
            return ImageCms.ImageCmsTransform(source, target, mode, "RGB", ImageCms.Intent.PERCEPTUAL)
        except (*BAD_FILE, ImageCms.PyCMSError):
            return None
