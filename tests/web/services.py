"""Services on loopback, as `pictrace serve` runs them, and what tests ask of them."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pictrace.engine_process import EngineProcess
from pictrace.questions import EmbedderChoice
from pictrace.settings import Settings
from pictrace.web.access import Access
from pictrace.web.app import create_app
from tests.web.talking import Answer, ask, form, post_json, serving

PATIENCE_SECONDS = 40
API = "/api/v1"


@dataclass(frozen=True, slots=True)
class RunningService:
    port: int
    home: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, **headers: str) -> Answer:
        return ask(
            self.port, "GET", API + path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    def get(self, path: str) -> Any:
        return _json(self.ask(path))

    def post(self, path: str, value: Any = None) -> Any:
        return _json(post_json(self.port, API + path, value))

    def search(self, picture: bytes, name: str = "query.jpg", **fields: object) -> Any:
        body, headers = form(picture, name, **{field: str(value) for field, value in fields.items()})
        return _json(ask(self.port, "POST", f"{API}/search/upload", body, headers))

    def until_indexed(self) -> Any:
        """The statistics then."""
        return until(lambda: (found := self.get("/statistics")) and found["indexing"] is None and found)


def until(condition: Callable[[], Any]) -> Any:
    """What it returns, once that counts as true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


@contextmanager
def a_service(home: Path, *archives: Path | str, private_addresses: bool = False) -> Iterator[RunningService]:
    home.mkdir(exist_ok=True)
    settings = Settings(home)
    with EngineProcess(settings, EmbedderChoice.BUILTIN, private_addresses=private_addresses) as engine:
        access = Access(None, False, frozenset())
        with serving(create_app(engine, [str(archive) for archive in archives], settings, access)) as port:
            yield RunningService(port, home)


def _json(answer: Answer) -> Any:
    assert answer.status < 300, (answer.status, answer.body)
    assert answer.body.isascii()
    return json.loads(answer.body)
