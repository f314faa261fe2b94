"""What shows why two pictures are alike: which points agree, where they differ, and the numbers."""

import io
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from skimage.metrics import structural_similarity

from pictrace.evidence import COMPARED_SIDE, Look, agreeing_points, look
from pictrace.keypoints import CHANCE_POINTS, Affine, Agreement, Grey, Places
from pictrace.language import _
from pictrace.picture import Pixels
from pictrace.questions import Overlay
from pictrace.structure import Alignment, Mask, align

_PAPER, _INK, _FAINT = (250, 250, 247), (33, 37, 41), (108, 113, 118)
_DIFFERENT = (214, 40, 40)
_NOT_SHARED = (226, 226, 220)
_PANEL = 460
_MARGIN = 28
_TEXT, _SMALL = 19, 15
_LINES = 40
"""More lines than this hide the pictures."""
_FINE = 2
"""Lines are drawn so much larger and then reduced, which makes them smooth."""
_WINDOW = 7


def picture_that_explains(one: Pixels, other: Pixels, numbers: Sequence[str]) -> Image.Image:
    """Both side by side with lines between the points that agree, one laid over the other, `numbers` line by line."""
    mine, theirs = look(one), look(other)
    agreement = _told_agreement(mine, theirs)
    parts = [
        _titled(_joined_title(agreement), _joined(one, other, mine, theirs, agreement)),
        _laid_over(mine, theirs, agreement),
        _written(numbers),
    ]
    width = max(part.width for part in parts) + 2 * _MARGIN
    height = sum(part.height for part in parts) + (len(parts) + 1) * _MARGIN
    sheet = Image.new("RGB", (width, height), _PAPER)
    top = _MARGIN
    for part in parts:
        sheet.paste(part, (_MARGIN, top))
        top += part.height + _MARGIN
    return sheet


def overlay_of(mine: Look, theirs: Look) -> Overlay:
    agreement = _told_agreement(mine, theirs)
    alignment, affine, over_other = None, None, True
    points = np.zeros((0, 4))
    if agreement is not None:
        chosen = _spread_out(agreement.here)
        points = np.hstack([_shares(agreement.here, mine.grey), _shares(agreement.there, theirs.grey)])[chosen]
        alignment = align(mine.grey, theirs.grey, agreement.affine, COMPARED_SIDE)
    if agreement is not None and alignment is not None:
        affine = _between_shares(agreement.affine, mine.grey, theirs.grey)
        over_other = _lies_over_other(agreement)
    different, told = _difference(alignment or _pressed(mine, theirs))
    coded = io.BytesIO()
    Image.fromarray(np.dstack([np.round(different * 255), told * 255.0]).astype(np.uint8)).save(coded, "PNG")
    return Overlay(tuple((a, b, c, d) for a, b, c, d in points.tolist()), affine, coded.getvalue(), over_other)


def _told_agreement(mine: Look, theirs: Look) -> Agreement | None:
    """None where so few agree that it may be chance."""
    agreement = agreeing_points(mine, theirs)
    return None if agreement is None or agreement.points <= CHANCE_POINTS else agreement


def _lies_over_other(agreement: Agreement) -> bool:
    """The finer picture is moved onto the coarser one."""
    return abs(float(np.linalg.det(agreement.affine[:, :2]))) <= 1


def _shares(places: Places, grey: Grey) -> Places:
    shares: Places = (places + 0.5) / (grey.shape[1], grey.shape[0])
    return shares


def _between_shares(affine: Affine, mine: Grey, theirs: Grey) -> tuple[float, float, float, float, float, float]:
    pixels = np.array([[mine.shape[1], 0, -0.5], [0, mine.shape[0], -0.5], [0, 0, 1]])
    shares = np.array(
        [[1 / theirs.shape[1], 0, 0.5 / theirs.shape[1]], [0, 1 / theirs.shape[0], 0.5 / theirs.shape[0]]]
    )
    a, b, x, c, d, y = (shares @ np.vstack([affine, (0, 0, 1)]) @ pixels).ravel().tolist()
    return a, b, x, c, d, y


def _joined_title(agreement: Agreement | None) -> str:
    if agreement is None:
        return _("No key points agree on one map")
    if agreement.points > _LINES:
        return _("Points that agree on one map ({shown} of {count} are joined)").format(
            shown=_LINES, count=agreement.points
        )
    return _("Points that agree on one map")


