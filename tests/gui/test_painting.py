"""Where pixels come to lie when pictures are painted by a map."""

import io

import numpy as np
import pytest
from PIL import Image

from pictrace.gui.lens import Pane
from pictrace.gui.maps import Map
from pictrace.gui.painting import Painted, faded, heat, joined, share_that_differs

WHOLE = Pane(0, 0, 200, 100)
PAPER = (240, 240, 240)


def quartered(side: int = 400) -> Image.Image:
    """Red, green; blue, white."""
    pixels = np.zeros((side, side, 3), np.uint8)
    half = side // 2
    pixels[:half, :half, 0] = pixels[:half, half:, 1] = pixels[half:, :half, 2] = 255
    pixels[half:, half:] = 255
    return Image.fromarray(pixels)


def sheet() -> Image.Image:
    return Image.new("RGB", (200, 100), PAPER)


def colour(image: Image.Image, x: int, y: int) -> str:
    pixel = image.getpixel((x, y))
    named = {(255, 0, 0): "red", (0, 255, 0): "green", (0, 0, 255): "blue", (255, 255, 255): "white", PAPER: "paper"}
    return named.get(pixel, str(pixel))  # type: ignore[arg-type]


@pytest.mark.parametrize("side", [2, 30, 400, 3001])
def test_a_picture_lies_where_the_view_carries_it(side: int) -> None:
    found = sheet()
    Painted(quartered(side)).on(found, WHOLE, Map(80, 0, 40, 0, 80, 10))
    assert [colour(found, x, y) for x, y in ((60, 30), (100, 30), (60, 70), (100, 70))] == [
        "red",
        "green",
        "blue",
        "white",
    ]
    assert {colour(found, x, y) for x, y in ((38, 50), (122, 50), (80, 8), (80, 92))} == {"paper"}


def test_nothing_is_painted_outside_of_the_pane() -> None:
    found = sheet()
    Painted(quartered()).on(found, Pane(50, 20, 30, 40), Map(800, 0, -300, 0, 800, -300))
    pixels = np.asarray(found)
    assert (pixels[20:60, 50:80] != PAPER).any(axis=2).all()
    pixels = pixels.copy()
    pixels[20:60, 50:80] = PAPER
    assert (pixels == PAPER).all()


def test_a_turned_picture_has_no_paper_inside_and_nothing_outside() -> None:
    found = sheet()
    Painted(quartered()).on(found, WHOLE, Map(0, -80, 140, 80, 0, 10))
    assert [colour(found, x, y) for x, y in ((80, 30), (120, 30), (80, 70), (120, 70))] == [
        "blue",
        "red",
        "white",
        "green",
    ]
    assert {colour(found, x, y) for x, y in ((57, 50), (143, 50), (100, 7), (100, 93))} == {"paper"}


@pytest.mark.parametrize("left", [-500, 300])
def test_a_picture_that_is_out_of_sight_is_not_painted(left: int) -> None:
    found = sheet()
    Painted(quartered()).on(found, WHOLE, Map(80, 0, left, 0, 80, 10))
    assert (np.asarray(found) == PAPER).all()


def test_far_magnified_the_single_pixels_are_to_be_seen() -> None:
    found = sheet()
    Painted(quartered(2)).on(found, WHOLE, Map(100, 0, 0, 0, 100, 0))
    assert [colour(found, x, 20) for x in (2, 48, 52, 98)] == ["red", "red", "green", "green"]


def differences() -> bytes:
    """The left half differs, the rest is equal, but for the lowest quarter, of which nothing is known."""
    plane = np.zeros((40, 40, 2), np.uint8)
    plane[:, :20, 0] = 255
    plane[:30, :, 1] = 255
    coded = io.BytesIO()
    Image.fromarray(plane).save(coded, "PNG")
    return coded.getvalue()


def test_heat_is_red_where_pictures_differ_paper_where_nothing_is_known_and_else_not_there() -> None:
    laid = np.asarray(heat(differences(), PAPER)).astype(int)
    assert laid[10, 5, 0] > 2 * laid[10, 5, 1] and laid[10, 5, 3] > 150
    assert laid[10, 35, 3] == 0
    assert tuple(laid[36, 35, :3]) == PAPER and laid[36, 35, 3] > 150
    # The border of what is known is no difference.
    assert np.abs(laid[28:, 30:, :3] - PAPER)[laid[28:, 30:, 3] > 0].max() <= 2


def test_only_what_can_be_told_is_counted_as_different() -> None:
    assert share_that_differs(differences()) == pytest.approx(0.5)
    nothing = io.BytesIO()
    Image.new("LA", (9, 9)).save(nothing, "PNG")
    assert share_that_differs(nothing.getvalue()) is None


def test_a_faded_picture_is_grey_and_what_is_around_it_untouched() -> None:
    found = sheet()
    view = Map(80, 0, 40, 0, 80, 10)
    Painted(quartered()).on(found, WHOLE, view)
    faded(found, WHOLE, view, PAPER, 0.5)
    red, green, blue = found.getpixel((60, 30))  # type: ignore[misc]
    assert max(red, green, blue) - min(red, green, blue) <= 1
    assert colour(found, 20, 50) == "paper"


def test_only_points_that_both_panes_show_are_joined() -> None:
    panes = Pane(0, 0, 95, 100), Pane(105, 0, 95, 100)
    found = sheet()
    joined(found, [((20, 20), (120, 20)), ((20, 80), (300, 80))], panes, 40, 4)
    pixels = np.asarray(found)
    assert (pixels[18:23, 100] != PAPER).any()
    assert (pixels[40:] == PAPER).all()


def test_of_many_points_only_the_first_are_joined_and_all_are_marked() -> None:
    panes = Pane(0, 0, 95, 100), Pane(105, 0, 95, 100)
    found = sheet()
    joined(found, [((20, y), (120, y)) for y in range(10, 100, 20)], panes, 2, 3)
    pixels = np.asarray(found)
    assert [bool((pixels[y, 100] != PAPER).any()) for y in range(10, 100, 20)] == [True, True, False, False, False]
    assert all((pixels[y, 20] != PAPER).any() for y in range(10, 100, 20))


def test_the_edge_of_a_turned_picture_is_not_dark() -> None:
    for shift in (0.0, 0.3, 0.6):
        found = sheet()
        white = Image.new("RGB", (60, 60), "white")
        Painted(white).on(found, WHOLE, Map(70, -9, 60 + shift, 9, 70, 10 + shift))
        assert np.asarray(found).min() >= min(PAPER)
