"""Short forms of measurements that hold promises, and that what the others measure is what they say."""

import random
from pathlib import Path

import pytest

from benchmarks.crowd import make_crowd
from benchmarks.kills import kill_everything, kill_the_worker
from benchmarks.make_photographs import make_photographs
from pictrace.embedders.builtin import open_builtin
from pictrace.engine import Engine
from pictrace.events import Finished, Found
from pictrace.questions import EmbedderChoice, IndexReport
from pictrace.settings import Settings

PICTURES = 120


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    assert len(list(make_photographs(folder, PICTURES, megapixels=0.3))) == PICTURES
    return folder


@pytest.mark.slow
def test_a_killed_program_loses_nothing_that_it_had_saved_and_needs_no_hand(photographs: Path, tmp_path: Path) -> None:
    outcome = kill_everything(photographs, tmp_path, 3, random.Random(1), longest=1.5)
    assert outcome.holds(PICTURES), outcome


@pytest.mark.slow
def test_a_run_goes_on_by_itself_when_its_worker_is_killed(photographs: Path, tmp_path: Path) -> None:
    outcome = kill_the_worker(photographs, tmp_path, 2, random.Random(2), longest=1.2)
    assert outcome.holds(PICTURES), outcome


def test_a_crowd_is_known_without_being_read_and_its_copies_are_found(tmp_path: Path) -> None:
    settings, archive, embedder = Settings(tmp_path / "home"), tmp_path / "archive", open_builtin()
    make_crowd(archive, settings, embedder, families=9)
    embedder.close()
    with Engine(settings, EmbedderChoice.BUILTIN) as engine:
        *found, last = (event for event in engine.duplicates([str(archive)]) if isinstance(event, Finished | Found))
    assert isinstance(last, Finished)
    assert isinstance(last.result, IndexReport)
    assert (last.result.indexed, last.result.reused, last.result.skipped) == (0, 90, ())
    names = [sorted(one.picture.name for one in event.answer.members) for event in found if isinstance(event, Found)]
    assert names == [[f"a/{family:05}.jpg", f"b/{family:05}.jpg"] for family in range(9)]
