"""Getting in with the token, and the description of the API, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pictrace.engine_process import EngineProcess
from pictrace.questions import EmbedderChoice
from pictrace.settings import Settings
from pictrace.web.access import Access
from pictrace.web.app import create_app
from tests.pictures import make_archive
from tests.web.browser.watched import Watched
from tests.web.services import RunningService
from tests.web.talking import serving

TOKEN = "a-token-for-the-tests"
Visitor = Callable[[], Watched]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that wants a token."""
    archive = make_archive(tmp_path_factory.mktemp("archive") / "photos", 3)
    settings = Settings(tmp_path_factory.mktemp("home"))
    with EngineProcess(settings, EmbedderChoice.BUILTIN, private_addresses=False) as engine:
        access = Access(TOKEN, False, frozenset())
        with serving(create_app(engine, [str(archive)], settings, access)) as port:
            yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visitor(chromium: Browser, closed: str) -> Iterator[Visitor]:
    """Somebody who was never there."""
    contexts = []
    pages: list[Watched] = []

    def come() -> Watched:
        context = chromium.new_context()
        context.set_default_timeout(15_000)
        contexts.append(context)
        pages.append(Watched(context.new_page(), closed))
        return pages[-1]

    yield come
    for context in contexts:
        context.close()
    assert [complaint for page in pages for complaint in page.complaints] == []


def test_the_link_with_the_token_signs_in_and_keeps_it_out_of_sight(visitor: Visitor, closed: str) -> None:
    page = visitor()
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.page.goto(f"{closed}/sign-in#{TOKEN}")
    page.page.wait_for_url(f"{closed}/")
    expect(page.find("#archive-line")).to_contain_text("3")
    assert TOKEN not in "".join(asked)
    assert TOKEN not in page.page.content()
    assert page.page.evaluate("document.cookie") == ""
    assert TOKEN not in page.page.evaluate("JSON.stringify(localStorage)")
    page.page.go_back()
    assert TOKEN not in page.page.url


def test_the_form_signs_in_with_the_keyboard_alone(visitor: Visitor, closed: str) -> None:
    page = visitor()
    page.refused = True
    page.page.goto(f"{closed}/")
    page.page.wait_for_url(f"{closed}/sign-in")
    expect(page.find("#token")).to_be_focused()
    page.page.keyboard.type("wrong")
    page.page.keyboard.press("Enter")
    expect(page.find("#message")).to_have_text("This is not the token of this service.")
    expect(page.find("#token")).to_be_focused()
    page.page.keyboard.type(TOKEN)
    page.page.keyboard.press("Enter")
    page.page.wait_for_url(f"{closed}/")
    expect(page.find("#archive-line")).to_contain_text("3")


@pytest.mark.parametrize("token", ["wrong", "100%"])
def test_a_link_with_a_wrong_token_says_so(visitor: Visitor, closed: str, token: str) -> None:
    page = visitor()
    page.refused = True
    page.page.goto(f"{closed}/sign-in#{token}")
    expect(page.find("#message")).to_have_text("This is not the token of this service.")
    assert page.page.url == f"{closed}/sign-in"


def test_who_has_signed_in_needs_not_do_it_again(visitor: Visitor, closed: str) -> None:
    page = visitor()
    page.page.goto(f"{closed}/sign-in#{TOKEN}")
    page.page.wait_for_url(f"{closed}/")
    page.page.goto(f"{closed}/sign-in")
    page.page.wait_for_url(f"{closed}/")


def test_the_sign_in_page_works_without_scripts(chromium: Browser, closed: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{closed}/sign-in")
    page.fill("#token", TOKEN)
    page.click("button")
    page.wait_for_url(f"{closed}/")
    context.close()


def test_a_page_elsewhere_gets_nothing_from_an_open_service(
    chromium: Browser, service: RunningService, tmp_path: Path
) -> None:
    """Neither what it says, nor a picture of it, nor anything done."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("http://evil.example/", lambda route: route.fulfill(body="<html></html>", content_type="text/html"))
    page.goto("http://evil.example/")
    picture = service.get("/pictures?count=1")["items"][0]["sha256"]
    jobs = len(service.get("/jobs")["items"])
    tried = page.evaluate(
        """async ([address, picture]) => {
            const tried = [];
            for (const [path, options] of [
                ["/statistics", {}], ["/statistics", {mode: "no-cors"}],
                ["/jobs", {method: "POST", mode: "no-cors", body: '{"kind": "duplicates"}'}],
            ]) {
                try {
                    tried.push((await fetch(address + path, options)).type);
                } catch (error) {
                    tried.push("refused");
                }
            }
            const image = new Image();
            image.src = `${address}/pictures/${picture}/thumbnail`;
            tried.push(await image.decode().then(() => "seen", () => "refused"));
            return tried;
        }""",
        [f"{service.address}/api/v1", picture],
    )
    assert tried == ["refused"] * 4
    assert len(service.get("/jobs")["items"]) == jobs
    context.close()


def test_the_description_of_the_api_is_shown_by_the_service_alone(chromium: Browser, service: RunningService) -> None:
    context = chromium.new_context()
    page = Watched(context.new_page(), service.address)
    page.page.goto(f"{service.address}/docs")
    expect(page.page.get_by_role("heading", name="PicTrace")).to_be_visible()
    row = page.find("#operations-overview-health_api_v1_health_get")
    expect(row).to_be_visible()
    row.click()
    page.page.get_by_role("button", name="Try it out").click()
    page.page.get_by_role("button", name="Execute").click()
    expect(page.find(".live-responses-table tr.response .response-col_status")).to_contain_text("200")
    context.close()
    assert page.complaints == []
