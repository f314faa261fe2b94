"""Pictures painted where a map carries them: for the comparison of two pictures, with Pillow alone."""

from collections.abc import Sequence
from colorsys import hsv_to_rgb
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from pictrace.gui.lens import Pane
from pictrace.gui.maps import Map, Place, scaling
from pictrace.gui.pictures import bytes_of

Colour = tuple[int, int, int]

_FINE = 2
"""Lines are drawn so much larger and then reduced, which makes them smooth."""
_SINGLE_PIXELS_FROM = 4
_LEAST_LEVEL = 24
_HARDLY, _SURELY = 0.15, 0.6
"""Below the first a difference is the grain of a compressed picture, above the second nobody overlooks it."""
_MOST_HEAT, _MOST_COVER = 180, 200
"""Of 255: the picture is to be seen below."""
_WARM, _HOT = (255, 176, 32), (214, 30, 40)


class Painted:
    """A picture and its halves, so that it is quickly painted at every size. Making it takes long where it is large."""

    def __init__(self, image: Image.Image) -> None:
        self._levels = [image]
        while min(self._levels[-1].size) > _LEAST_LEVEL:
            self._levels.append(self._levels[-1].reduce(2))

    @property
    def size(self) -> tuple[int, int]:
        return self._levels[0].size

    @property
    def bytes(self) -> int:
        return sum(bytes_of(level) for level in self._levels)

    def on(self, sheet: Image.Image, pane: Pane, view: Map, *, rough: bool = False) -> None:
        """As the view carries shares of its sides to pixels of the sheet, cut at the pane."""
        box = _bounds(view, pane)
        if box.width <= 0 or box.height <= 0:
            return
        level = self._level(view)
        local = view.moved(-box.left, -box.top).after(scaling(1 / level.width, 1 / level.height))
        part = (_upright_part if local.upright else _turned_part)(level, local, (box.width, box.height), rough)
        sheet.paste(part, (box.left, box.top), part.getchannel("A") if part.mode == "RGBA" else None)

    def _level(self, view: Map) -> Image.Image:
        """The smallest that still has a pixel for each one painted."""
        fine = [level for level in self._levels if view.after(scaling(1 / level.width, 1 / level.height)).scale <= 1]
        return fine[-1] if fine else self._levels[0]


def _upright_part(level: Image.Image, local: Map, size: tuple[int, int], rough: bool) -> Image.Image:
    back = local.inverse
    across, down = (back.left, back.left + back.a * size[0]), (back.top, back.top + back.d * size[1])
    held = (max(0.0, across[0]), max(0.0, down[0]), min(level.width, across[1]), min(level.height, down[1]))
    single = local.scale >= _SINGLE_PIXELS_FROM and level.mode == "RGB"
    finest = Image.Resampling.BICUBIC if local.scale > 1 and level.mode == "RGB" else Image.Resampling.BILINEAR
    return level.resize(size, Image.Resampling.NEAREST if rough or single else finest, held)


def _turned_part(level: Image.Image, local: Map, size: tuple[int, int], rough: bool) -> Image.Image:
    back = local.inverse
    carry = (back.a, back.b, back.left, back.c, back.d, back.top)
    single = local.scale >= _SINGLE_PIXELS_FROM and level.mode == "RGB"
    resample = Image.Resampling.NEAREST if rough or single else Image.Resampling.BILINEAR
    part = level.transform(size, Image.Transform.AFFINE, carry, resample)
    mask = _outline(local, level.size, size, 1 if rough else _FINE)
    if part.mode == "RGBA":
        mask = Image.composite(part.getchannel("A"), Image.new("L", size), mask)
    part.putalpha(mask)
    return part


