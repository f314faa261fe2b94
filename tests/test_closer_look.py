"""Pairs of real pixels: what is found, how it is called, and what stays apart."""

import itertools
import warnings
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from pictrace.closer_look import Label, label_of, reason_of, same_picture
from pictrace.evidence import Evidence, Look, compare, look
from pictrace.likeness import fused
from pictrace.picture import Pixels
from pictrace.training.generated import picture

Edit = Callable[[Image.Image], Image.Image]


def _lettered(image: Image.Image) -> Image.Image:
    image = image.copy()
    draw = ImageDraw.Draw(image)
    width, height = image.size
    draw.rectangle((0, int(height * 0.8), width, int(height * 0.93)), fill=(0, 0, 0))
    font = ImageFont.load_default(size=height * 0.07)
    draw.text((width * 0.05, height * 0.82), "Summer 2026 — all rights reserved", fill=(255, 255, 255), font=font)
    return image


EDITS: dict[str, Edit] = {
    "half size": lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS),
    "cropped": lambda image: image.crop((20, 12, image.width - 14, image.height - 22)),
    "turned 90°": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "turned 20°": lambda image: image.rotate(20, Image.Resampling.BICUBIC, expand=True),
    "mirrored": ImageOps.mirror,
    "bordered": lambda image: ImageOps.expand(image, 30, (255, 255, 255)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(1.2)),
    "lettered": _lettered,
    "grey": lambda image: ImageOps.grayscale(image).convert("RGB"),
}


MANY_CORNERS, FEW_CORNERS = (17, 19, 26), (12,)


@cache
def _photo(seed: int) -> Image.Image:
    return Image.fromarray(picture(seed, 360)).crop((0, 0, 360, 270))


def _pixels(image: Image.Image) -> Pixels:
    return np.asarray(image, np.uint8)


@cache
def _look(seed: int) -> Look:
    return look(_pixels(_photo(seed)))


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_copy_is_called_so(name: str) -> None:
    # Where there are few, a caption has more than all the rest.
    for seed in MANY_CORNERS if name == "lettered" else MANY_CORNERS + FEW_CORNERS:
        found = compare(look(_pixels(EDITS[name](_photo(seed)))), _look(seed))
        assert label_of(found, same_content=False) is Label.EDITED_COPY, reason_of(0.5, found, same_content=False)
        assert same_picture(found)
        assert fused(0.3, found) > 0.92


def test_unrelated_pictures_have_nothing_to_show() -> None:
    looks = [_look(seed) for seed in range(200, 216)]
    for one, other in itertools.combinations(looks, 2):
        found = compare(one, other)
        assert label_of(found, same_content=False) is not Label.EDITED_COPY
        assert not same_picture(found)
        assert fused(0.15, found) < 0.45


