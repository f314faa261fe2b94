"""A service with a token, in a browser that has not been there before."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from pictrace.engine_process import EngineProcess
from pictrace.questions import EmbedderChoice
from pictrace.settings import Settings
from pictrace.web.access import Access
from pictrace.web.app import create_app
from tests.pictures import make_archive
from tests.web.browser.watched import faults
from tests.web.talking import ask, serving


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    archive = make_archive(tmp_path_factory.mktemp("archives") / "Few", 3)
    settings = Settings(tmp_path_factory.mktemp("home"))
    with EngineProcess(settings, EmbedderChoice.BUILTIN, private_addresses=False) as engine:
        app = create_app(engine, [str(archive)], settings, Access("open-sesame", False, frozenset()))
        with serving(app) as port:
            yield f"http://127.0.0.1:{port}"


@pytest.fixture
def stranger(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_a_wrong_token_is_told_the_right_one_opens_and_signing_out_closes(stranger: Page, guarded: str) -> None:
    stranger.goto(f"{guarded}/")
    token = stranger.get_by_label("Token of this service")
    token.fill("open-barley")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("alert")).to_contain_text("This is not the token of this service.")
    token.fill("open-sesame")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", name="Find pictures that look alike")).to_be_visible()
    expect(stranger.locator("#archive-line")).to_contain_text("in Few")
    stranger.get_by_role("button", name="Settings and help").click()
    stranger.get_by_role("button", name="Sign out").click()
    expect(token).to_be_visible()
    stranger.goto(f"{guarded}/")
    expect(token).to_be_visible()


def test_a_session_that_ended_is_told_on_the_page(stranger: Page, guarded: str) -> None:
    stranger.goto(f"{guarded}/sign-in#open-sesame")
    expect(stranger.locator("#archive-line")).to_contain_text("in Few")
    stranger.context.clear_cookies()
    stranger.get_by_role("navigation").get_by_role("link", name="Pictures").click()
    expect(stranger.locator("#bar")).to_contain_text("You are signed out.")
    stranger.locator("#bar").get_by_role("link", name="Sign in").click()
    expect(stranger.get_by_label("Token of this service")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_has_no_serious_fault(stranger: Page, guarded: str, scheme: Literal["light", "dark"]) -> None:
    stranger.emulate_media(color_scheme=scheme)
    stranger.goto(f"{guarded}/sign-in")
    assert faults(stranger) == []


def test_a_browser_asks_for_every_file_of_the_page_whether_it_is_still_the_same(guarded: str) -> None:
    port = int(guarded.rsplit(":", 1)[1])
    headers = {"Authorization": "Bearer open-sesame"}
    for path in ("/", "/static/main.js", "/static/base.css"):
        answer = ask(port, "GET", path, headers=headers)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
        again = ask(port, "GET", "/static/main.js", headers=headers | {"If-None-Match": answer.headers["ETag"]})
        assert again.status == (304 if path == "/static/main.js" else 200)
