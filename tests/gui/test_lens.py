"""One zoom and pan for two pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictrace.gui.lens import MOST_ZOOM, Lens, Pane, Sight, over_one_another
from pictrace.gui.maps import SAME, Map, scaling

PANES = Pane(10, 20, 400, 300), Pane(420, 20, 400, 300)
TURNED = Map(0, 1, 0, -1, 0, 1)
CROP = Map(2, 0, -0.5, 0, 2, -0.5)
"""The other is the middle half of the one."""

numbers = st.floats(-3, 3)
maps = st.builds(Map, numbers, numbers, numbers, numbers, numbers, numbers).filter(lambda map_: abs(map_.area) > 0.05)
places = st.tuples(st.floats(0, 1), st.floats(0, 1))
sizes = st.tuples(st.integers(1, 9000), st.integers(1, 9000))


@given(maps, maps, places)
def test_a_map_after_another_carries_like_one_after_the_other(
    first: Map, then: Map, place: tuple[float, float]
) -> None:
    assert then.after(first)(place) == pytest.approx(then(first(place)), abs=1e-6)


@given(maps, places)
def test_a_map_and_its_inverse_carry_back(there: Map, place: tuple[float, float]) -> None:
    assert there.inverse(there(place)) == pytest.approx(place, abs=1e-6)


@given(sizes, sizes, st.sampled_from([None, CROP, TURNED]))
def test_at_first_both_pictures_fit_in_full(one: tuple[int, int], other: tuple[int, int], affine: Map | None) -> None:
    for of_other, pane in enumerate(PANES):
        view = Sight(one, other, affine).view(bool(of_other), pane)
        left, top = view((0, 0))
        right, bottom = view((1, 1))
        assert left >= pane.left - 0.01 and right <= pane.left + pane.width + 0.01
        assert top >= pane.top - 0.01 and bottom <= pane.top + pane.height + 0.01
        assert max((right - left) / pane.width, (bottom - top) / pane.height) == pytest.approx(1)


def test_zoomed_in_both_show_the_same_thing_at_the_same_size() -> None:
    sight = Sight((800, 600), (400, 300), CROP).zoomed(False, PANES[0], 4, PANES[0].centre)
    views = [sight.view(bool(side), pane) for side, pane in enumerate(PANES)]
    detail = 0.55, 0.52
    x, y = views[0](detail)
    assert views[1](CROP(detail)) == pytest.approx((x + PANES[1].left - PANES[0].left, y))
    # The crop's own pixels are as large as those of the whole.
    assert views[1].a / 400 == pytest.approx(views[0].a / 800)


def test_without_a_map_both_show_the_same_share_of_themselves() -> None:
    sight = Sight((800, 600), (300, 300), None, Lens(0.3, 0.4, 5))
    for of_other, pane in enumerate(PANES):
        assert sight.view(bool(of_other), pane)((0.3, 0.4)) == pytest.approx(pane.centre)


@pytest.mark.parametrize("affine", [None, CROP, TURNED])
@pytest.mark.parametrize("of_other", [False, True])
def test_the_point_under_the_mouse_stays_there_while_zooming(of_other: bool, affine: Map | None) -> None:
    sight = Sight((800, 600), (600, 800), affine, Lens(0.5, 0.5, 3))
    pane = PANES[of_other]
    around = pane.left + 220.0, pane.top + 140.0
    before = sight.view(of_other, pane).inverse(around)
    after = sight.zoomed(of_other, pane, 2, around).view(of_other, pane).inverse(around)
    assert after == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize("affine", [None, CROP, TURNED])
@pytest.mark.parametrize("of_other", [False, True])
def test_a_picture_follows_the_mouse_that_drags_it(of_other: bool, affine: Map | None) -> None:
    sight = Sight((800, 600), (600, 800), affine, Lens(0.5, 0.5, 6))
    pane = PANES[of_other]
    before, after = (moment.view(of_other, pane)((0.5, 0.5)) for moment in (sight, sight.moved(of_other, pane, 12, -7)))
    assert after == pytest.approx((before[0] + 12, before[1] - 7))


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900), st.floats(0.2, 5)), max_size=8), st.booleans())
def test_nobody_gets_lost(moves: list[tuple[float, float, float]], of_other: bool) -> None:
    sight = Sight((800, 600), (600, 800), CROP)
    pane = PANES[of_other]
    for dx, dy, factor in moves:
        sight = sight.moved(of_other, pane, dx, dy).zoomed(of_other, pane, factor, (pane.left + 5, pane.top + 5))
        assert 1 <= sight.lens.zoom <= MOST_ZOOM
        left, top = sight.view(False, PANES[0])((0, 0))
        right, bottom = sight.view(False, PANES[0])((1, 1))
        assert left <= PANES[0].centre[0] <= right and top <= PANES[0].centre[1] <= bottom


def test_what_is_laid_over_goes_the_way_of_the_map_or_back() -> None:
    assert over_one_another(None, True) == SAME
    assert over_one_another(CROP, True) == CROP
    assert over_one_another(CROP, False)((0, 0)) == pytest.approx((0.25, 0.25))
    assert scaling(2, 3)((1, 1)) == (2, 3)
