"""From a picture that somebody has to the pictures that look like it."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import expect

from pictrace.samples import Samples
from tests.web.browser.watched import Watched


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web(samples: Samples) -> Iterator[str]:
    """Another server, which has the sample queries."""
    handler = partial(_Quiet, directory=str(samples.query.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _names(page: Watched) -> list[str]:
    return page.find("#cards .name").all_inner_texts()


def _expect_lighthouses(page: Watched) -> None:
    page.until_found()
    assert _names(page)[:3] == ["lighthouse.jpg", "DSC_0417.jpg", "lighthouse.jpg"]
    first = page.cards.first
    expect(first.locator(".score")).to_have_text("99%")
    expect(first.locator(".label")).to_have_text("Edited copy")
    expect(first.locator(".reason")).to_contain_text("key points agree on one map")
    page.page.wait_for_function("() => document.querySelector('#cards img').naturalWidth > 0")


def test_a_chosen_picture_is_found_with_score_label_and_reason(page: Watched, query: Path) -> None:
    with page.page.expect_file_chooser() as chooser:
        page.button("Choose picture…").click()
    chooser.value.set_files(query)
    _expect_lighthouses(page)
    expect(page.find("#query-name")).to_have_text(query.name)
    expect(page.find("#query-facts")).to_contain_text("608 × 456 · ")
    expect(page.said).to_contain_text("pictures are at least 60% similar")


def test_a_picture_can_be_dropped_anywhere(page: Watched, query: Path) -> None:
    page.give("dragenter", query)
    expect(page.find("#veil")).to_be_visible()
    page.give("drop", query)
    expect(page.find("#veil")).to_be_hidden()
    _expect_lighthouses(page)


def test_a_picture_can_be_pasted(page: Watched, query: Path) -> None:
    page.give("paste", query)
    _expect_lighthouses(page)


def test_an_address_can_be_pasted(page: Watched, query: Path, web: str) -> None:
    page.give_text("paste", f"{web}/{quote(query.name)}")
    _expect_lighthouses(page)


def test_an_address_can_be_typed(page: Watched, query: Path, web: str) -> None:
    page.page.get_by_label("Address of a picture").fill(f"{web}/{quote(query.name)}")
    page.page.keyboard.press("Enter")
    _expect_lighthouses(page)
    expect(page.find("#preview-picture")).to_be_visible()


def test_a_typed_address_may_do_without_its_beginning(page: Watched) -> None:
    page.refused = True
    page.page.get_by_label("Address of a picture").fill("pictures.invalid/lighthouse.jpg")
    page.page.keyboard.press("Enter")
    expect(page.find("#message")).to_contain_text("pictures.invalid is not known.")


def test_a_picture_of_another_page_can_be_dropped(page: Watched, query: Path, web: str) -> None:
    page.give_text("drop", f"{web}/{quote(query.name)}", "text/uri-list")
    _expect_lighthouses(page)


def test_an_address_without_a_picture_is_answered_with_the_services_sentence(page: Watched, web: str) -> None:
    page.refused = True
    page.give_text("paste", f"{web}/nothing.jpg")
    expect(page.find("#message")).to_contain_text("PicTrace cannot search with this.")
    expect(page.find("#message")).to_contain_text("404")
    expect(page.button("Choose another")).to_be_visible()


def test_an_address_that_is_none_is_answered_too(page: Watched) -> None:
    page.refused = True
    page.give_text("paste", "http://[nowhere/")
    expect(page.find("#message")).to_contain_text('"http://[nowhere/" is no web address')


def test_a_file_that_is_no_picture_is_refused_and_the_next_one_is_found(
    page: Watched, query: Path, tmp_path: Path
) -> None:
    page.refused = True
    text = tmp_path / "letter.jpg"
    text.write_text("Dear friend")
    page.choose(text)
    expect(page.find("#message")).to_contain_text("This is not a picture")
    page.search(query)
    expect(page.find("#message")).to_be_hidden()


def test_one_starts_with_a_picture_of_the_archive_and_goes_on_from_match_to_match(page: Watched) -> None:
    page.find("#starter-list button").first.click()
    page.until_found()
    expect(page.cards.first.locator(".score")).to_have_text("100%")
    page.cards.nth(1).hover()
    again = page.find("#cards .card").nth(1).get_by_role("button", name="Search with this picture")
    name = page.cards.nth(1).locator(".name").inner_text()
    again.click()
    expect(page.find("#query-name")).to_have_text(name)
    page.until_found()


def test_the_slider_filters_what_was_found_without_asking_again(page: Watched, query: Path) -> None:
    page.search(query)
    before = len(_names(page))
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.find("#threshold").focus()
    page.page.keyboard.press("End")
    expect(page.find("#message")).to_contain_text("Nothing is at least 100% similar. The closest is 99%.")
    page.button("Show the closest").click()
    expect(page.cards.first).to_be_focused()
    expect(page.find("#threshold-said")).to_have_text("at least 99%")
    page.find("#threshold").fill("0")
    page.page.wait_for_function(f"() => document.querySelectorAll('#cards li').length > {before}")
    assert not [address for address in asked if "/search" in address]


def test_results_are_sorted_by_what_one_likes(page: Watched, query: Path) -> None:
    page.search(query)
    page.find("#sort").select_option("name")
    names = _names(page)
    assert names == sorted(names, key=str.casefold)


def test_the_threshold_and_the_size_are_remembered(page: Watched, query: Path) -> None:
    page.search(query)
    page.find("#threshold").fill("75")
    page.find("#view-search [data-size]").fill("320")
    page.page.reload()
    page.search(query)
    expect(page.find("#threshold-said")).to_have_text("at least 75%")
    width = page.find("#cards .card").first.bounding_box()
    assert width is not None
    assert width["width"] >= 320


def test_old_results_stay_while_the_next_are_searched(page: Watched, query: Path) -> None:
    page.search(query)
    held: list[object] = []
    page.page.route("**/api/v1/search", lambda route: held.append(route))
    page.find("#mirrored").uncheck()
    expect(page.find("#cards")).to_have_class("cards dimmed")
    expect(page.find("#found-status")).to_have_text("Searching…")
    expect(page.cards.first).to_be_visible()
    page.page.unroute_all(behavior="ignoreErrors")
    page.find("#mirrored").check()
    expect(page.find("#cards")).to_have_class("cards")


def test_nothing_moves_while_pictures_and_answers_arrive(page: Watched, query: Path) -> None:
    page.page.evaluate(
        """() => {
            window.shifted = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
            }).observe({type: "layout-shift", buffered: true});
        }"""
    )
    page.search(query)
    page.page.wait_for_timeout(600)
    assert page.page.evaluate("() => window.shifted") < 0.02


def test_a_picture_that_browsers_cannot_draw_is_shown_by_the_service(
    page: Watched, query: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "lighthouse.jp2"
    with Image.open(query) as picture:
        picture.save(odd)
    page.search(odd)
    page.page.wait_for_function("() => document.querySelector('#preview-picture').naturalWidth === 608")
    expect(page.find("#preview")).to_have_class("preview")
    page.compare_first()
    assert len(page.colours()) > 15