def _joined(one: Pixels, other: Pixels, mine: Look, theirs: Look, agreement: Agreement | None) -> Image.Image:
    left, right = _fitted(one), _fitted(other)
    offset = _PANEL + _MARGIN
    size = offset + _PANEL, max(left.height, right.height)
    sheet = Image.new("RGB", size, _PAPER)
    sheet.paste(left, (0, 0))
    sheet.paste(right, (offset, 0))
    if agreement is None:
        return sheet
    fine = sheet.resize((size[0] * _FINE, size[1] * _FINE), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(fine, "RGBA")
    starts = _on_sheet(agreement.here, mine.grey, left, 0)
    ends = _on_sheet(agreement.there, theirs.grey, right, offset)
    spread = _spread_out(agreement.here)[:_LINES]
    joined = sorted(spread, key=lambda number: (agreement.here[number, 1], agreement.here[number, 0]))
    for place, number in enumerate(joined):
        colour = _hue(place / len(joined))
        start, end = tuple(starts[number]), tuple(ends[number])
        draw.line((*start, *end), fill=(*colour, 190), width=round(1.5 * _FINE))
        for x, y in (start, end):
            radius = 3.5 * _FINE
            ring = x - radius, y - radius, x + radius, y + radius
            draw.ellipse(ring, fill=colour, outline=(255, 255, 255), width=_FINE)
    return fine.resize(size, Image.Resampling.BOX)


def _on_sheet(places: Places, grey: Grey, panel: Image.Image, offset: int) -> Places:
    zoom = panel.width / grey.shape[1], panel.height / grey.shape[0]
    on_sheet: Places = ((places + 0.5) * zoom + (offset, 0)) * _FINE
    return on_sheet


def _spread_out(places: Places) -> list[int]:
    """The points to join: each is as far as can be from those before it."""
    chosen = [int(places[:, 1].argmin())]
    apart = np.full(len(places), np.inf)
    while len(chosen) < len(places):
        apart = np.minimum(apart, np.hypot(*(places - places[chosen[-1]]).T))
        if apart.max() < 1:
            break
        chosen.append(int(apart.argmax()))
    return chosen


def _hue(share: float) -> tuple[int, int, int]:
    colour = cv2.cvtColor(np.array([[[int(share * 179), 190, 235]]], np.uint8), cv2.COLOR_HSV2RGB)[0, 0]
    return int(colour[0]), int(colour[1]), int(colour[2])


def _laid_over(mine: Look, theirs: Look, agreement: Agreement | None) -> Image.Image:
    alignment = None if agreement is None else align(mine.grey, theirs.grey, agreement.affine, COMPARED_SIDE)
    if alignment is None:
        alignment = _pressed(mine, theirs)
        title = _("Both pressed into a square: red where they differ")
    else:
        title = _("Laid one over the other: red where they differ, plain where only one has something")
    # Outside of the overlap the picture that was moved is black.
    unmoved = alignment.other if agreement is None or _lies_over_other(agreement) else alignment.one
    both = (alignment.one.astype(np.uint16) + alignment.other) // 2
    blend = np.where(alignment.overlap, both, unmoved).astype(np.uint8)
    left, right = _fitted(_coloured(blend)), _fitted(_difference_map(alignment))
    sheet = Image.new("RGB", (2 * _PANEL + _MARGIN, left.height), _PAPER)
    sheet.paste(left, (0, 0))
    sheet.paste(right, (_PANEL + _MARGIN, 0))
    return _titled(title, sheet)


def _pressed(mine: Look, theirs: Look) -> Alignment:
    """Into one square, where nothing shows how they lie over one another."""
    return Alignment(mine.square, theirs.square, np.ones(mine.square.shape, bool), 1.0, 1.0)


def _difference_map(alignment: Alignment) -> Pixels:
    """The second picture, faint, with what scikit-image's map of structural similarity tells apart in red."""
    different, told = _difference(alignment)
    faint = _coloured(alignment.other).astype(np.float32) * 0.45 + 255 * 0.5
    painted = faint + different[..., None] * (np.array(_DIFFERENT, np.float32) - faint)
    painted[~told] = _NOT_SHARED
    return painted.astype(np.uint8)


def _difference(alignment: Alignment) -> tuple[npt.NDArray[np.float32], Mask]:
    """0 to 1 for each pixel, and where a whole window lies within both: elsewhere it would tell of the edge."""
    window = min(_WINDOW, (min(alignment.one.shape) - 1) // 2 * 2 + 1)
    if window < 3:
        return np.zeros(alignment.one.shape, np.float32), np.zeros(alignment.one.shape, bool)
    # Warping mixed the outermost pixels of one of the two with black.
    one, other = (
        cv2.copyMakeBorder(grey[1:-1, 1:-1], 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        for grey in (alignment.one, alignment.other)
    )
    similar = structural_similarity(one, other, data_range=255, win_size=window, full=True)[1]  # type: ignore[no-untyped-call]
    inside = cv2.erode(alignment.overlap.astype(np.uint8), np.ones((window, window), np.uint8)) > 0
    return np.clip(1 - similar, 0, 1).astype(np.float32), inside


def _coloured(grey: Grey) -> Pixels:
    return np.repeat(grey[..., None], 3, axis=2)


def _fitted(pixels: Pixels) -> Image.Image:
    """At the size of a panel, in its own proportions."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    zoom = _PANEL / max(image.size)
    size = max(1, round(image.width * zoom)), max(1, round(image.height * zoom))
    return image.resize(size, Image.Resampling.LANCZOS if zoom < 1 else Image.Resampling.BICUBIC)


def _titled(title: str, image: Image.Image) -> Image.Image:
    font = ImageFont.load_default(size=_SMALL)
    width = max(image.width, int(font.getlength(title)) + 1)
    room = _SMALL * 2
    sheet = Image.new("RGB", (width, image.height + room), _PAPER)
    ImageDraw.Draw(sheet).text((0, 0), title, fill=_FAINT, font=font)
    sheet.paste(image, (0, room))
    return sheet


def _written(lines: Sequence[str]) -> Image.Image:
    font = ImageFont.load_default(size=_TEXT)
    room = round(_TEXT * 1.6)
    wrapped = [part for line in lines for part in _wrapped(line, font)]
    sheet = Image.new("RGB", (2 * _PANEL + _MARGIN, max(1, len(wrapped) * room)), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(wrapped):
        draw.text((0, number * room), line, fill=_INK, font=font)
    return sheet


def _wrapped(line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str]:
    """Broken between words where it would run out of the sheet."""
    rows = [""]
    for word in line.split():
        longer = f"{rows[-1]} {word}".strip()
        if rows[-1] and font.getlength(longer) > 2 * _PANEL + _MARGIN:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows
