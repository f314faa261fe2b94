"""Rate and time left: as a person experiences them."""

import shutil
import time
from pathlib import Path

import pytest

from pictrace.events import Event, Progress, Stage
from pictrace.pace import Pace
from tests.asking import an_engine
from tests.pictures import aged, make_archive


def timed_progress(archive: Path) -> list[tuple[float, Progress]]:
    with an_engine() as engine:
        events: list[tuple[float, Event]] = [(time.monotonic(), event) for event in engine.index([str(archive)])]
    return [(at, event) for at, event in events if isinstance(event, Progress) and event.stage is Stage.INDEXING]


def test_what_was_known_does_not_make_the_rate_look_better(tmp_path: Path) -> None:
    archive = aged(make_archive(tmp_path / "photos", 60))
    timed_progress(archive)
    aged(make_archive(archive, 60, first=60))
    progress = timed_progress(archive)
    (began, known), (ended, last) = progress[0], progress[-1]
    assert (known.done, known.total, known.per_second) == (60, 120, None)
    assert last.done == 120
    assert last.per_second == pytest.approx(60 / (ended - began), rel=0.2)
    halfway = next(event for _at, event in progress if event.done >= 90)
    assert halfway.seconds_left is not None
    assert halfway.seconds_left < 3 * (ended - began)


def test_files_that_were_moved_are_read_again_and_have_a_rate(tmp_path: Path) -> None:
    archive = aged(make_archive(tmp_path / "photos", 20))
    timed_progress(archive)
    shutil.move(archive, tmp_path / "moved")
    *_, (_at, last) = timed_progress(tmp_path / "moved")
    assert last.done == last.total == 20
    assert last.per_second is not None
    assert last.seconds_left == 0


def test_the_rate_is_that_of_the_last_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, *range(1, 100)])
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    pace = Pace(Stage.COMPARING, 1000)
    for second in range(1, 21):  # ten a second
        quick = pace.progress(second * 10)
    for second in range(1, 21):  # then one
        slow = pace.progress(200 + second)
    assert quick.per_second == pytest.approx(10)
    assert slow.per_second == pytest.approx(1)
    assert slow.seconds_left == pytest.approx(780)
