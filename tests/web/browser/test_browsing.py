"""All pictures, duplicates, what could not be read, and the work that runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pictures import make_archive
from tests.web.browser.watched import Opening, Watched
from tests.web.services import RunningService, a_service

_MANY = 300
_READ_BY_MS = 60_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archives") / "Many", _MANY, side=64)


@pytest.fixture
def fresh(many: Path, tmp_path: Path) -> Iterator[RunningService]:
    """It has just begun to read them."""
    with a_service(tmp_path / "home", many) as service:
        yield service


def test_the_gallery_shows_all_pictures_and_searches_with_one(page: Watched) -> None:
    page.go("Pictures")
    expect(page.find("#pictures-status")).to_contain_text("32 pictures in Photos, Odd files")
    faces = page.find("#gallery .face")
    expect(faces.first).to_be_visible()
    faces.filter(has_text="fruit bowl.jpg").click()
    expect(page.find("#query-name")).to_have_text("fruit bowl.jpg")
    page.until_found()
    page.page.go_back()
    expect(faces.first).to_be_visible()


def test_a_long_gallery_keeps_the_page_small_and_the_keyboard_reaches_its_end(
    fresh: RunningService, opening: Opening
) -> None:
    fresh.until_indexed()
    page = opening(fresh.address)
    page.go("Pictures")
    expect(page.find("#pictures-status")).to_contain_text(f"{_MANY} pictures")
    first = page.find("#gallery .face").first
    expect(first).to_contain_text("000.jpg")
    first.focus()
    page.page.keyboard.press("ArrowRight")
    assert page.focused() == "Search with 001.jpg"
    page.page.keyboard.press("End")
    expect(page.find("#gallery .face").last).to_contain_text(f"{_MANY - 1}.jpg")
    expect(page.find("#gallery .face").last).to_be_focused()
    assert page.find("#gallery li").count() < 120
    page.page.keyboard.press("PageUp")
    assert page.focused().startswith("Search with 2")
    page.page.keyboard.press("Home")
    expect(page.find("#gallery .face").first).to_be_focused()


def test_unreadable_files_are_listed_with_their_reasons(page: Watched) -> None:
    page.go("Pictures")
    page.page.get_by_role("link", name="1 file could not be read").click()
    item = page.find("#skipped-list li")
    expect(item).to_contain_text("broken.jpg")
    expect(item).to_contain_text("This is not a picture")


def test_duplicates_are_found_and_compared(page: Watched) -> None:
    page.go("Duplicates")
    page.button("Find duplicates").click()
    group = page.find(".group").filter(has_text="fruit bowl")
    expect(group).to_be_visible()
    expect(group.locator(".face").first).to_contain_text("Keep")
    group.locator(".face").nth(1).click()
    expect(page.find("#compare")).to_be_visible()
    expect(page.find("#verdict-reason")).not_to_be_empty()
    expect(page.find("#numbers dt").first).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(group).to_be_visible()


def test_indexing_is_watched_paused_continued_and_cancelled(fresh: RunningService, opening: Opening) -> None:
    page = opening(fresh.address)
    words = page.find("#work-words")
    expect(words).to_contain_text(f"of {_MANY}")
    page.button("Pause").click()
    expect(words).to_contain_text("Paused · Reading pictures")
    page.button("Continue").click()
    expect(words).not_to_contain_text("Paused")
    page.button("Pause").click()
    expect(words).to_contain_text("Paused")
    page.button("Cancel").click()
    expect(page.find("#work")).to_be_hidden()
    expect(page.find("#bar")).to_contain_text("the rest continue next time.")
    page.button("Continue").click()
    expect(page.find("#archive-line")).to_have_text(f"{_MANY} pictures in Many", timeout=_READ_BY_MS)
    expect(page.find("#work")).to_be_hidden()


def test_what_was_found_so_far_is_completed_once_all_is_read(
    fresh: RunningService, opening: Opening, query: Path
) -> None:
    page = opening(fresh.address)
    expect(page.find("#work-words")).to_contain_text("Reading pictures")
    page.button("Pause").click()
    page.choose(query)
    expect(page.find("#found-title")).to_have_text("Best matches so far")
    page.button("Continue").click()
    expect(page.find("#found-title")).to_have_text("Best matches", timeout=_READ_BY_MS)
    expect(page.find("#found-status")).to_contain_text(f"of {_MANY} match")


def test_a_service_that_went_away_is_told_of(page: Watched, query: Path) -> None:
    page.refused = True
    page.page.context.set_offline(True)
    page.choose(query)
    expect(page.find("#message")).to_contain_text("The service does not answer.")
    page.page.context.set_offline(False)
    page.button("Try again").click()
    page.until_found()


def test_an_archive_without_pictures_says_what_is_read(opening: Opening, tmp_path: Path) -> None:
    (tmp_path / "Empty").mkdir()
    with a_service(tmp_path / "home", tmp_path / "Empty") as service:
        service.until_indexed()
        page = opening(service.address)
        page.go("Pictures")
        expect(page.find("#pictures-message")).to_contain_text("There are no pictures here.")
        page.page.context.close()


def test_the_same_service_serves_two_pages(opening: Opening, service: RunningService, query: Path) -> None:
    one, other = opening(service.address), opening(service.address)
    one.choose(query)
    other.choose(query)
    one.until_found()
    other.until_found()
