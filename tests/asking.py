"""Questions to an engine in the test's own process, and to the whole program."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pictrace.cli import run
from pictrace.engine import Engine
from pictrace.events import Event, Finished, Found, Notice
from pictrace.questions import (
    DuplicateGroup,
    EmbedderChoice,
    IndexReport,
    Query,
    QueryFailed,
    SearchAnswer,
    SearchOptions,
)
from pictrace.settings import load_settings

Place = str | os.PathLike[str]


@contextmanager
def an_engine() -> Iterator[Engine]:
    """As after a start of the program: it knows what is in PICTRACE_HOME and nothing else."""
    with Engine(load_settings()[0], EmbedderChoice.BUILTIN) as engine:
        yield engine


def indexed(*archives: Place) -> tuple[IndexReport, list[str]]:
    """What a new engine reports, and its notices."""
    with an_engine() as engine:
        return index_with(engine, *archives)


def index_with(engine: Engine, *archives: Place) -> tuple[IndexReport, list[str]]:
    events = list(engine.index([os.fspath(archive) for archive in archives]))
    last = events[-1]
    assert isinstance(last, Finished)
    assert isinstance(last.result, IndexReport)
    return last.result, notices(events)


def counts(report: IndexReport) -> tuple[int, int, int]:
    return report.indexed, report.reused, len(report.skipped)


def notices(events: Sequence[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


def search_with(
    engine: Engine, query: Place | Query, *archives: Place, options: SearchOptions | None = None
) -> SearchAnswer | QueryFailed:
    asked = query if isinstance(query, Query) else Query(os.fspath(query))
    places = [os.fspath(archive) for archive in archives]
    (found,) = [
        event for event in engine.search([asked], places, options or SearchOptions()) if isinstance(event, Found)
    ]
    assert isinstance(found.answer, SearchAnswer | QueryFailed)
    return found.answer


def answer_of(query: Place | Query, *archives: Place, options: SearchOptions | None = None) -> SearchAnswer:
    with an_engine() as engine:
        answer = search_with(engine, query, *archives, options=options)
    assert isinstance(answer, SearchAnswer), answer
    return answer


def names(answer: SearchAnswer) -> list[str]:
    return [match.picture.name for match in answer.matches]


def groups_in(*archives: Place, similar: bool = False) -> list[DuplicateGroup]:
    with an_engine() as engine:
        events = list(engine.duplicates([os.fspath(archive) for archive in archives], similar=similar))
    return [event.answer for event in events if isinstance(event, Found)]


def group_names(groups: Sequence[DuplicateGroup]) -> list[tuple[str, list[str]]]:
    return [(group.kind.value, [member.picture.name for member in group.members]) for group in groups]


class Program:
    """The whole program, run in this process; its work is done in a worker process of its own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: Place) -> int:
        """The exit code. What it said is kept until the next call."""
        self._capsys.readouterr()
        code = run([os.fspath(word) for word in words])
        self.out, self.err = self._capsys.readouterr()
        assert "Traceback" not in self.err
        return code

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Nothing but JSON lines, in plain ASCII."""
        assert self.out.isascii()
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        """The only line on standard error."""
        (line,) = self.err.splitlines()
        assert self.out == ""
        return line


def in_home(name: str = "") -> Path:
    return Path(os.environ["PICTRACE_HOME"]) / name
