"""A page that tells what went wrong in it, and is used as people use it."""

import base64
import json
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

WIDE = (1440, 900)
PHONE = (360, 740)
PATIENCE_MS = 20_000

expect.set_options(PATIENCE_MS)

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_AS_FILE = """([type, name, kind, base64, target]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, {type: kind}));
    const options = {bubbles: true, cancelable: true};
    const event = type === "paste"
        ? new ClipboardEvent("paste", {...options, clipboardData: data})
        : new DragEvent(type, {...options, dataTransfer: data});
    document.querySelector(target).dispatchEvent(event);
}"""
_AS_TEXT = """([type, kind, text]) => {
    const data = new DataTransfer();
    data.setData(kind, text);
    const options = {bubbles: true, cancelable: true};
    document.body.dispatchEvent(type === "paste"
        ? new ClipboardEvent("paste", {...options, clipboardData: data})
        : new DragEvent(type, {...options, dataTransfer: data}));
}"""


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    page.evaluate(_AXE)
    report: Any = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {json.dumps([node['target'] for node in fault['nodes']][:3])}"
        for fault in report["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


@dataclass
class Watched:
    page: Page
    address: str
    refused: bool = False
    """Whether the service is to refuse something: the browser then writes a line about it."""
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._see(request.url))

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def cards(self) -> Locator:
        return self.find("#cards .face")

    @property
    def said(self) -> Locator:
        """What those hear who do not see."""
        return self.find("#said")

    def go(self, view: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=view).click()

    def choose(self, picture: Path) -> None:
        self.page.set_input_files("#file", picture)

    def search(self, picture: Path) -> None:
        self.choose(picture)
        self.until_found()

    def until_found(self) -> None:
        expect(self.find("#found-status")).to_contain_text("match ·")
        expect(self.cards.first).to_be_visible()

    def give(self, event: str, picture: Path, kind: str = "image/jpeg", target: str = "body") -> None:
        """A file, by "drop", "paste" or another event of the kind."""
        data = base64.b64encode(picture.read_bytes()).decode()
        self.page.evaluate(_AS_FILE, [event, picture.name, kind, data, target])

    def give_text(self, event: str, text: str, kind: str = "text/plain") -> None:
        self.page.evaluate(_AS_TEXT, [event, kind, text])

    def compare_first(self) -> None:
        self.cards.first.click()
        expect(self.find("#numbers dt").first).to_be_visible()

    def colours(self) -> set[tuple[int, int, int]]:
        """That the comparison's canvas shows, coarsely; after it has had time to paint."""
        self.page.wait_for_timeout(200)
        pixels: list[int] = self.page.evaluate(
            """() => {
                const small = document.createElement("canvas");
                small.width = small.height = 48;
                const context = small.getContext("2d");
                context.drawImage(document.querySelector("#canvas"), 0, 0, 48, 48);
                return [...context.getImageData(0, 0, 48, 48).data];
            }"""
        )
        return {(pixels[at] >> 5, pixels[at + 1] >> 5, pixels[at + 2] >> 5) for at in range(0, len(pixels), 4)}

    def picture_of_canvas(self) -> str:
        self.page.wait_for_timeout(200)
        return str(self.page.evaluate("() => document.querySelector('#canvas').toDataURL()"))

    def focused(self) -> str:
        """What has the keyboard, as it is read aloud."""
        return str(
            self.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
            )
        )

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not (self.refused and "Failed to load resource" in text):
            self.complaints.append(text)

    def _see(self, address: str) -> None:
        there = urlsplit(address)
        if there.scheme not in ("data", "blob") and f"{there.scheme}://{there.netloc}" != self.address:
            self.complaints.append(f"asked for {address}")


class Opening:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._pages: list[Watched] = []

    def __call__(self, address: str, size: tuple[int, int] = WIDE, **options: Any) -> Watched:
        viewport: Any = {"width": size[0], "height": size[1]}
        context = self._browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        watched = Watched(context.new_page(), address)
        self._pages.append(watched)
        watched.page.goto(f"{address}/")
        expect(watched.find("#archive-line")).not_to_be_empty()
        return watched

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        complaints = [complaint for page in self._pages for complaint in page.complaints]
        assert not complaints, complaints
