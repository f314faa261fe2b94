"""What people do to photographs, and what they put around different ones."""

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Edit = Callable[[Image.Image], Image.Image]


def cropped(share: float) -> Edit:
    def edit(image: Image.Image) -> Image.Image:
        across, down = int(image.width * share / 2), int(image.height * share / 2)
        return image.crop((across, down, image.width - across, image.height - down))

    return edit


def resized(across: float, down: float) -> Edit:
    return lambda image: image.resize((max(1, int(image.width * across)), max(1, int(image.height * down))))


def turned(degrees: float) -> Edit:
    return lambda image: image.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True)


def captioned(image: Image.Image) -> Image.Image:
    image = image.copy()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, int(image.height * 0.84), image.width, image.height), fill=(20, 20, 24))
    font = ImageFont.load_default(size=max(8, image.height // 14))
    draw.text((image.width * 0.04, image.height * 0.87), "Summer holidays by the sea", fill=(240, 240, 240), font=font)
    return image


def tinted(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return Image.merge("RGB", (red.point(lambda v: min(255, int(v * 1.2))), green, blue.point(lambda v: int(v * 0.8))))


EDITS: dict[str, Edit] = {
    "half size": resized(0.5, 0.5),
    "crop 10%": cropped(0.10),
    "crop 20%": cropped(0.20),
    "crop 40%": cropped(0.40),
    "crop 60%": cropped(0.60),
    "turned 5°": turned(5),
    "turned 20°": turned(20),
    "turned 90°": turned(90),
    "turned 180°": turned(180),
    "mirrored": ImageOps.mirror,
    "border": lambda image: ImageOps.expand(image, max(8, image.width // 12), (255, 255, 255)),
    "brighter": lambda image: ImageEnhance.Contrast(ImageEnhance.Brightness(image).enhance(1.3)).enhance(1.3),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.6),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "caption": captioned,
    "tinted": tinted,
    "grey": lambda image: ImageOps.grayscale(image).convert("RGB"),
    "squeezed": resized(0.75, 1.0),
    "saved badly": lambda image: image,
}
QUALITY = {"saved badly": 30}
"""Of the JPEG that an edit is saved as; 90 for the others."""


def framed(share: float) -> Edit:
    """An ornate frame, the same for every photograph; `share` of each side is frame."""

    def edit(image: Image.Image) -> Image.Image:
        frame = Image.radial_gradient("L").resize((16, 16)).convert("RGB")
        sheet = Image.new("RGB", image.size)
        for x in range(0, image.width, 16):
            for y in range(0, image.height, 16):
                sheet.paste(tinted(frame) if (x // 16 + y // 16) % 3 else frame, (x, y))
        across, down = int(image.width * share), int(image.height * share)
        sheet.paste(image.resize((image.width - 2 * across, image.height - 2 * down)), (across, down))
        return sheet

    return edit


def watermarked(image: Image.Image) -> Image.Image:
    mark = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(mark)
    font = ImageFont.load_default(size=max(8, image.height // 12))
    for row in range(0, image.height, image.height // 4):
        for column in range(-image.width // 6, image.width, image.width // 3):
            draw.text((column + row // 2 % 40, row), "SAMPLE", fill=(255, 255, 255, 110), font=font)
    return Image.alpha_composite(image.convert("RGBA"), mark).convert("RGB")


def in_screenshot(share: float) -> Edit:
    """A browser's window around the photograph, which covers this share of its area."""

    def edit(image: Image.Image) -> Image.Image:
        zoom = share**-0.5
        sheet = Image.new("RGB", (int(image.width * zoom), int(image.height * zoom)), (246, 246, 248))
        draw = ImageDraw.Draw(sheet)
        left, top = (sheet.width - image.width) // 3, (sheet.height - image.height) * 2 // 3
        font = ImageFont.load_default(size=max(8, sheet.height // 28))
        draw.rectangle((0, 0, sheet.width, top // 2), fill=(52, 58, 70))
        draw.text((8, 4), "www.example.org/gallery   Home  Albums  About", fill=(230, 230, 235), font=font)
        for line in range(8):
            y = top + line * sheet.height // 10
            draw.text((left + image.width + 6, y), "Comments (12) Reply Like Share", fill=(60, 60, 70), font=font)
        draw.text((8, sheet.height - sheet.height // 16), "Imprint  Privacy  Contact", fill=(90, 90, 100), font=font)
        sheet.paste(image, (left, top))
        return sheet

    return edit


def in_wood(share: float) -> Edit:
    """A frame of planks with a golden lip; `share` of each side is frame."""

    def edit(image: Image.Image) -> Image.Image:
        across, down = int(image.width * share), int(image.height * share)
        grain = Image.effect_noise((max(1, image.width // 24), image.height), 90).resize(image.size)
        planks = ImageOps.colorize(grain, (70, 42, 20), (190, 140, 90))
        lip = (across - 4, down - 4, image.width - across + 4, image.height - down + 4)
        ImageDraw.Draw(planks).rectangle(lip, outline=(230, 200, 120), width=3)
        planks.paste(image.resize((image.width - 2 * across, image.height - 2 * down)), (across, down))
        return planks

    return edit


def fenced(image: Image.Image) -> Image.Image:
    """The watermark of an agency: crossing lines and a large name."""
    mark = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(mark)
    for start in range(-image.height, image.width, image.width // 5):
        draw.line((start, 0, start + image.height, image.height), fill=(128, 128, 128, 140), width=2)
        draw.line((start + image.height, 0, start, image.height), fill=(128, 128, 128, 140), width=2)
    font = ImageFont.load_default(size=max(8, image.height // 6))
    draw.text((image.width * 0.15, image.height * 0.42), "stockpix", fill=(255, 255, 255, 160), font=font)
    return Image.alpha_composite(image.convert("RGBA"), mark).convert("RGB")


SURROUNDINGS: dict[str, Edit] = {
    "caption": captioned,
    "frame of 12% a side": framed(0.12),
    "wooden frame of 12% a side": in_wood(0.12),
    "tiled watermark": watermarked,
    "watermark of lines and a name": fenced,
    "frame of 20% a side": framed(0.20),
    "screenshot, photograph 59% of it": in_screenshot(0.59),
    "screenshot, photograph 34% of it": in_screenshot(0.34),
}
