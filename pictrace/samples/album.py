"""What the sample archive holds: scenes, the same scenes at another hour, and copies as people make them."""

import io
import shutil
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from pictrace.samples import country, home, nature, town, water
from pictrace.samples.bridge import suspension_bridge

VERSION = 1
"""Changes whenever any file of the set changes."""

ORIENTATION, MAKE, MODEL, TAKEN = 0x0112, 0x010F, 0x0110, 0x0132
TURN_RIGHT_TO_SHOW = 6


def write_album(photos: Path, queries: Path) -> None:
    """Both folders are new. Every byte is the same each time."""
    lighthouse = water.lighthouse(3)
    bicycle = town.red_bicycle(3)
    night = town.skyline(3)
    lake = nature.mountain_lake(3)
    boat = water.sailing_boat(3)
    balloons = country.balloons(3)
    fruit = home.fruit_bowl(3)
    cat = home.cat_in_window(3)
    aurora = nature.aurora(3)
    bridge = suspension_bridge(3)

    holidays = photos / "Holidays"
    _jpeg(lighthouse, holidays / "lighthouse.jpg")
    _jpeg(water.lighthouse(8, dusk=True), holidays / "lighthouse at dusk.jpg")
    _jpeg(water.lighthouse(21, x=520, size=0.72), holidays / "lighthouse from the boat.jpg")
    _jpeg(boat, holidays / "sailing boat.jpg")
    _jpeg(water.sailing_boat(5, sunset=True, x=380, size=0.9), holidays / "sailing boat at sunset.jpg")
    _jpeg(water.beach_from_above(3), holidays / "beach from above.jpg")
    _jpeg(nature.desert(3), holidays / "desert.jpg")
    _jpeg(country.lavender(3), holidays / "lavender.jpg")

    mountains = photos / "Mountains"
    _jpeg(lake, mountains / "lake at dusk.jpg")
    _jpeg(nature.mountain_lake(3, dusk=False, shift=26), mountains / "lake in the morning.jpg")
    _jpeg(nature.forest_in_fog(3), mountains / "forest in fog.jpg")
    _jpeg(aurora, mountains / "aurora.jpg")

    around = photos / "Town"
    _jpeg(night, around / "skyline at night.jpg")
    _jpeg(town.skyline(3, night=False, shift=-18), around / "skyline in the evening.jpg")
    _jpeg(bridge, around / "bridge.jpg")
    _jpeg(bicycle, around / "red bicycle.jpg")
    _jpeg(balloons, around / "balloons.jpg")
    _jpeg(country.balloons(9, x=330, y=215, size=0.8, evening=True), around / "balloons in the evening.jpg")

    indoors = photos / "Home"
    _jpeg(fruit, indoors / "fruit bowl.jpg")
    _saved(cat, indoors / "cat in the window.webp", "WEBP", quality=88, method=2)

    _write_edits(photos / "Edited", lighthouse, lake, night, boat, fruit, aurora)
    _jpeg(bicycle.transpose(Image.Transpose.ROTATE_90), photos / "Edited" / "red bicycle turned.jpg")
    _jpeg(ImageOps.mirror(balloons), photos / "Edited" / "balloons mirrored.jpg")
    (photos / "Backup").mkdir()
    shutil.copyfile(holidays / "lighthouse.jpg", photos / "Backup" / "DSC_0417.jpg")
    _jpeg_of_a_turned_camera(bridge, photos / "Backup" / "IMG_2041.jpg")
    _zip(
        photos / "Backup" / "2019.zip",
        {"summer/lighthouse.jpg": holidays / "lighthouse.jpg", "summer/lake.jpg": mountains / "lake at dusk.jpg"},
    )

    _jpeg(lighthouse.crop((130, 0, 890, 570)).resize((608, 456)), queries / "lighthouse, sent by a friend.jpg", 72)
    _jpeg(ImageOps.mirror(bicycle), queries / "bicycle, mirrored.jpg", 80)
    _saved(
        night.crop((210, 60, 690, 420)).quantize(128).convert("RGB"),
        queries / "skyline, part of a screenshot.png",
        "PNG",
    )
    _jpeg(water.sailing_boat(12, x=520, size=0.8), queries / "another sailing boat.jpg")


def _write_edits(
    folder: Path,
    lighthouse: Image.Image,
    lake: Image.Image,
    night: Image.Image,
    boat: Image.Image,
    fruit: Image.Image,
    aurora: Image.Image,
) -> None:
    _jpeg(lighthouse.crop((300, 20, 860, 470)), folder / "lighthouse cropped.jpg")
    _jpeg(lake.resize((450, 300), Image.Resampling.LANCZOS), folder / "lake small.jpg", 60)
    _jpeg(night.convert("L"), folder / "skyline black and white.jpg")
    _jpeg(_with_caption(boat, "Greetings from the sea"), folder / "sailing boat with caption.jpg")
    _jpeg(ImageEnhance.Brightness(fruit).enhance(1.35), folder / "fruit bowl brighter.jpg")
    _saved(aurora.resize((600, 400), Image.Resampling.LANCZOS), folder / "aurora.png", "PNG")


def _with_caption(picture: Image.Image, words: str) -> Image.Image:
    captioned = picture.copy()
    draw = ImageDraw.Draw(captioned, "RGBA")
    font = ImageFont.load_default(size=44)
    draw.rectangle((0, picture.height - 92, picture.width, picture.height), fill=(255, 250, 240, 225))
    draw.text((picture.width / 2, picture.height - 46), words, fill=(40, 44, 60, 255), font=font, anchor="mm")
    return captioned


def _jpeg(picture: Image.Image, file: Path, quality: int = 87) -> None:
    _saved(picture, file, "JPEG", quality=quality)


def _jpeg_of_a_turned_camera(picture: Image.Image, file: Path) -> None:
    """Lies on its side in the file; EXIF says how to hold it."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE], exif[MODEL], exif[TAKEN] = (
        TURN_RIGHT_TO_SHOW,
        "Sample",
        "Pocket",
        "2019:08:04 18:20:11",
    )
    _saved(picture.transpose(Image.Transpose.ROTATE_90), file, "JPEG", quality=87, exif=exif)


def _saved(picture: Image.Image, file: Path, kind: str, **options: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.save(file, kind, **options)


def _zip(file: Path, members: dict[str, Path]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, source in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2019, 8, 4, 18, 20, 12)), source.read_bytes())
    file.write_bytes(content.getvalue())
