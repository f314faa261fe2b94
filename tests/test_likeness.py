"""The one number: what it promises at its ends, and what makes it rise."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictrace.evidence import Evidence
from pictrace.likeness import MOST, MOST_PHOTOGRAPHED_AGAIN, fused, knots_from, share_of
from pictrace.smooth import SmoothLikeness
from pictrace.structure import AlignedStructure

KNOTS = ((0.05, 0.0), (0.15, 0.1), (0.25, 0.25), (0.4, 0.5), (0.6, 0.75), (0.8, 0.9), (0.95, 0.98), (1.0, 1.0))
MOVED = (1.0, 0.0, 5.0, 0.0, 1.0, 2.0)
NOTHING = Evidence(0, 500, 500, None, 0, None, 0.0, 0.0, None)

shares = st.floats(0, 1)
aligned = st.builds(AlignedStructure, shares, st.floats(-1, 1), st.floats(-1, 1), shares, shares)
smooth = st.builds(SmoothLikeness, st.floats(0, 255), shares, st.floats(0, 128), st.floats(1, 16))
evidences = st.builds(
    Evidence,
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(0, 500),
    st.just(MOVED),
    st.integers(0, 16),
    st.none() | aligned,
    shares,
    shares,
    st.none() | smooth,
)


def _agreeing(points: int, structure: float) -> Evidence:
    laid = AlignedStructure(structure, structure, structure, 1.0, 0.0)
    return replace(NOTHING, points=points, affine=MOVED, cells=16, aligned=laid)


@given(cosine=st.floats(-1, 1), more=st.floats(0, 1))
def test_a_higher_cosine_never_has_a_lower_share(cosine: float, more: float) -> None:
    assert 0 <= share_of(cosine, KNOTS) <= share_of(cosine + more, KNOTS) <= 1


@given(cosines=st.lists(st.floats(-1, 1) | st.just(float("nan")), max_size=60), cosine=st.floats(-1, 1))
def test_knots_from_an_archive_always_rise(cosines: list[float], cosine: float) -> None:
    knots = knots_from(cosines)
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in itertools.pairwise(knots))
    assert 0 <= share_of(cosine, knots) <= 1
    assert share_of(1.0, knots) == 1


def test_knots_from_an_archive_agree_with_measured_ones() -> None:
    """Medians of the kinds of pairs that people told apart, and the cosines of unrelated pairs."""
    unrelated = np.random.default_rng(0).normal(0.07, 0.095, 5000)
    knots = knots_from(unrelated)
    for cosine in (0.07, 0.13, 0.3, 0.45, 0.6, 0.8, 0.97):
        assert share_of(cosine, knots) == pytest.approx(share_of(cosine, KNOTS), abs=0.1)


def test_cosines_that_are_high_by_nature_promise_nothing() -> None:
    knots = knots_from(np.random.default_rng(0).normal(0.7, 0.06, 5000))
    assert share_of(0.7, knots) < 0.2
    assert share_of(0.84, knots) < 0.45
    assert share_of(0.97, knots) > 0.8


def test_a_small_archive_is_no_reason_to_promise_much() -> None:
    assert share_of(0.5, knots_from([0.01])) < 0.2
    assert share_of(0.6, knots_from([])) < 0.45


@given(share=shares, evidence=evidences)
def test_no_evidence_makes_it_the_same_content(share: float, evidence: Evidence) -> None:
    number = fused(share, evidence)
    assert 0 <= number <= MOST
    assert f"{number:.0%}" != "100%"


@given(share=shares, more=shares, evidence=evidences)
def test_with_the_same_evidence_the_cosine_decides(share: float, more: float, evidence: Evidence) -> None:
    assert fused(share, evidence) <= fused(min(1.0, share + more), evidence) + 1e-12


@given(share=shares, points=st.integers(0, 400), more=st.integers(0, 100), structure=st.floats(-1, 1))
def test_more_agreeing_points_never_lower_it(share: float, points: int, more: int, structure: float) -> None:
    assert fused(share, _agreeing(points, structure)) <= fused(share, _agreeing(points + more, structure)) + 1e-12


@given(one=shares, other=shares)
def test_without_points_the_order_is_the_cosines(one: float, other: float) -> None:
    assert (fused(one, NOTHING) > fused(other, NOTHING)) <= (one > other)
    assert fused(one, NOTHING) <= MOST_PHOTOGRAPHED_AGAIN


def test_as_many_points_as_chance_gives_count_for_nothing() -> None:
    assert fused(0.2, _agreeing(6, 0.9)) == fused(0.2, NOTHING)


def test_an_edited_copy_stands_above_a_new_photograph_of_the_same_thing() -> None:
    photographed_again = _agreeing(300, 0.4)
    assert fused(0.95, photographed_again) <= MOST_PHOTOGRAPHED_AGAIN < fused(0.5, _agreeing(40, 0.9))


def test_washes_of_colour_speak_for_pictures_without_corners() -> None:
    same = replace(NOTHING, smooth=SmoothLikeness(0.2, 0.02, 10.0, 1.0))
    fitted = replace(NOTHING, smooth=SmoothLikeness(9.0, 0.02, 10.0, 1.0))
    plain = replace(NOTHING, smooth=SmoothLikeness(9.0, 0.02, 0.5, 1.0))
    assert fused(0.3, same) > 0.9
    assert fused(0.3, fitted) > 0.85
    assert fused(0.3, plain) == fused(0.3, NOTHING)


def test_washes_of_colour_in_another_shape_are_no_edit() -> None:
    strip = replace(NOTHING, smooth=SmoothLikeness(0.2, 0.02, 10.0, 4.0))
    assert fused(0.3, strip) == fused(0.3, NOTHING)
