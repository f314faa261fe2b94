"""Smooth shapes for the widgets that are drawn by hand. Tk's own canvas knows no antialiasing."""

from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

_FINE = 4
"""Shapes are drawn so much larger and then reduced."""


def mixed(one: str, other: str, share: float) -> str:
    """So much of the other colour."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(low + (high - low) * share) for low, high in pairs).hex()


@lru_cache(maxsize=256)
def rounded_mask(width: int, height: int, radius: int) -> Image.Image:
    """What lies inside is white."""
    mask = Image.new("L", (width * _FINE, height * _FINE))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * _FINE - 1, height * _FINE - 1), radius * _FINE, fill=255)
    return mask.resize((width, height), Image.Resampling.BOX)


def rounded(
    image: Image.Image, box: tuple[int, int, int, int], radius: int, fill: str, outline: str = "", line: int = 1
) -> None:
    """Left, top, width and height of the box."""
    left, top, width, height = box
    if width <= 0 or height <= 0:
        return
    if outline:
        image.paste(outline, (left, top), rounded_mask(width, height, radius))
        left, top, width, height = left + line, top + line, width - 2 * line, height - 2 * line
        radius = max(0, radius - line)
    if width > 0 and height > 0:
        image.paste(fill, (left, top), rounded_mask(width, height, radius))


def rounded_frame(
    size: tuple[int, int], radius: int, fill: str, outline: str, line: int, inset: int = 0
) -> Image.Image:
    """With nothing outside of its round corners; the line may lie within the edge."""
    width, height = size
    face = Image.new("RGB", size, fill)
    rounded(face, (inset, inset, width - 2 * inset, height - 2 * inset), radius - inset, fill, outline, line)
    face.putalpha(rounded_mask(width, height, radius))
    return face


@lru_cache(maxsize=64)
def dashes_mask(width: int, height: int, radius: int, line: int) -> Image.Image:
    """A rounded frame of dashes, white on black."""
    frame = ImageChops.subtract(
        rounded_mask(width, height, radius),
        _inset(rounded_mask(width - 2 * line, height - 2 * line, max(0, radius - line)), (width, height), line),
    )
    step = 5 * line
    dashes = Image.new("L", (width, height))
    draw = ImageDraw.Draw(dashes)
    # Each side begins and ends with a dash around the corner.
    for x in _dashes(width, step):
        draw.rectangle((x, 0, x + step - 1, height), fill=255)
    inside = Image.new("L", (width, height))
    draw = ImageDraw.Draw(inside)
    for y in _dashes(height, step):
        draw.rectangle((0, y, width, y + step - 1), fill=255)
    edge = max(radius, 2 * line)
    dashes.paste(inside, (0, 0), _sides(width, height, edge))
    return ImageChops.multiply(frame, dashes)


def _dashes(length: int, step: int) -> list[int]:
    """Where they begin."""
    count = max(1, round((length - step) / (2 * step)))
    return [round(number * (length - step) / count) for number in range(count + 1)]


def _sides(width: int, height: int, edge: int) -> Image.Image:
    """The left and the right edge, without the corners."""
    sides = Image.new("L", (width, height))
    for left in (0, width - edge):
        sides.paste(255, (left, edge, left + edge, height - edge))
    return sides


def _inset(mask: Image.Image, size: tuple[int, int], line: int) -> Image.Image:
    whole = Image.new("L", size)
    whole.paste(mask, (line, line))
    return whole


@lru_cache(maxsize=64)
def disc_mask(size: int) -> Image.Image:
    mask = Image.new("L", (size * _FINE, size * _FINE))
    ImageDraw.Draw(mask).ellipse((0, 0, size * _FINE - 1, size * _FINE - 1), fill=255)
    return mask.resize((size, size), Image.Resampling.BOX)


def picture_icon(size: int, ink: str, paper: str) -> Image.Image:
    """A frame with a mountain and a sun: a picture that is not there (yet)."""
    big = size * _FINE
    icon = Image.new("RGB", (big, big), paper)
    draw = ImageDraw.Draw(icon)
    line = max(_FINE, big // 14)
    draw.rounded_rectangle((0, big * 0.1, big - 1, big * 0.9), big * 0.1, outline=ink, width=line)
    draw.ellipse((big * 0.2, big * 0.25, big * 0.38, big * 0.43), fill=ink)
    draw.line(
        [(big * 0.08, big * 0.76), (big * 0.36, big * 0.5), (big * 0.52, big * 0.64), (big * 0.7, big * 0.42)],
        fill=ink,
        width=line,
        joint="curve",
    )
    draw.line([(big * 0.7, big * 0.42), (big * 0.93, big * 0.68)], fill=ink, width=line)
    return icon.resize((size, size), Image.Resampling.LANCZOS)


def menu_icon(size: int, ink: str) -> Image.Image:
    """Three lines on nothing."""
    icon = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(icon)
    line = max(1, round(size / 9))
    for place in (0.22, 0.5, 0.78):
        top = round(size * place - line / 2)
        draw.rectangle((round(size * 0.1), top, round(size * 0.9) - 1, top + line - 1), fill=ink)
    return icon


def chevron(size: int, ink: str) -> Image.Image:
    """Downwards, on nothing."""
    big = size * _FINE
    icon = Image.new("RGBA", (big, big), f"{ink}00")
    points = [(0.17 * big, 0.36 * big), (0.5 * big, 0.68 * big), (0.83 * big, 0.36 * big)]
    ImageDraw.Draw(icon).line(points, fill=ink, width=round(0.12 * big), joint="curve")
    return icon.resize((size, size), Image.Resampling.LANCZOS)


def tick(size: int) -> Image.Image:
    """White on black, to be pasted through."""
    big = size * _FINE
    mark = Image.new("L", (big, big))
    points = [(x * big, y * big) for x, y in ((0.24, 0.52), (0.43, 0.71), (0.77, 0.31))]
    ImageDraw.Draw(mark).line(points, fill=255, width=round(big * 0.12), joint="curve")
    return mark.resize((size, size), Image.Resampling.BOX)


def dot(size: int) -> Image.Image:
    """White on black, to be pasted through."""
    mark, inner = Image.new("L", (size, size)), disc_mask(max(2, round(size * 0.42)))
    place = (size - inner.width) // 2
    mark.paste(inner, (place, place))
    return mark


def numbered_disc(size: int, fill: str, paper: str) -> Image.Image:
    disc = Image.new("RGB", (size, size), paper)
    disc.paste(fill, (0, 0), disc_mask(size))
    return disc
