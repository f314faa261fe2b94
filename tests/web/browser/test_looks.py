"""For everybody: light and dark, every width, keyboard alone, and what a reader of the page hears."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.pictures import make_picture
from tests.web.browser.watched import PHONE, WIDE, Opening, Watched, faults
from tests.web.services import RunningService


def _first(page: Watched, query: Path) -> None:
    expect(page.find("#starter-list button").first).to_be_visible()


def _results(page: Watched, query: Path) -> None:
    page.search(query)


def _part(page: Watched, query: Path) -> None:
    page.search(query)
    page.button("Only a part").click()
    page.until_found()


def _none(page: Watched, query: Path) -> None:
    page.search(query)
    page.find("#threshold").fill("100")
    expect(page.find("#message")).to_be_visible()


def _compare(key: str) -> Callable[[Watched, Path], None]:
    def show(page: Watched, query: Path) -> None:
        page.search(query)
        page.compare_first()
        page.page.keyboard.press(key)

    return show


def _pictures(page: Watched, query: Path) -> None:
    page.go("Pictures")
    expect(page.find("#gallery .face").first).to_be_visible()


def _skipped(page: Watched, query: Path) -> None:
    _pictures(page, query)
    page.page.get_by_role("link", name="could not be read").click()
    expect(page.find("#skipped-list li")).to_be_visible()


def _duplicates(page: Watched, query: Path) -> None:
    page.go("Duplicates")
    page.button("Find duplicates").click()
    expect(page.find(".group").first).to_be_visible()


def _menu(page: Watched, query: Path) -> None:
    page.find("#menu-button").click()
    expect(page.find("#menu")).to_be_visible()


def _shortcuts(page: Watched, query: Path) -> None:
    page.page.keyboard.press("?")
    expect(page.find("#shortcuts")).to_be_visible()


_VIEWS = {
    "first": _first,
    "results": _results,
    "part": _part,
    "none": _none,
    "side by side": _compare("1"),
    "slider": _compare("4"),
    "pictures": _pictures,
    "skipped": _skipped,
    "duplicates": _duplicates,
    "menu": _menu,
    "shortcuts": _shortcuts,
}


_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def _sticking_out(page: Watched) -> list[str]:
    """Elements that reach beyond the edge of the page."""
    found: list[str] = page.page.evaluate(
        """() => [...document.querySelectorAll("main *, header *, dialog[open] *, [popover]:popover-open *")]
            .filter((one) => one.checkVisibility() && !one.closest(".unseen, .part, svg"))
            .filter((one) => {
                const box = one.getBoundingClientRect();
                return box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5;
            })
            .map((one) => one.outerHTML.slice(0, 90))"""
    )
    return found


@pytest.mark.parametrize("view", _VIEWS)
def test_no_view_has_a_serious_fault_on_a_desk_or_a_phone_by_day_or_by_night(
    page: Watched, query: Path, view: str
) -> None:
    _VIEWS[view](page, query)
    for width, height in (WIDE, PHONE):
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.wait_for_timeout(100)
        assert _sticking_out(page) == []
        papers = set()
        for scheme in _SCHEMES:
            page.page.emulate_media(color_scheme=scheme)
            papers.add(_paper(page))
            assert faults(page.page) == []
        assert len(papers) == 2


def test_a_wide_screen_is_used(opening: Opening, service: RunningService) -> None:
    page = opening(service.address, (2560, 1300))
    _pictures(page, Path())
    tops = page.page.evaluate(
        "() => [...document.querySelectorAll('#gallery li')].map((one) => Math.round(one.getBoundingClientRect().top))"
    )
    assert tops.count(tops[0]) >= 8


def test_nothing_is_cut_off_beside_a_large_picture(opening: Opening, service: RunningService, tmp_path: Path) -> None:
    query = tmp_path / "wide.jpg"
    make_picture(3, 800).resize((1600, 900)).save(query)
    page = opening(service.address, (1000, 800))
    page.find("#file").set_input_files(query)
    expect(page.find("#query-facts")).to_contain_text("1600 × 900")
    expect(page.find("#preview-picture")).to_be_visible()
    wider = (
        "() => [...document.querySelectorAll('.query, .preview')].filter((one) => one.scrollWidth > one.clientWidth)"
    )
    assert page.page.evaluate(f"{wider}.map((one) => one.className)") == []


def test_the_reason_can_be_read_whole_in_a_low_window(opening: Opening, service: RunningService, query: Path) -> None:
    page = opening(service.address, (1000, 600))
    page.search(query)
    page.compare_first()
    page.page.keyboard.press("ArrowRight")
    expect(page.find("#verdict-reason")).to_contain_text("alike")
    assert (
        page.page.evaluate(
            "() => { const one = document.querySelector('#verdict-reason'); "
            "return one.scrollHeight - one.clientHeight; }"
        )
        <= 1
    )


def _paper(page: Watched) -> str:
    return str(page.page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))


def test_the_theme_follows_the_system_until_one_is_chosen_and_that_is_remembered(
    opening: Opening, service: RunningService
) -> None:
    page = opening(service.address, color_scheme="light")
    light = _paper(page)
    page.page.emulate_media(color_scheme="dark")
    dark = _paper(page)
    assert light != dark
    page.find("#menu-button").click()
    page.page.get_by_role("radio", name="Light").check()
    assert _paper(page) == light
    page.page.reload()
    assert _paper(page) == light
    page.find("#menu-button").click()
    page.page.get_by_role("radio", name="System").check()
    assert _paper(page) == dark


def _tab_to(page: Watched, name: str, most: int = 40) -> None:
    for _ in range(most):
        page.page.keyboard.press("Tab")
        if page.focused().strip().startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_the_keyboard_alone_leads_from_the_start_to_a_match_and_its_comparison(page: Watched) -> None:
    press = page.page.keyboard.press
    expect(page.find("#starter-list button").first).to_be_visible()
    press("Tab")
    assert page.focused() == "Skip to the content"
    _tab_to(page, "Search with")
    press("Enter")
    page.until_found()
    _tab_to(page, "Compare ")
    first = page.focused()
    press("ArrowRight")
    assert page.focused() != first
    assert page.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
    press("ArrowLeft")
    assert page.focused() == first
    press("Enter")
    expect(page.find("#compare")).to_be_visible()
    expect(page.find("#numbers dt").first).to_be_visible()
    press("2")
    expect(page.find("#caption")).to_contain_text("key point")
    press("Escape")
    expect(page.find("#compare")).to_be_hidden()
    assert page.focused() == first
    press("s")
    page.until_found()
    press("/")
    expect(page.find("#other-address")).to_be_focused()


def test_every_control_has_a_visible_focus(page: Watched, query: Path) -> None:
    page.search(query)
    page.page.keyboard.press("Tab")
    for _ in range(25):
        page.page.keyboard.press("Tab")
        seen = page.page.evaluate(
            """() => {
                const one = document.activeElement;
                const marked = one.closest(".themes label")?.querySelector("span") ?? one;
                const page = one === document.body || one.tagName === "MAIN";
                return page || getComputedStyle(marked).outlineStyle !== "none";
            }"""
        )
        assert seen, page.focused()
