"""How two pictures lie over one another, as it is told to whoever shows them."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictrace.engine import Engine
from pictrace.events import Finished
from pictrace.evidence import look
from pictrace.explaining import overlay_of
from pictrace.picture import Pixels
from pictrace.questions import EmbedderChoice, Explanation, Overlay, Query, Region
from pictrace.settings import Settings
from pictrace.training.generated import picture

WHOLE = picture(16, 320)
CROP = np.ascontiguousarray(WHOLE[60:260, 40:240])


def overlay(one: Pixels, other: Pixels) -> Overlay:
    return overlay_of(look(one), look(other))


def differences(overlay: Overlay) -> tuple[np.ndarray, np.ndarray]:
    """0 to 1, and where it can be told."""
    image = Image.open(io.BytesIO(overlay.differences))
    assert image.mode == "LA"
    both = np.asarray(image)
    return both[..., 0] / 255, both[..., 1] > 0


def carried(overlay: Overlay) -> tuple[np.ndarray, np.ndarray]:
    assert overlay.affine is not None
    points = np.array(overlay.points)
    affine = np.array(overlay.affine).reshape(2, 3)
    return points[:, :2] @ affine[:, :2].T + affine[:, 2], points[:, 2:]


def test_the_map_carries_the_points_of_the_one_to_those_of_the_other() -> None:
    for other in (WHOLE, CROP, np.rot90(WHOLE), np.fliplr(WHOLE)):
        where, found = carried(overlay(WHOLE, np.ascontiguousarray(other)))
        assert len(found) > 20
        assert np.abs(where - found).max() < 0.03


def test_a_crop_lies_where_it_was_cut() -> None:
    found = overlay(WHOLE, CROP)
    assert found.affine == pytest.approx((320 / 200, 0, -40 / 200, 0, 320 / 200, -60 / 200), abs=0.01)
    assert not found.over_other
    back = overlay(CROP, WHOLE)
    assert back.affine == pytest.approx((200 / 320, 0, 40 / 320, 0, 200 / 320, 60 / 320), abs=0.01)
    assert back.over_other


def test_what_only_one_shows_is_transparent_and_the_edge_is_no_difference() -> None:
    different, told = differences(overlay(CROP, WHOLE))
    assert 0.3 < told.mean() < 0.42
    assert np.quantile(different[told], 0.99) < 0.4
    moved = np.ascontiguousarray(
        Image.fromarray(WHOLE).transform((320, 320), Image.Transform.AFFINE, (1, 0, 0.4, 0, 1, 0.4))
    )
    different, told = differences(overlay(WHOLE, np.clip(moved.astype(int) + 30, 0, 255).astype(np.uint8)))
    assert different[:4][told[:4]].mean() < 0.35


def test_a_changed_part_is_white_and_the_rest_is_black() -> None:
    changed = WHOLE.copy()
    changed[100:200, 100:200] = 255 - changed[100:200, 100:200]
    different, told = differences(overlay(changed, WHOLE))
    side = len(different)
    inside = slice(round(side * 0.35), round(side * 0.6))
    assert told.mean() > 0.98
    assert different[inside, inside].mean() > 0.5
    assert different[:, : side // 4].mean() < 0.02


def test_the_first_few_points_are_spread_over_the_picture() -> None:
    points = np.array(overlay(WHOLE, WHOLE).points)
    assert np.ptp(points[:12, 0]) > 0.8 * np.ptp(points[:, 0])
    assert np.ptp(points[:12, 1]) > 0.8 * np.ptp(points[:, 1])


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 384, 3), (384, 1, 3), (200, 300, 3)])
def test_where_nothing_agrees_both_are_pressed_into_one_frame(shape: tuple[int, int, int]) -> None:
    found = overlay(np.full(shape, 90, np.uint8), WHOLE)
    assert (found.points, found.affine, found.over_other) == ((), None, True)
    assert differences(found)[1].all()


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory) -> list[Explanation]:
    """Without an overlay; with one; of a region."""
    folder: Path = tmp_path_factory.mktemp("pair")
    for name, pixels in (("whole.png", WHOLE), ("crop.png", CROP)):
        Image.fromarray(pixels).save(folder / name)
    one, other = Query(str(folder / "whole.png")), Query(str(folder / "crop.png"))
    (folder / "home").mkdir()
    found = []
    with Engine(Settings(folder / "home"), EmbedderChoice.BUILTIN) as engine:
        for wanted in ({}, {"overlay": True}, {"overlay": True, "region": Region(40, 60, 200, 200)}):
            last = list(engine.explain(one, other, **wanted))[-1]
            assert isinstance(last, Finished)
            found.append(last.result)
    return found


def test_the_overlay_comes_only_where_it_is_asked_for(explained: list[Explanation]) -> None:
    assert explained[0].overlay is None
    assert explained[1].overlay is not None
    assert explained[1].overlay.affine == pytest.approx((1.6, 0, -0.2, 0, 1.6, -0.3), abs=0.02)


def test_a_region_is_explained_by_itself(explained: list[Explanation]) -> None:
    assert explained[2].overlay is not None
    assert explained[2].overlay.affine == pytest.approx((1, 0, 0, 0, 1, 0), abs=0.02)
    assert explained[2].score > explained[1].score - 0.01
