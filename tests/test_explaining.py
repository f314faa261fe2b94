"""The picture that explains: looked at by eye when it was made, held here by what can be counted."""

import numpy as np
import pytest
from PIL import Image

from pictrace.explaining import picture_that_explains
from pictrace.training.generated import picture

NOT_SHARED = np.array([226, 226, 220])
RED = np.array([214, 40, 40])


def _share_of_colour(image: Image.Image, colour: np.ndarray) -> float:
    return float((np.abs(np.asarray(image, int) - colour).max(axis=2) <= 6).mean())


def test_a_crop_is_plain_where_only_the_whole_has_something() -> None:
    whole = picture(12, 320)
    same = picture_that_explains(whole, whole, ["One"])
    crop = picture_that_explains(np.ascontiguousarray(whole[60:260, 60:260]), whole, ["One"])
    assert _share_of_colour(same, NOT_SHARED) < 0.01
    assert _share_of_colour(crop, NOT_SHARED) > 0.08
    assert _share_of_colour(crop, RED) < 0.01


def test_nothing_is_black_where_only_one_has_something() -> None:
    whole = picture(12, 320)
    part = np.ascontiguousarray(whole[60:260, 60:260])
    for one, other in ((part, whole), (whole, part)):
        assert _share_of_colour(picture_that_explains(one, other, []), np.zeros(3)) < 0.02


def test_a_part_that_differs_is_red() -> None:
    whole = picture(12, 320)
    changed = whole.copy()
    changed[80:240, 80:240] = 255 - changed[80:240, 80:240]
    found = picture_that_explains(changed, whole, [])
    assert _share_of_colour(found, RED) > 0.01 > _share_of_colour(picture_that_explains(whole, whole, []), RED)


def test_every_line_of_numbers_is_on_the_sheet() -> None:
    whole = picture(12, 200)
    heights = [picture_that_explains(whole, whole, ["98% alike"] * count).height for count in (1, 2, 5)]
    assert heights[1] - heights[0] == pytest.approx(30, abs=6)
    assert heights[2] - heights[1] == 3 * (heights[1] - heights[0])
    long = picture_that_explains(whole, whole, ["many words that do not fit into one line " * 5])
    assert long.height > heights[0]
    assert long.width == picture_that_explains(whole, whole, []).width


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 384, 3), (384, 1, 3), (200, 300, 3)])
def test_pictures_without_points_are_drawn_too(shape: tuple[int, int, int]) -> None:
    odd = np.full(shape, 90, np.uint8)
    assert picture_that_explains(odd, picture(12, 200), ["Nothing in common."]).width > 900
    assert picture_that_explains(odd, odd, ["Plain."]).width > 900


def test_the_same_pair_gives_the_same_drawing() -> None:
    one, other = picture(12, 240), np.ascontiguousarray(np.rot90(picture(12, 240)))
    first, second = (picture_that_explains(one, other, ["Again"]) for _ in range(2))
    assert first.tobytes() == second.tobytes()
