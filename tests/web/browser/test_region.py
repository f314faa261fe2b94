"""Only a part of the picture counts: the frame over the preview, by mouse, finger and keyboard."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.browser.watched import PHONE, Opening, Watched
from tests.web.services import RunningService


def _asked(page: Watched) -> list[Any]:
    """The regions that the service was asked for, as they come."""
    regions: list[Any] = []

    def hear(request: Any) -> None:
        if request.url.endswith("/api/v1/search"):
            regions.append(json.loads(request.post_data)["region"])

    page.page.on("request", hear)
    return regions


def _box(page: Watched, selector: str = "#part") -> dict[str, float]:
    box = page.find(selector).bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def _drag(page: Watched, start: tuple[float, float], end: tuple[float, float], box: dict[str, float]) -> None:
    mouse = page.page.mouse
    mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    mouse.down()
    mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    mouse.up()


def _near(region: dict[str, float], x: float, y: float, width: float, height: float) -> bool:
    """In shares of the query, which is 608 by 456."""
    shares = region["x"] / 608, region["y"] / 456, region["width"] / 608, region["height"] / 456
    return shares == pytest.approx((x, y, width, height), abs=0.02)


def test_a_frame_drawn_with_the_mouse_is_searched_moved_sized_and_given_up(page: Watched, query: Path) -> None:
    page.search(query)
    regions = _asked(page)
    box = _box(page)
    _drag(page, (0.5, 0.1), (0.8, 0.7), box)
    page.until_found()
    assert _near(regions[-1], 0.5, 0.1, 0.3, 0.6)
    _drag(page, (0.65, 0.4), (0.55, 0.5), box)
    page.page.wait_for_timeout(50)
    assert _near(regions[-1], 0.4, 0.2, 0.3, 0.6)
    _drag(page, (0.7, 0.8), (0.9, 0.9), box)
    page.page.wait_for_timeout(50)
    assert _near(regions[-1], 0.4, 0.2, 0.5, 0.7)
    page.button("Whole picture").click()
    expect(page.find(".part-frame")).to_be_hidden()
    page.until_found()
    assert regions[-1] is None


def test_a_click_draws_no_frame(page: Watched, query: Path) -> None:
    page.search(query)
    regions = _asked(page)
    page.find("#part").click()
    expect(page.find(".part-frame")).to_be_hidden()
    assert regions == []


def test_the_keyboard_places_moves_sizes_and_removes_the_frame(page: Watched, query: Path) -> None:
    page.search(query)
    regions = _asked(page)
    page.button("Only a part").press("Enter")
    frame = page.find(".part-frame")
    expect(frame).to_be_focused()
    assert page.focused().startswith("Chosen part: 50% by 50%, at 25% and 25%.")
    with page.page.expect_request("**/api/v1/search"):
        for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
            page.page.keyboard.press(key)
    assert _near(regions[-1], 0.29, 0.23, 0.5, 0.52)
    page.page.keyboard.press("Delete")
    expect(frame).to_be_hidden()
    expect(page.button("Only a part")).to_have_attribute("aria-pressed", "false")
    page.until_found()
    assert regions[-1] is None


def test_a_finger_scrolls_over_the_preview_until_a_part_is_asked_for(
    opening: Opening, service: RunningService, query: Path
) -> None:
    page = opening(service.address, PHONE, has_touch=True, is_mobile=True)
    page.search(query)
    regions = _asked(page)
    touch = """([x, y, type]) => document.querySelector("#part").dispatchEvent(new PointerEvent(type, {
        bubbles: true, cancelable: true, pointerId: 5, pointerType: "touch", button: 0, clientX: x, clientY: y}))"""
    # A made-up pointer cannot be captured; a real one is.
    page.page.evaluate("() => { Element.prototype.setPointerCapture = () => {}; }")

    def swipe(box: dict[str, float]) -> None:
        for type_, share in (("pointerdown", 0.02), ("pointermove", 0.5), ("pointerup", 0.5)):
            place = [box["x"] + share * box["width"], box["y"] + share * box["height"], type_]
            page.page.evaluate(touch, place)

    swipe(_box(page))
    expect(page.find(".part-frame")).to_be_hidden()
    page.button("Only a part").tap()
    expect(page.find(".part-frame")).to_be_visible()
    swipe(_box(page))
    page.page.wait_for_timeout(100)
    assert _near(regions[-1], 0.02, 0.02, 0.48, 0.48)


def test_a_part_is_compared_as_such(page: Watched, query: Path) -> None:
    page.search(query)
    with page.page.expect_response("**/api/v1/search"):
        _drag(page, (0.4, 0.05), (0.9, 0.9), _box(page))
    expect(page.find("#query-facts")).to_contain_text("608 × 456")
    with page.page.expect_request("**/api/v1/explain?**") as asked:
        page.compare_first()
    assert "region=" in asked.value.url
    expect(page.find("#facts tr").filter(has_text="Dimensions").locator("td").first).to_contain_text("304 × ")