def _photographed_again(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """From a step aside: what is nearer has moved further."""
    height, width = pixels.shape[:2]
    depth = cv2.resize(random.normal(0, 1, (7, 9)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    seen = cv2.remap(pixels, x + 9 * depth, y + 3 * depth, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    grain = random.normal(0, 6, pixels.shape)
    return np.asarray(np.clip(seen * 0.9 + grain, 0, 255), np.uint8)


def test_the_same_thing_photographed_again_stands_below_every_edited_copy() -> None:
    random = np.random.default_rng(1)
    for seed in MANY_CORNERS:
        again = compare(look(_photographed_again(_pixels(_photo(seed)), random)), _look(seed))
        edited = compare(look(_pixels(EDITS["grey"](_photo(seed)))), _look(seed))
        assert label_of(again, same_content=False) is Label.SAME_THING
        assert not same_picture(again)
        assert fused(0.9, again) < fused(0.5, edited)


def test_mirrored_and_turned_are_told_in_words() -> None:
    pose = np.ascontiguousarray(np.rot90(np.fliplr(_pixels(_photo(19)))))
    small = cv2.resize(pose, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = compare(look(np.asarray(small, np.uint8)), _look(19))
    assert found.mirrored
    assert abs(found.turned_degrees) == pytest.approx(90, abs=2)
    assert found.scale == pytest.approx(2, abs=0.05)
    sentence = reason_of(0.8, found, same_content=False)
    assert f"{found.points} key points agree on one map, mirrored, turned by" in sentence
    assert "scaled to 200%" in sentence


def test_the_map_is_in_pixels_of_the_pictures_themselves() -> None:
    small = np.ascontiguousarray(_pixels(_photo(13))[::2, ::2])
    found = compare(look(small), _look(13))
    assert found.affine is not None
    assert np.allclose(found.affine, (2, 0, 0, 0, 2, 0), atol=2.5)


def test_without_a_mirrored_look_mirrored_pictures_stay_apart() -> None:
    mirrored = np.ascontiguousarray(np.fliplr(_pixels(_photo(17))))
    assert compare(look(mirrored, mirrored=False), _look(17)).points <= 8
    assert compare(look(mirrored), _look(17)).mirrored


def test_a_shared_caption_does_not_hide_that_the_rest_is_mirrored() -> None:
    for seed in MANY_CORNERS:
        found = compare(look(_pixels(_lettered(ImageOps.mirror(_photo(seed))))), look(_pixels(_lettered(_photo(seed)))))
        assert found.mirrored


def test_equal_content_is_the_same_picture_whatever_it_looks_like() -> None:
    assert label_of(None, same_content=True) is Label.SAME_PICTURE
    assert reason_of(1.0, None, same_content=True) == "Both files have the same content."


def test_what_was_not_looked_at_is_said_to_be_so() -> None:
    assert label_of(None, same_content=False) is Label.SIMILAR_LOOK
    assert reason_of(0.31, None, same_content=False) == "Not looked at closer; as a whole they look 31% alike."


def test_looking_twice_gives_the_same_evidence() -> None:
    one, other = _pixels(EDITS["turned 20°"](_photo(19))), _pixels(_photo(19))
    assert compare(look(one), look(other)) == compare(look(one), look(other))


def _noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


ODD: dict[str, Pixels] = {
    "one pixel": np.full((1, 1, 3), 7, np.uint8),
    "a line": np.full((1, 384, 3), 77, np.uint8),
    "a column of noise": _noise(384, 1),
    "a strip": _noise(12, 384),
    "black": np.zeros((384, 288, 3), np.uint8),
    "red": np.full((384, 288, 3), (220, 10, 10), np.uint8),
    "a red strip": np.full((12, 384, 3), (220, 10, 10), np.uint8),
    "blue": np.full((384, 288, 3), (10, 10, 220), np.uint8),
    "noise": _noise(288, 384),
    "an edge": np.repeat([[[0] * 3, [255] * 3]], 200, axis=0).repeat(150, axis=1).astype(np.uint8),
    "a picture": picture(12, 300),
}


def _numbers(evidence: Evidence) -> list[float]:
    parts = [evidence.aligned, evidence.smooth]
    inner = [getattr(part, name) for part in parts if part is not None for name in part.__slots__]
    return [
        evidence.foreign_region,
        evidence.query_overlap,
        evidence.other_overlap,
        evidence.scale,
        evidence.turned_degrees,
        *(evidence.affine or ()),
        *inner,
    ]


def test_odd_pictures_give_finite_numbers_and_are_alike_only_to_themselves() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        looks = {name: look(pixels) for name, pixels in ODD.items()}
        for (name, one), (other_name, other) in itertools.product(looks.items(), repeat=2):
            found = compare(one, other)
            assert np.isfinite(_numbers(found)).all()
            assert reason_of(0.1, found, same_content=False).endswith(".")
            if name == other_name:
                assert same_picture(found), name
                assert fused(0.5, found) > 0.9, name
            else:
                assert not same_picture(found), (name, other_name)
                assert fused(0.1, found) < 0.45, (name, other_name)


def _framed(image: Image.Image) -> Image.Image:
    frame = Image.fromarray(picture(77, 384)).resize(image.size)
    dx, dy = int(image.width * 0.12), int(image.height * 0.12)
    frame.paste(image.resize((image.width - 2 * dx, image.height - 2 * dy)), (dx, dy))
    return frame


def _watermarked(image: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(layer)
    font = ImageFont.load_default(size=image.height * 0.06)
    for y, x in itertools.product(range(0, image.height, image.height // 6), range(0, image.width, image.width // 3)):
        draw.text((x, y), "SAMPLE © shop", fill=(255, 255, 255, 150), font=font)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


@pytest.mark.slow
@pytest.mark.parametrize("shared", [_lettered, _framed, _watermarked])
def test_what_different_pictures_share_around_them_makes_no_group(shared: Edit) -> None:
    looks = [look(_pixels(shared(_photo(seed)))) for seed in range(300, 325)]
    for one, other in itertools.combinations(looks, 2):
        found = compare(one, other)
        assert not same_picture(found), found


def _sky(seed: int) -> Image.Image:
    small = np.random.default_rng(seed).integers(40, 216, (3, 4, 3)).astype(np.uint8)
    return Image.fromarray(np.asarray(cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8))


def test_skies_in_one_frame_are_told_apart_by_their_colours() -> None:
    skies = [_framed(_sky(seed)) for seed in range(8)]
    looks = [look(_pixels(sky)) for sky in skies]
    for one, other in itertools.combinations(looks, 2):
        found = compare(one, other)
        assert label_of(found, same_content=False) is not Label.EDITED_COPY, found
        assert not same_picture(found), found
    for name in ("half size", "brighter", "grey", "mirrored"):
        for sky, original in zip(skies, looks, strict=True):
            assert same_picture(compare(look(_pixels(EDITS[name](sky))), original))
