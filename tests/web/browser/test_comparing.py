"""Two pictures over the whole page: modes, steps, zoom, facts and keys."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browser.watched import Watched


@pytest.fixture
def compared(page: Watched, query: Path) -> Watched:
    page.search(query)
    page.compare_first()
    return page


def test_each_mode_shows_the_pair_in_its_own_way(compared: Watched) -> None:
    pictures = []
    for mode in ("Side by side", "Match points", "Differences", "Slider"):
        compared.button(mode).click()
        expect(compared.button(mode)).to_have_attribute("aria-pressed", "true")
        pictures.append(compared.picture_of_canvas())
    assert len(set(pictures)) == 4


def test_side_by_side_shows_the_colours_of_the_pictures_and_differences_take_them_away(compared: Watched) -> None:
    assert len(compared.colours()) > 15
    compared.page.keyboard.press("3")
    expect(compared.find("#caption")).to_contain_text("of what both show differs.")
    greys = [colour for colour in compared.colours() if max(colour) - min(colour) <= 1]
    assert len(greys) >= 0.5 * len(compared.colours())


def test_keys_choose_the_mode(compared: Watched) -> None:
    for key, mode in zip("1234", ("Side by side", "Match points", "Differences", "Slider"), strict=True):
        compared.page.keyboard.press(key)
        expect(compared.button(mode)).to_have_attribute("aria-pressed", "true")
    compared.page.keyboard.press("2")
    expect(compared.find("#caption")).to_contain_text("key points agree on one map; 40 of them are joined.")


def test_one_steps_from_match_to_match_and_comes_back_to_the_last_one(compared: Watched) -> None:
    expect(compared.find("#compare-place")).to_have_text("1 of 6")
    expect(compared.button("Previous match")).to_be_disabled()
    compared.page.keyboard.press("ArrowRight")
    compared.button("Next match").click()
    expect(compared.find("#compare-place")).to_have_text("3 of 6")
    compared.page.keyboard.press("ArrowLeft")
    expect(compared.find("#compare-place")).to_have_text("2 of 6")
    compared.page.keyboard.press("Escape")
    expect(compared.find("#compare")).to_be_hidden()
    expect(compared.cards.nth(1)).to_be_focused()


def test_the_browsers_own_back_closes_the_comparison_and_stays_on_the_page(compared: Watched) -> None:
    compared.page.go_back()
    expect(compared.find("#compare")).to_be_hidden()
    expect(compared.cards.first).to_be_visible()


def test_b_swaps_the_pictures_for_as_long_as_it_is_held(compared: Watched) -> None:
    before = compared.picture_of_canvas()
    compared.page.keyboard.down("b")
    assert compared.picture_of_canvas() != before
    compared.page.keyboard.up("b")
    assert compared.picture_of_canvas() == before


def test_zoom_and_pan_move_both_pictures_and_fit_brings_them_back(compared: Watched) -> None:
    canvas = compared.find("#canvas")
    box = canvas.bounding_box()
    assert box is not None
    compared.page.wait_for_timeout(500)
    fitting = compared.picture_of_canvas()
    compared.page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    compared.page.mouse.wheel(0, -600)
    # Finer pictures come once they are needed.
    compared.page.wait_for_timeout(1000)
    near = compared.picture_of_canvas()
    assert near != fitting
    compared.page.mouse.down()
    compared.page.mouse.move(box["x"] + box["width"] / 4 + 80, box["y"] + box["height"] / 2, steps=3)
    compared.page.mouse.up()
    assert compared.picture_of_canvas() != near
    compared.button("Fit into the window").click()
    assert compared.picture_of_canvas() == fitting


def test_the_slider_follows_the_mouse_and_the_keyboard(compared: Watched) -> None:
    compared.page.keyboard.press("4")
    divider = compared.page.get_by_label("Divider between A and B")
    expect(divider).to_have_value("50")
    compared.page.keyboard.press("Shift+ArrowRight")
    expect(divider).to_have_value("55")
    divider.press("Home")
    left = compared.picture_of_canvas()
    box = compared.find("#canvas").bounding_box()
    assert box is not None
    compared.page.mouse.move(box["x"] + 13, box["y"] + box["height"] / 2)
    compared.page.mouse.down()
    compared.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=3)
    compared.page.mouse.up()
    assert 70 <= int(divider.input_value()) <= 80
    assert compared.picture_of_canvas() != left


def test_what_differs_is_marked_and_the_reason_is_told(compared: Watched) -> None:
    rows = compared.find("#facts tr")
    assert rows.filter(has_text="≠").locator("th").all_inner_texts()
    expect(rows.filter(has_text="Dimensions")).to_contain_text("608 × 456")
    expect(rows.filter(has_text="Dimensions")).to_contain_text("900 × 600")
    expect(rows.filter(has_text="Dimensions")).to_have_class("differs")
    expect(compared.find("#verdict-score")).to_have_text("99%")
    expect(compared.find("#verdict-label")).to_have_text("Edited copy")
    expect(compared.find("#verdict-reason")).to_contain_text("key points agree on one map")
    expect(compared.find("#numbers")).to_contain_text("Look as a whole")


def test_one_searches_on_with_the_other_picture(compared: Watched) -> None:
    compared.page.keyboard.press("ArrowRight")
    compared.button("Search with B").click()
    expect(compared.find("#compare")).to_be_hidden()
    expect(compared.find("#query-name")).to_have_text("DSC_0417.jpg")
    compared.until_found()


def test_a_pair_that_cannot_be_explained_is_still_shown(page: Watched, query: Path) -> None:
    page.refused = True
    refusal = '{"type":"about:blank","title":"Gone","status":404,"detail":"This picture is gone."}'
    page.page.route(
        "**/api/v1/explain?**",
        lambda route: route.fulfill(status=404, content_type="application/problem+json", body=refusal),
    )
    page.search(query)
    page.cards.first.click()
    page.page.keyboard.press("2")
    expect(page.find("#caption")).to_have_text("This picture is gone.")
    assert len(page.colours()) > 15
