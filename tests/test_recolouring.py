"""One change of tone and colour explains an edit, and not another picture in the same frame."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from pictrace.picture import Pixels
from pictrace.recolouring import COLOUR_SIDE, foreign_region, small_colours
from pictrace.structure import align
from pictrace.training.generated import picture

IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])


def _foreign(one: Pixels, other: Pixels) -> float:
    alignment = align(small_colours(one), small_colours(other), IDENTITY, COLOUR_SIDE)
    assert alignment is not None
    return foreign_region(alignment)


def _levels(*gains: float) -> Callable[[Pixels], Pixels]:
    return lambda pixels: np.clip(pixels * np.array(gains), 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "none": lambda pixels: pixels,
    "darker": _levels(0.6, 0.6, 0.6),
    "warmer": _levels(1.2, 1.0, 0.8),
    "softer tones": lambda pixels: (255 * (pixels / 255) ** 0.7).astype(np.uint8),
    "grey": lambda pixels: np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
    "darker to a side": lambda pixels: (pixels * np.linspace(0.7, 1, pixels.shape[1])[:, None]).astype(np.uint8),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_whole_picture_is_explained(name: str) -> None:
    for seed in (2, 3, 17):
        assert _foreign(picture(seed), np.ascontiguousarray(CHANGES[name](picture(seed)))) < 0.25


def _framed_sky(seed: int) -> Pixels:
    framed = picture(77)
    small = np.random.default_rng(seed).integers(40, 216, (3, 4, 3)).astype(np.uint8)
    framed[40:216, 40:216] = cv2.resize(small, (176, 176), interpolation=cv2.INTER_CUBIC)
    return framed


def test_another_inside_of_the_same_frame_is_foreign_both_ways() -> None:
    for seed in range(6):
        one, other = _framed_sky(seed), _framed_sky(seed + 1)
        assert _foreign(one, other) > 0.8
        assert _foreign(other, one) == pytest.approx(_foreign(one, other))


def test_a_caption_is_no_foreign_region() -> None:
    captioned = picture(19)
    captioned[216:] = 20
    assert _foreign(picture(19), captioned) < 0.45


def test_what_lies_outside_of_the_overlap_is_not_foreign() -> None:
    whole = picture(3)
    ruined = whole.copy()
    ruined[:, :112] = 255 - ruined[:, :112]
    part, shift = np.ascontiguousarray(whole[:, 128:]), np.array([[1.0, 0, 32], [0, 1, 0]])
    found = []
    for other in (whole, ruined):
        narrow = cv2.resize(small_colours(part), (32, 64), interpolation=cv2.INTER_AREA)
        alignment = align(np.asarray(narrow, np.uint8), small_colours(other), shift, COLOUR_SIDE)
        assert alignment is not None
        found.append(foreign_region(alignment))
    assert found[0] == found[1]