def _bounds(view: Map, pane: Pane) -> Pane:
    """The part of the pane that the picture may reach."""
    corners = [view(corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
    left, right = (round(edge(x for x, _ in corners)) for edge in (min, max))
    top, bottom = (round(edge(y for _, y in corners)) for edge in (min, max))
    left, right = max(left, pane.left), min(max(right, left + 1), pane.left + pane.width)
    top, bottom = max(top, pane.top), min(max(bottom, top + 1), pane.top + pane.height)
    return Pane(left, top, right - left, bottom - top)


def _outline(local: Map, picture: tuple[int, int], size: tuple[int, int], zoom: int) -> Image.Image:
    """Where the picture is, without the pixels that are mixed with what is not there. A zoom smooths the edges."""
    width, height = picture
    inset = min(0.75 / local.scale, width / 4, height / 4)
    left, top, right, bottom = inset, inset, width - inset, height - inset
    corners = [local(corner) for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]
    mask = Image.new("L", (size[0] * zoom, size[1] * zoom))
    ImageDraw.Draw(mask).polygon([(x * zoom, y * zoom) for x, y in corners], fill=255)
    return mask.reduce(zoom) if zoom > 1 else mask


def heat(differences: bytes, paper: Colour) -> Image.Image:
    """Of an overlay's PNG: the colours to lay over a picture; most of it is paper where nothing can be told."""
    image = Image.open(BytesIO(differences), formats=("PNG",))
    both = np.asarray(image.convert("LA"), np.float32) / 255
    different, told = both[..., 0], both[..., 1] > 0
    steep = np.clip((different - _HARDLY) / (_SURELY - _HARDLY), 0, 1)
    strong = _softened(steep * steep * (3 - 2 * steep) * told)
    hidden = _softened(~told)
    warm, hot = np.array(_WARM, np.float32), np.array(_HOT, np.float32)
    heated, covered = strong * (1 - hidden) * _MOST_HEAT, hidden * _MOST_COVER
    alpha = (heated + covered)[..., None]
    colours = (warm + strong[..., None] * (hot - warm)) * heated[..., None] + np.array(paper) * covered[..., None]
    return Image.fromarray(np.dstack([colours / np.maximum(alpha, 1e-3), alpha]).round().astype(np.uint8))


def _softened(values: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """So that enlarging does not show the steps."""
    plane = Image.fromarray((values * np.float32(255)).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    return np.asarray(plane, np.float32) / np.float32(255)


def share_that_differs(differences: bytes) -> float | None:
    """Of what can be told; None where nothing can."""
    both = np.asarray(Image.open(BytesIO(differences), formats=("PNG",)).convert("LA"), np.float32) / 255
    told = both[..., 1] > 0
    return float((both[..., 0][told] > (_HARDLY + _SURELY) / 2).mean()) if told.any() else None


def faded(sheet: Image.Image, pane: Pane, view: Map, paper: Colour, strength: float) -> None:
    """The picture in this view, already painted, becomes grey: so much of it as `strength`, the rest paper."""
    bounds = _bounds(view, pane)
    if bounds.width <= 0 or bounds.height <= 0:
        return
    box = (bounds.left, bounds.top, bounds.left + bounds.width, bounds.top + bounds.height)
    grey = sheet.crop(box).convert("L").convert("RGB")
    sheet.paste(Image.blend(Image.new("RGB", grey.size, paper), grey, strength), box[:2])


def joined(
    sheet: Image.Image,
    lines: Sequence[tuple[Place, Place]],
    panes: tuple[Pane, Pane],
    most_lines: int,
    radius: float,
    *,
    smooth: bool = True,
) -> None:
    """Rings around all points that are within their panes, lines between the first few pairs."""
    zoom = _FINE if smooth else 1
    fine = Image.new("RGBA", (sheet.width * zoom, sheet.height * zoom))
    draw = ImageDraw.Draw(fine)
    seen = [line for line in lines if all(pane.holds(place) for pane, place in zip(panes, line, strict=True))]
    shown = sorted(seen[:most_lines], key=lambda line: (line[0][1], line[0][0]))
    colours = [_hue(number, len(shown)) for number in range(len(shown))]
    for line in seen[most_lines:]:
        _ring(draw, line, (255, 255, 255), (20, 20, 20), radius * 0.6, zoom)
    for line, colour in zip(shown, colours, strict=True):
        draw.line([(x * zoom, y * zoom) for x, y in line], fill=(*colour, 215), width=round(radius * 0.4 * zoom))
    for line, colour in zip(shown, colours, strict=True):
        _ring(draw, line, colour, (255, 255, 255), radius, zoom)
    if smooth:
        fine = fine.reduce(_FINE)
    sheet.paste(fine, (0, 0), fine)


def _ring(
    draw: ImageDraw.ImageDraw, line: tuple[Place, Place], inside: Colour, around: Colour, radius: float, zoom: int
) -> None:
    for x, y in line:
        box = ((x - radius) * zoom, (y - radius) * zoom, (x + radius) * zoom, (y + radius) * zoom)
        draw.ellipse(box, fill=(*inside, 255), outline=(*around, 255), width=zoom)


def _hue(number: int, count: int) -> Colour:
    red, green, blue = hsv_to_rgb(number / max(1, count), 0.78, 0.96)
    return round(red * 255), round(green * 255), round(blue * 255)
