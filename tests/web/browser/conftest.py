"""The page in a real browser: headless Chromium, over a service on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from pictrace.engine_process import EngineProcess
from pictrace.questions import EmbedderChoice
from pictrace.samples import Samples
from pictrace.settings import Settings
from pictrace.web.access import Access
from pictrace.web.app import create_app
from tests.web.browser.watched import Opening, Watched
from tests.web.services import RunningService
from tests.web.talking import serving


@pytest.fixture(scope="package")
def service(samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """Over the sample pictures and a file that is none. It may fetch from this machine, as tests serve there."""
    odd = tmp_path_factory.mktemp("odd") / "Odd files"
    odd.mkdir()
    (odd / "broken.jpg").write_bytes(b"this is no picture")
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home)
    with EngineProcess(settings, EmbedderChoice.BUILTIN, private_addresses=True) as engine:
        app = create_app(engine, [str(samples.folder), str(odd)], settings, Access(None, False, frozenset()))
        with serving(app) as port:
            running = RunningService(port, home)
            running.until_indexed()
            yield running


@pytest.fixture(scope="package")
def chromium(need_program: Callable[[str, str], str]) -> Iterator[Browser]:
    path = need_program("chromium", "apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opening(chromium: Browser) -> Iterator[Opening]:
    """Opens pages, and looks at the end that none of them had anything to complain about."""
    opened = Opening(chromium)
    yield opened
    opened.close()


@pytest.fixture
def page(opening: Opening, service: RunningService) -> Watched:
    return opening(service.address)


@pytest.fixture
def query(samples: Samples) -> Path:
    """The sample that a friend sent: the lighthouse, edited."""
    return samples.query
