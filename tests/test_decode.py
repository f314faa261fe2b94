import random
import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pictrace.decode import Decoded, decode_picture, decode_pixels, thumbnail_of, thumbnail_pixels
from pictrace.errors import PictureUnreadable
from pictrace.picture import Picture, Pixels
from pictrace.settings import THUMBNAIL_SIDE

LIMIT = 512 * 2**20
RED, GREEN, BLUE, YELLOW = (220, 20, 20), (20, 200, 20), (20, 20, 220), (220, 220, 20)
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def coded(im: Image.Image, format: str, **options: Any) -> bytes:
    file = BytesIO()
    im.save(file, format, **options)
    return file.getvalue()


def four_colours(width: int = 96, height: int = 64) -> Image.Image:
    im = Image.new("RGB", (width, height), RED)
    im.paste(GREEN, (width // 2, 0, width, height // 2))
    im.paste(BLUE, (0, height // 2, width // 2, height))
    im.paste(YELLOW, (width // 2, height // 2, width, height))
    return im


def photograph(width: int = 640, height: int = 480) -> Image.Image:
    noise = np.random.default_rng(7).integers(0, 256, (24, 32, 3), np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def pixels_of(data: bytes) -> Pixels:
    return thumbnail_pixels(decode_picture(data, LIMIT).thumbnail)


def assert_close(pixel: Any, colour: tuple[int, ...], by: int = 12) -> None:
    assert np.abs(np.asarray(pixel, int) - colour).max() <= by, (pixel, colour)


def assert_four_colours(pixels: Pixels) -> None:
    height, width = pixels.shape[:2]
    for y, x, colour in ((1, 1, RED), (1, 3, GREEN), (3, 1, BLUE), (3, 3, YELLOW)):
        assert_close(pixels[height * y // 4, width * x // 4], colour)


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """Written by hand: Pillow writes neither lies nor 16-bit colours."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


# What every format must give


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"])
def test_every_format_gives_its_size_its_colours_and_its_name(format: str) -> None:
    picture = decode_picture(coded(four_colours(), format), LIMIT)
    assert (picture.width, picture.height, picture.format, picture.damaged) == (96, 64, format, False)
    assert_four_colours(thumbnail_pixels(picture.thumbnail))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_exactly_once(format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    stored = four_colours(1000, 800)
    if orientation in STORED_AS:
        stored = stored.transpose(STORED_AS[orientation])
    picture = decode_picture(coded(stored, format, exif=exif), LIMIT)
    assert (picture.width, picture.height) == (1000, 800)
    assert_four_colours(thumbnail_pixels(picture.thumbnail))


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_does_not_exist_is_passed_over(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    assert_four_colours(pixels_of(coded(four_colours(), "JPEG", exif=exif)))


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_does_not_break_the_picture(format: str, exif: bytes) -> None:
    assert_four_colours(pixels_of(coded(four_colours(), format, exif=exif)))


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (10_000, 10), (10, 10_000), (5000, 1), (385, 384), (384, 385)])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "JPEG2000"])
def test_odd_sizes_keep_their_proportions_and_are_never_enlarged(format: str, size: tuple[int, int]) -> None:
    picture = decode_picture(coded(Image.new("RGB", size, RED), format), LIMIT)
    pixels = thumbnail_pixels(picture.thumbnail)
    assert (picture.width, picture.height) == size
    assert max(pixels.shape[:2]) == min(THUMBNAIL_SIDE, max(size))
    scale = min(1.0, THUMBNAIL_SIDE / max(size))
    assert pixels.shape[:2] == (max(1, round(size[1] * scale)), max(1, round(size[0] * scale)))
    assert_close(pixels[0, 0], RED)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 900), st.integers(1, 900)),
    colour=st.tuples(*[st.integers(0, 255)] * 3),
    form=st.sampled_from(["PNG RGB", "PNG RGBA", "PNG P", "TIFF RGB", "TIFF YCbCr", "JPEG RGB", "BMP RGB", "WEBP RGB"]),
)
def test_a_plain_picture_keeps_its_colour_and_is_never_enlarged(
    size: tuple[int, int], colour: tuple[int, int, int], form: str
) -> None:
    format, mode = form.split()
    options = {"lossless": True} if format == "WEBP" else {}
    im = Image.new("RGB", size, colour)
    im = im.quantize(4) if mode == "P" else im.convert(mode)
    decoded = decode_pixels(coded(im, format, **options), LIMIT, 300)
    assert (decoded.width, decoded.height) == size
    assert max(decoded.pixels.shape[:2]) == min(300, max(size))
    assert np.abs(decoded.pixels.astype(int) - decoded.pixels[0, 0]).max() <= 1
    assert_close(decoded.pixels[0, 0], colour, by=4)


@pytest.mark.parametrize("width", range(1601, 1617))
def test_a_jpeg_2000_of_any_width_can_be_reduced(width: int) -> None:
    picture = decode_picture(coded(four_colours(width, 90), "JPEG2000"), LIMIT)
    assert (picture.width, picture.damaged) == (width, False)
    assert_four_colours(thumbnail_pixels(picture.thumbnail))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "JPEG2000"])
def test_reducing_gives_the_same_picture_as_averaging_all_of_it(format: str) -> None:
    data = coded(photograph(2000, 1500), format)
    reduced = decode_pixels(data, LIMIT, 200).pixels
    whole = Image.open(BytesIO(data)).resize((200, 150), Image.Resampling.BOX)
    assert np.abs(reduced.astype(int) - np.asarray(whole)).mean() < 6  # turned or shifted, it would be far more than 20


def test_full_resolution_is_every_pixel_as_it_was() -> None:
    im = photograph(2500, 1100)
    decoded = decode_pixels(coded(im, "PNG"), LIMIT, None)
    assert isinstance(decoded, Decoded)
    assert np.array_equal(decoded.pixels, np.asarray(im))


# Colours


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_laid_on_mid_grey(format: str, mode: str) -> None:
    im = Image.new("RGBA", (800, 800), (255, 255, 255, 255))
    im.paste((0, 0, 0, 0), (0, 0, 400, 800))
    pixels = pixels_of(coded(im.convert(mode), format))
    assert_close(pixels[200, 50], (128, 128, 128), by=2)
    assert_close(pixels[200, 350], (255, 255, 255), by=2)


@pytest.mark.parametrize(("mode", "hidden"), [("P", 0), ("L", 0), ("RGB", (0, 0, 0)), ("1", 0)])
def test_a_transparent_colour_is_laid_on_mid_grey(mode: str, hidden: Any) -> None:
    im = Image.new("1", (64, 64), 1)
    im.paste(0, (0, 0, 32, 64))
    pixels = pixels_of(coded(im.convert("L").convert(mode), "PNG", transparency=hidden))
    assert_close(pixels[32, 4], (128, 128, 128), by=3)
    assert_close(pixels[32, 60], (255, 255, 255), by=3)


def test_a_palette_with_alpha_is_averaged_without_fringes() -> None:
    im = Image.new("P", (1600, 1600))
    im.putpalette([0, 255, 0, 255, 0, 0])
    im.paste(1, (0, 0, 800, 1600))
    pixels = pixels_of(coded(im, "PNG", transparency=b"\0\xff"))
    assert_close(pixels[100, 100], (255, 0, 0), by=4)
    assert_close(pixels[100, 300], (128, 128, 128), by=4)
    assert pixels[:, :, 1].max() < 140


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize(("white", "middle"), [(65535, 32768), (4095, 2048), (255, 128)])
def test_16_bit_grey_runs_from_black_to_white(format: str, white: int, middle: int) -> None:
    values = np.zeros((90, 90), np.uint16)
    values[:, 30:60], values[:, 60:] = middle, white
    pixels = pixels_of(coded(Image.fromarray(values), format))
    for x, grey in ((10, 0), (45, 128), (80, 255)):
        assert_close(pixels[45, x], (grey,) * 3, by=3)


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0, 1e9])
def test_floating_point_runs_from_black_to_white_even_with_holes(white: float) -> None:
    values = np.zeros((90, 90), np.float32)
    values[:, 30:60], values[:, 60:], values[0, 0] = white / 2, white, np.nan
    pixels = pixels_of(coded(Image.fromarray(values), "TIFF"))
    for x, grey in ((20, 0), (45, 127), (80, 255)):
        assert_close(pixels[45, x], (grey,) * 3, by=3)


@pytest.mark.parametrize(("colour", "bands", "expected"), [(2, 3, (128, 64, 255)), (6, 4, (128, 96, 191))])
def test_16_bit_colours_keep_their_high_byte(colour: int, bands: int, expected: tuple[int, int, int]) -> None:
    row = b"\0" + struct.pack(">4H", 0x80FF, 0x4001, 0xFFFF, 0x8000)[: bands * 2] * 16
    assert_close(pixels_of(png(16, 16, 16, colour, row * 16))[8, 8], expected, by=3)


def test_cmyk_is_inverted_where_the_file_says_so() -> None:
    cmyk = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    for format in ("JPEG", "TIFF"):
        assert_close(pixels_of(coded(cmyk, format))[32, 32], (255, 0, 0), by=6)


def test_lab_becomes_the_colour_that_is_meant() -> None:
    red = Image.new("LAB", (64, 64), (138, 128 + 81, 128 + 70))  # L* 54, a* 81, b* 70
    assert_close(pixels_of(coded(red, "TIFF"))[32, 32], (255, 0, 0), by=10)


def test_one_bit_is_black_and_white() -> None:
    im = Image.new("1", (64, 64))
    im.paste(1, (0, 0, 32, 64))
    for format in ("PNG", "TIFF", "BMP"):
        pixels = pixels_of(coded(im, format))
        assert pixels[32, 4].min() > 250
        assert pixels[32, 60].max() < 5


def swapped_profile() -> bytes:
    """Like sRGB, but what it calls red is green."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    icc = icc.replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))
    table = icc[:512].replace(b"rXYZ", b"?XYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"?XYZ", b"gXYZ", 1)
    return table + icc[512:]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_colour_profile_is_obeyed(format: str) -> None:
    icc = swapped_profile()
    assert_close(pixels_of(coded(Image.new("RGB", (64, 64), RED), format, icc_profile=icc))[9, 9], (20, 220, 20))
    grey = pixels_of(coded(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), "PNG", icc_profile=icc))
    assert_close(grey[9, 9], (128, 128, 128), by=1)


@pytest.mark.parametrize("damage", [b"rubbish", b"\0" * 128, swapped_profile()[:200], swapped_profile()[:-900]])
def test_a_broken_profile_is_passed_over(damage: bytes) -> None:
    for mode in ("RGB", "L", "CMYK"):
        data = coded(Image.new("RGB", (64, 64), (200, 200, 200)).convert(mode), "JPEG", icc_profile=damage)
        assert_close(pixels_of(data)[9, 9], (200, 200, 200), by=4)


def test_a_profile_for_other_colours_is_passed_over() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert_close(pixels_of(coded(four_colours(), "PNG", icc_profile=lab))[9, 9], RED)


# Several pictures in one file


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "TIFF", "MPO", "AVIF"])
def test_the_first_picture_of_a_file_counts(format: str) -> None:
    more = [Image.new("RGB", (96, 64), BLUE), Image.new("RGB", (96, 64), GREEN)]
    picture = decode_picture(coded(four_colours(), format, save_all=True, append_images=more), LIMIT)
    assert picture.format == format
    assert_four_colours(thumbnail_pixels(picture.thumbnail))


@pytest.mark.parametrize("bitmap", ["png", "bmp"])
def test_the_largest_icon_counts(bitmap: str) -> None:
    sizes = [(16, 16), (64, 64), (32, 32)]
    picture = decode_picture(coded(four_colours(64, 64), "ICO", sizes=sizes, bitmap_format=bitmap), LIMIT)
    assert (picture.width, picture.height, picture.format) == (64, 64, "ICO")
    assert_four_colours(thumbnail_pixels(picture.thumbnail))


def test_a_photoshop_file_is_seen_flattened() -> None:
    planes = np.asarray(four_colours()).transpose(2, 0, 1).tobytes()
    data = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 64, 96, 8, 3) + bytes(12) + b"\0\0" + planes
    picture = decode_picture(data, LIMIT)
    assert picture.format == "PSD"
    assert_four_colours(thumbnail_pixels(picture.thumbnail))


# Camera RAW: a minimal DNG


def directory(entries: dict[int, tuple[int, list[int]]], at: int) -> bytes:
    codes = {1: "B", 3: "H", 4: "I", 5: "II", 10: "ii"}
    body, beyond = struct.pack("<H", len(entries)), b""
    for tag, (kind, values) in sorted(entries.items()):
        numbers = [n for v in values for n in ((v, 10_000) if kind in (5, 10) else (v,))]
        raw = struct.pack("<" + codes[kind] * len(values), *numbers)
        place = struct.pack("<I", at + 6 + 12 * len(entries) + len(beyond)) if len(raw) > 4 else raw.ljust(4, b"\0")
        beyond += raw + bytes(len(raw) % 2) if len(raw) > 4 else b""
        body += struct.pack("<HHI", tag, kind, len(values)) + place
    return body + bytes(4) + beyond


def raw_photograph(orientation: int, preview: bytes = b"") -> bytes:
    """800 × 600, red (with a black lower right corner) on the sensor."""
    sensor = np.zeros((600, 800), np.uint16)
    sensor[::2, ::2] = 60_000
    sensor[300:, 400:] = 0
    camera = {271: (1, [*b"Test\0"]), 272: (1, [*b"Cam\0"]), 274: (3, [orientation]), 50706: (1, [1, 4, 0, 0])}
    camera |= {50721: (10, [10_000, 0, 0, 0, 10_000, 0, 0, 0, 10_000]), 50728: (5, [10_000] * 3)}
    photo = {254: (4, [0]), 256: (4, [800]), 257: (4, [600]), 258: (3, [16]), 259: (3, [1]), 262: (3, [32803])}
    photo |= {273: (4, [0]), 277: (3, [1]), 278: (4, [600]), 279: (4, [sensor.nbytes]), 33421: (3, [2, 2])}
    photo |= {33422: (1, [0, 1, 1, 2]), 50717: (4, [65535])}
    if not preview:
        photo |= camera
        photo[273] = (4, [8 + len(directory(photo, 8))])
        return b"II*\0\x08\0\0\0" + directory(photo, 8) + sensor.tobytes()
    first = camera | {254: (4, [1]), 256: (4, [400]), 257: (4, [300]), 258: (3, [8, 8, 8]), 259: (3, [7])}
    first |= {262: (3, [6]), 273: (4, [0]), 277: (3, [3]), 278: (4, [300]), 279: (4, [len(preview)]), 330: (4, [0])}
    inner = 8 + len(directory(first, 8))
    start = inner + len(directory(photo, inner))
    photo[273], first[330], first[273] = (4, [start]), (4, [inner]), (4, [start + sensor.nbytes])
    return b"II*\0\x08\0\0\0" + directory(first, 8) + directory(photo, inner) + sensor.tobytes() + preview


@pytest.mark.parametrize(("orientation", "corner"), [(1, (-9, -9)), (3, (9, 9)), (6, (-9, 9)), (8, (9, -9))])
def test_a_raw_photograph_without_preview_is_developed_upright(orientation: int, corner: tuple[int, int]) -> None:
    picture = decode_picture(raw_photograph(orientation), LIMIT)
    size = (800, 600) if orientation in (1, 3) else (600, 800)
    assert (picture.width, picture.height, picture.format) == (*size, "RAW")
    pixels = thumbnail_pixels(picture.thumbnail)
    for y in (9, -9):
        for x in (9, -9):
            assert (pixels[y, x, 0] < 50) == ((y, x) == corner)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_raw_photograph_is_seen_by_its_preview_turned_upright(orientation: int) -> None:
    turned = STORED_AS.get(orientation)
    upright = four_colours(400, 300) if orientation in (1, 3) else four_colours(300, 400)
    stored = upright if turned is None else upright.transpose(turned)
    picture = decode_picture(raw_photograph(orientation, coded(stored, "JPEG")), LIMIT)
    assert (picture.width, picture.height) == ((800, 600) if orientation in (1, 3) else (600, 800))
    assert_four_colours(thumbnail_pixels(picture.thumbnail))


def test_a_raw_photograph_that_is_cut_short_fails_with_a_sentence_or_shows_its_preview() -> None:
    data = raw_photograph(1)
    for tenth in range(10):
        decode_or_refuse(data[: len(data) * tenth // 10])


# Bad files


def decode_or_refuse(data: bytes) -> Picture | None:
    try:
        picture = decode_picture(data, LIMIT)
    except PictureUnreadable as refusal:
        assert refusal.message.endswith(".")
        assert "<" not in refusal.message  # no Python object in a sentence for a person
        return None
    assert thumbnail_pixels(picture.thumbnail).size
    return picture


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Dear diary,\nnothing happened. " * 99, "This is not a picture: it is text."),
        ("Größe ".encode() * 999, "This is not a picture: it is text."),
        (b"\n<!DOCTYPE html><html><body>", "This is not a picture: it is a web page (HTML)."),
        (b"PK\3\4" + bytes(99), "This is not a picture of a kind that can be read."),
        (b"\xff\xd8\xff\xe0" + bytes(9), "It is damaged: not even its beginning can be read."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "This is not a picture: it is text."),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, sentence: str) -> None:
    with pytest.raises(PictureUnreadable) as refusal:
        decode_picture(data, LIMIT)
    assert refusal.value.message == sentence


@pytest.mark.parametrize(
    ("format", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "RGBA"), ("TIFF", "RGB"), ("GIF", "P")],
)
def test_a_truncated_picture_counts_where_most_of_it_decodes(format: str, mode: str) -> None:
    im = photograph().convert(mode)
    data = coded(im, format, **({"interlace": 0} if format == "GIF" else {}))
    whole = pixels_of(data).astype(int)
    for tenth in range(10):
        picture = decode_or_refuse(data[: len(data) * tenth // 10])
        if tenth < 4:
            assert picture is None
        elif tenth > 6:
            assert picture is not None
            assert picture.damaged
            assert (picture.width, picture.height) == im.size
            pixels = thumbnail_pixels(picture.thumbnail)
            half = len(pixels) // 2
            assert np.abs(pixels[:half].astype(int) - whole[:half]).mean() < 4
    cut = thumbnail_pixels(decode_picture(data[: len(data) * 7 // 10], LIMIT).thumbnail)
    assert_close(cut[-1, 5], (128, 128, 128), by=40 if mode == "P" else 12)


def test_a_bitmap_that_is_stored_from_the_bottom_up_may_lack_its_top() -> None:
    data = coded(photograph(), "BMP")
    picture = decode_picture(data[: len(data) * 7 // 10], LIMIT)
    assert picture.damaged
    assert_close(thumbnail_pixels(picture.thumbnail)[0, 0], (128, 128, 128))


def test_a_picture_that_lacks_only_its_end_mark_is_whole() -> None:
    data = coded(photograph(), "PNG")
    assert not decode_picture(data[:-12], LIMIT).damaged


def test_a_progressive_jpeg_counts_from_its_first_layer_on() -> None:
    data = coded(photograph(), "JPEG", progressive=True, quality=95)
    assert decode_or_refuse(data[:700]) is None
    for tenth in range(3, 10):
        picture = decode_or_refuse(data[: len(data) * tenth // 10])
        assert picture is not None
        assert picture.damaged
        difference = thumbnail_pixels(picture.thumbnail).astype(int) - pixels_of(data)
        assert np.abs(difference).mean() < 16


def test_what_follows_a_picture_does_not_damage_it() -> None:
    assert not decode_picture(coded(four_colours(), "JPEG") + bytes(5000), LIMIT).damaged


SAMPLES = {
    name: coded(photograph(160, 120).convert(mode), format, **options)
    for name, (format, mode, options) in {
        "baseline": ("JPEG", "RGB", dict[str, Any]()),
        "progressive": ("JPEG", "RGB", {"progressive": True}),
        "cmyk": ("JPEG", "CMYK", {}),
        "png": ("PNG", "RGB", {}),
        "palette": ("PNG", "P", {}),
        "webp": ("WEBP", "RGBA", {}),
        "gif": ("GIF", "P", {}),
        "bmp": ("BMP", "RGB", {}),
        "tiff": ("TIFF", "RGB", {}),
        "lzw": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        "jpeg in tiff": ("TIFF", "RGB", {"compression": "jpeg"}),
        "avif": ("AVIF", "RGB", {"speed": 10}),
        "jp2": ("JPEG2000", "RGB", {}),
        "ico": ("ICO", "RGB", {}),
    }.items()
} | {"raw": raw_photograph(6)}


@pytest.mark.parametrize("name", SAMPLES)
def test_flipped_bits_never_do_more_than_refuse(name: str) -> None:
    chance = random.Random(name)
    for _ in range(25):
        data = bytearray(SAMPLES[name])
        # Most files are nearly all pixels; their headers are where decoders trip.
        reach = chance.choice([64, 400, len(data)])
        for _ in range(chance.choice([1, 3, 30])):
            data[chance.randrange(min(reach, len(data)))] ^= 1 << chance.randrange(8)
        decode_or_refuse(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(SAMPLES)), st.data())
def test_cut_and_overwritten_files_never_do_more_than_refuse(name: str, chance: st.DataObject) -> None:
    data = SAMPLES[name][: chance.draw(st.integers(0, len(SAMPLES[name])))]
    at = chance.draw(st.integers(0, min(600, len(data))))
    decode_or_refuse(data[:at] + chance.draw(st.binary(max_size=8)) + data[at:])


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0+", b"8BPS", b"\0\0\1\0"]
    ),
    st.binary(max_size=200),
)
def test_no_bytes_do_more_than_be_refused(beginning: bytes, rest: bytes) -> None:
    decode_or_refuse(beginning + rest)


# Limits


BOMBS = {
    "png": png(30_000, 30_000, 8, 2, bytes(10**6)),
    "one bit": png(2**31 - 1, 2**31 - 1, 1, 0, bytes(10**6)),
    "gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(3) + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\1\0;",
    "frame beyond the screen": b"GIF89a"
    + struct.pack("<HH", 9, 9)
    + bytes(3)
    + b"!\xf9\4\x09\0\0\0\0"
    + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\1\0;",
    "bmp": b"BM" + bytes(8) + struct.pack("<IIiiHHIIiiII", 54, 40, 60_000, 60_000, 1, 24, 0, 0, 1, 1, 0, 0),
    "progressive": coded(photograph(64, 48), "JPEG", progressive=True).replace(
        struct.pack(">HH", 48, 64), struct.pack(">HH", 65_000, 65_000), 1
    ),
    "icon": b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0" + struct.pack("<II", 10**6, 22) + png(50_000, 50_000, 8, 2, b"0"),
    "bitmap icon": b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0"
    + struct.pack("<IIIiiHH", 10**6, 22, 40, 60_000, 60_000, 1, 32)
    + bytes(99),
    "psd": b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 200_000, 200_000, 8, 3) + bytes(12) + b"\0\0",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_picture_too_big_for_memory_is_refused_by_its_header(name: str) -> None:
    with pytest.raises(
        PictureUnreadable, match=r"At [\d,]+ × [\d,]+ pixels it would need [\d,.]+ GB; the limit is 512 MB"
    ):
        decode_picture(BOMBS[name], LIMIT)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt"])
def test_a_text_that_unpacks_to_gigabytes_is_refused_or_left_packed(kind: bytes) -> None:
    packed = zlib.compress(bytes(50 * 10**6))
    text = b"key\0\1\0\0\0" + packed if kind == b"iTXt" else b"key\0\0" + packed
    decode_or_refuse(png(8, 8, 8, 0, bytes(72), *[(kind, text)] * 9))


def test_a_huge_jpeg_is_decoded_reduced_where_a_huge_png_is_refused() -> None:
    im = photograph(2000, 1500)
    for format, limit in (("JPEG", 1_000_000), ("JPEG2000", 4_000_000)):
        assert decode_picture(coded(im, format), limit).width == 2000
        with pytest.raises(PictureUnreadable):
            decode_pixels(coded(im, format), limit, None)
    with pytest.raises(PictureUnreadable):
        decode_picture(coded(im, "PNG"), 4_000_000)


def test_a_progressive_jpeg_of_thousands_of_layers_is_refused() -> None:
    data = coded(photograph(64, 48), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(PictureUnreadable, match="layers"):
        decode_picture(data[:last] + data[last:-2] * 3000 + b"\xff\xd9", LIMIT)


MEASURE = """
import resource, sys
from io import BytesIO
from PIL import Image
from pictrace.decode import decode_picture
im = Image.new("P", (9000, 9000))
im.putpalette([255, 0, 0] * 256)
file = BytesIO()
im.save(file, "PNG", compress_level=1)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)
before = peak()  # with one copy of the picture
del im
decode_picture(file.getvalue(), 2**29)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process its peak in this way")
def test_a_big_picture_is_in_memory_only_once() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60  # megabytes; as RGB it would be 324


# Threads, warnings, imports


def test_threads_do_not_disturb_one_another() -> None:
    files = [data for name, data in SAMPLES.items() if name != "raw"] * 4
    alone = [decode_picture(data, LIMIT) for data in files]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda data: decode_picture(data, LIMIT), files)) == alone


def test_what_pillow_grumbles_about_reaches_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings(record=True) as grumbles:
        warnings.simplefilter("always")
        rubbish = b"Exif\0\0II*\0\x08\0\0\0\x02\0" + struct.pack("<HHII", 0x10E, 2, 10**6, 10**6) * 2
        assert_four_colours(pixels_of(coded(four_colours(), "JPEG", exif=rubbish)))
        icon = png(64, 64, 8, 2, (b"\0" + bytes([220, 20, 20]) * 64) * 64)
        pixels_of(b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0" + struct.pack("<II", len(icon), 22) + icon)
    assert grumbles == []
    assert capfd.readouterr() == ("", "")


def test_importing_loads_neither_the_heif_nor_the_raw_decoder() -> None:
    check = "import sys, pictrace.decode; sys.exit(bool({'pi_heif', 'rawpy', 'cv2'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", check], check=True)


# Thumbnails


def test_thumbnail_coding_is_deterministic_and_close_to_the_pixels() -> None:
    pixels = np.asarray(photograph(384, 256))
    assert thumbnail_of(pixels) == thumbnail_of(pixels.copy())
    assert np.abs(thumbnail_pixels(thumbnail_of(pixels)).astype(int) - pixels).mean() < 3


def test_pixels_larger_than_a_thumbnail_are_reduced_to_one() -> None:
    assert_four_colours(thumbnail_pixels(thumbnail_of(np.asarray(four_colours(900, 600)))))
    assert thumbnail_pixels(thumbnail_of(np.asarray(four_colours(900, 600)))).shape == (256, 384, 3)


@pytest.mark.parametrize("damage", [b"", b"rubbish", thumbnail_of(np.zeros((9, 9, 3), np.uint8))[:-200]])
def test_a_damaged_thumbnail_says_so(damage: bytes) -> None:
    with pytest.raises(PictureUnreadable, match="thumbnail is damaged"):
        thumbnail_pixels(damage)
