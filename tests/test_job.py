"""Work in the worker process: what it survives, and how it is paused, cancelled and ended."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictrace import engine_process
from pictrace import job as job_module
from pictrace.engine_process import EngineProcess
from pictrace.events import Cancelled, Committed, Event, Failed, Finished, Found, Progress, Skipped, Stage
from pictrace.job import Job
from pictrace.questions import EmbedderChoice, IndexReport, Query, QueryFailed, SearchAnswer, SearchOptions
from pictrace.settings import Settings
from pictrace.worker import Verb
from tests.faulty_worker import CRASHES, FREEZES, STALLS, serve_in_small_parts, serve_with_a_faulty_decoder, starts
from tests.pictures import make_archive, make_picture


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    return Settings(home, picture_seconds=1.0)


@pytest.fixture
def engine(settings: Settings) -> Iterator[EngineProcess]:
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as process:
        yield process


def index(engine: EngineProcess, *archives: Path) -> tuple[IndexReport, list[Event]]:
    events = list(engine.start(Verb.INDEX, archives=[str(archive) for archive in archives]))
    assert isinstance(events[-1], Finished), events[-1]
    assert isinstance(events[-1].result, IndexReport)
    return events[-1].result, events


def spoil(file: Path, ending: bytes) -> None:
    file.write_bytes(file.read_bytes() + ending)


def wait_for(job: Job, kind: type[Event]) -> Event:
    for event in job:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"no {kind}")


def the_worker() -> multiprocessing.process.BaseProcess:
    (worker,) = multiprocessing.active_children()
    return worker


def test_an_index_counts_what_it_did_and_does_nothing_twice(engine: EngineProcess, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 6)
    (archive / "broken.jpg").write_bytes(b"no picture")
    report, _ = index(engine, archive)
    assert (report.indexed, report.reused, len(report.skipped)) == (6, 0, 1)
    report, _ = index(engine, archive)
    assert (report.indexed, report.reused, len(report.skipped)) == (0, 6, 1)


@pytest.mark.parametrize(
    ("ending", "reason"), [(CRASHES, "crash"), (STALLS, "longer than 1 seconds"), (FREEZES, "longer than 1 seconds")]
)
def test_a_picture_that_breaks_the_decoder_is_passed_over_and_remembered(
    ending: bytes, reason: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "serve", serve_with_a_faulty_decoder)
    monkeypatch.setattr(job_module, "_SILENCE_SECONDS", 0.5)
    archive = make_archive(tmp_path / "photos", 12)
    spoil(archive / "004.jpg", ending)
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
        report, events = index(engine, archive)
    assert (report.indexed, report.reused) == (11, 0)
    assert [skipped.name for skipped in report.skipped] == ["004.jpg"]
    assert reason in report.skipped[0].reason
    assert [event for event in events if isinstance(event, Skipped)] == list(report.skipped)
    before = starts(settings.home)
    assert before in (3, 4)  # with others or, being slow, left over as the last one; alone; again; then without it
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
        report, _ = index(engine, archive)
    assert (report.indexed, report.reused, len(report.skipped)) == (0, 11, 1)
    assert starts(settings.home) == before + 1


def test_a_stalled_picture_is_noticed_while_others_are_still_being_read(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "serve", serve_with_a_faulty_decoder)
    archive = tmp_path / "photos"
    for quality in (70, 90):
        folder = make_archive(archive / str(quality), 0)
        for seed in range(300):
            make_picture(seed, 64).save(folder / f"{seed:03}.jpg", quality=quality)
    spoil(archive / "70" / "000.jpg", STALLS)
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
        report, _ = index(engine, archive)
    assert [skipped.name for skipped in report.skipped] == ["70/000.jpg"]
    assert report.indexed + report.reused == 599
    assert starts(settings.home) >= 4  # among others, alone, alone again, and then without it


def test_answers_that_come_in_parts_are_whole_and_their_own(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = make_archive(tmp_path / "photos", 5)
    make_picture(2).save(tmp_path / "query.jpg", quality=80)
    queries = [Query(str(archive / "001.jpg")), Query(str(tmp_path / "query.jpg"))]

    def matches() -> list[list[tuple[int, str, float]]]:
        with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
            job = engine.start(Verb.SEARCH, queries=queries, archives=[str(archive)], options=SearchOptions(top=10))
            answers = [event.answer for event in job if isinstance(event, Found)]
        return [[(match.rank, match.picture.name, match.score) for match in answer.matches] for answer in answers]

    whole = matches()
    monkeypatch.setattr(engine_process, "serve", serve_in_small_parts)
    assert matches() == whole
    assert [len(answer) for answer in whole] == [4, 5]


def test_a_query_that_crashes_the_decoder_fails_alone(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "serve", serve_with_a_faulty_decoder)
    archive = make_archive(tmp_path / "photos", 5)
    queries = [tmp_path / "good.jpg", tmp_path / "bad.jpg", tmp_path / "good too.jpg"]
    for query in queries:
        make_picture(2).save(query, quality=80)
    spoil(queries[1], CRASHES)
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
        job = engine.start(
            Verb.SEARCH,
            queries=[Query(str(query)) for query in queries],
            archives=[str(archive)],
            options=SearchOptions(top=1),
        )
        answers = [event.answer for event in job if isinstance(event, Found)]
    assert [type(answer) for answer in answers] == [SearchAnswer, QueryFailed, SearchAnswer]
    assert [answer.matches[0].picture.name for answer in answers if isinstance(answer, SearchAnswer)] == ["002.jpg"] * 2


def test_a_worker_killed_from_outside_is_started_again_and_brands_nothing(
    engine: EngineProcess, tmp_path: Path
) -> None:
    archive = make_archive(tmp_path / "photos", 150, side=64)
    job = engine.start(Verb.INDEX, archives=[str(archive)])
    last = None
    kills = 0
    for event in job:
        last = event
        if isinstance(event, Progress) and event.stage is Stage.INDEXING and kills < 4:
            the_worker().kill()
            kills += 1
    assert kills == 4
    assert isinstance(last, Finished)
    assert (last.result.indexed + last.result.reused, last.result.skipped) == (150, ())


@pytest.mark.skipif(sys.platform == "win32", reason="stops the worker with a signal")
def test_a_worker_killed_while_it_is_told_something_large_is_told_again(engine: EngineProcess, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 2, side=64)
    index(engine, archive)
    query = Query("query.jpg", data=(archive / "000.jpg").read_bytes() + bytes(1 << 20))
    for _attempt in range(6):
        worker = the_worker()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        jobs = [
            engine.start(Verb.SEARCH, queries=[query], archives=[str(archive)], options=SearchOptions(top=1))
            for _ in range(2)
        ]
        time.sleep(0.05)
        worker.kill()
        deadline = time.monotonic() + 20
        for job in jobs:
            events: list[Event] = []
            while not (events and isinstance(events[-1], Finished)):
                assert time.monotonic() < deadline, "the new worker was told nothing"
                events += job.poll()
                time.sleep(0.01)


def test_cancelling_keeps_what_was_done(engine: EngineProcess, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 100, side=64)
    job = engine.start(Verb.INDEX, archives=[str(archive)])
    wait_for(job, Committed)
    job.cancel()
    assert isinstance(list(job)[-1], Cancelled)
    report, _ = index(engine, archive)
    assert report.reused >= 60
    assert report.indexed + report.reused == 100


def test_a_paused_job_rests_until_it_is_resumed(engine: EngineProcess, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 40, side=64)
    job = engine.start(Verb.INDEX, archives=[str(archive)])
    job.pause()
    time.sleep(0.5)
    job.poll()
    time.sleep(1.0)
    assert job.poll() == []
    job.resume()
    assert isinstance(list(job)[-1], Finished)


def test_a_long_rest_is_nobodys_fault(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_process, "serve", serve_with_a_faulty_decoder)
    monkeypatch.setattr(job_module, "_SILENCE_SECONDS", 0.5)
    archive = make_archive(tmp_path / "photos", 100, side=64)
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
        job = engine.start(Verb.INDEX, archives=[str(archive)])
        wait_for(job, Committed)
        job.pause()
        time.sleep(2.5)
        job.resume()
        assert isinstance(list(job)[-1], Finished)
    assert starts(settings.home) == 1


def test_a_search_is_answered_while_an_archive_is_still_being_indexed(engine: EngineProcess, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 200, side=64)
    job = engine.start(Verb.INDEX, archives=[str(archive)])
    wait_for(job, Committed)
    asked = engine.start(
        Verb.SEARCH,
        queries=[Query(str(archive / "000.jpg"))],
        archives=[str(archive)],
        options=SearchOptions(top=3),
        index_first=False,
    )
    (answer,) = [event.answer for event in asked if isinstance(event, Found)]
    assert isinstance(answer, SearchAnswer)
    assert 0 < answer.searched < 200
    assert not any(isinstance(event, Finished) for event in job.poll(10_000))
    assert isinstance(list(job)[-1], Finished)


def test_a_query_that_breaks_the_decoder_is_refused_and_neither_stops_nor_blames_others(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "serve", serve_with_a_faulty_decoder)
    archive = make_archive(tmp_path / "photos", 150, side=64)
    good = (archive / "003.jpg").read_bytes()
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
        job = engine.start(Verb.INDEX, archives=[str(archive)])
        wait_for(job, Committed)
        asked = engine.start(
            Verb.SEARCH,
            queries=[Query("good", good), Query("bad", good + CRASHES), Query("good again", good)],
            archives=[str(archive)],
            options=SearchOptions(top=1),
            index_first=False,
        )
        answers = [event.answer for event in asked if isinstance(event, Found)]
        report = list(job)[-1]
    assert [type(answer) for answer in answers] == [SearchAnswer, QueryFailed, SearchAnswer]
    assert isinstance(answers[1], QueryFailed)
    assert "crash" in answers[1].reason
    assert isinstance(report, Finished)
    assert (report.result.found, report.result.skipped) == (150, ())
    assert starts(settings.home) <= 4


def test_whoever_waits_is_woken_when_there_is_something_to_poll(engine: EngineProcess, tmp_path: Path) -> None:
    woken = threading.Event()
    job = engine.start(Verb.INDEX, archives=[str(make_archive(tmp_path / "photos", 1))], wake=woken.set)
    events: list[Event] = []
    while not events or not isinstance(events[-1], Finished):
        assert woken.wait(20)
        woken.clear()
        events += job.poll()


def test_closing_while_indexing_leaves_nothing_running_after_two_seconds(settings: Settings, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 150, side=64)
    engine = EngineProcess(settings, EmbedderChoice.BUILTIN)
    job = engine.start(Verb.INDEX, archives=[str(archive)])
    wait_for(job, Committed)
    began = time.monotonic()
    engine.close()
    assert time.monotonic() - began < 2.0
    assert multiprocessing.active_children() == []


def test_an_expected_failure_ends_its_job_with_its_sentence_and_the_worker_goes_on(
    engine: EngineProcess, tmp_path: Path
) -> None:
    last = list(engine.start(Verb.INDEX, archives=[str(tmp_path / "gone")]))[-1]
    assert isinstance(last, Failed)
    assert (last.error.exit_code, last.details) == (3, "")
    report, _ = index(engine, make_archive(tmp_path / "photos", 2))
    assert report.indexed == 2
