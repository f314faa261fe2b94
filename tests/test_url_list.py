"""Lists of addresses as archives: indexed, searched, asked again whether anything has changed."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web

from pictrace.archives import find_picture, is_list_of_addresses, open_archive
from pictrace.engine import Engine
from pictrace.engine_process import EngineProcess
from pictrace.errors import PictureUnreadable
from pictrace.events import Cancelled, Event, Found, Progress, Stage
from pictrace.fetching import asking
from pictrace.picture import PictureRef
from pictrace.questions import EmbedderChoice, IndexReport, Query, QueryFailed, SearchOptions
from pictrace.settings import load_settings
from pictrace.worker import Verb
from tests.asking import (
    Program,
    an_engine,
    answer_of,
    counts,
    group_names,
    groups_in,
    index_with,
    indexed,
    names,
    search_with,
)
from tests.pictures import make_archive, make_picture
from tests.web_server import WebServer, serving


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PAUSES_SECONDS", (0.01, 0.02))


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


def coded(seed: int) -> bytes:
    stream = BytesIO()
    make_picture(seed).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def give(server: WebServer, *seeds: int, version: int = 1) -> None:
    for seed in seeds:
        server.give(f"/{seed}.jpg", coded(seed), ETag=f'"{seed}-{version}"')


def listed(server: WebServer, file: Path, *paths: str | int) -> Path:
    addresses = [server.url(path if isinstance(path, str) else f"/{path}.jpg") for path in paths]
    file.write_text("\n".join(addresses))
    return file


def reasons(report: IndexReport) -> dict[str, str]:
    return {skipped.name.rpartition("/")[2]: skipped.reason for skipped in report.skipped}


def test_pictures_are_found_and_called_by_their_addresses(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2, 3)
    addresses = listed(server, tmp_path / "list.txt", 1, 2, 3)
    make_picture(2).save(tmp_path / "query.png")
    answer = answer_of(tmp_path / "query.png", addresses)
    assert answer.searched == 3
    best = answer.matches[0].picture
    assert (best.archive, best.name, best.key) == (str(addresses), server.url("/2.jpg"), server.url("/2.jpg"))
    assert best.size_bytes == len(coded(2))


def test_a_password_in_an_address_is_used_but_shown_to_nobody(server: WebServer, tmp_path: Path) -> None:
    give(server, 1)
    addresses = tmp_path / "list.txt"
    addresses.write_text(server.url("/1.jpg").replace("//", "//me:secret@"))
    make_picture(1).save(tmp_path / "query.png")
    picture = answer_of(tmp_path / "query.png", addresses).matches[0].picture
    assert picture.name == server.url("/1.jpg")
    assert server.asked[-1].headers["Authorization"].startswith("Basic ")


def test_what_is_unchanged_is_known_without_being_sent_again(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2)
    server.give("/3.jpg", coded(3), Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    addresses = listed(server, tmp_path / "list.txt", 1, 2, 3)
    assert counts(indexed(addresses)[0]) == (3, 0, 0)
    server.asked.clear()
    report, notices = indexed(addresses)
    assert (counts(report), notices) == ((0, 3, 0), [])
    asked = {request.path: request.headers for request in server.asked}
    assert asked["/1.jpg"]["If-None-Match"] == '"1-1"'
    assert asked["/3.jpg"]["If-Modified-Since"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert len(server.asked) == 3


def test_a_server_that_remembers_nothing_costs_a_transfer_but_no_work(server: WebServer, tmp_path: Path) -> None:
    server.give("/1.jpg", coded(1))
    addresses = listed(server, tmp_path / "list.txt", 1)
    assert counts(indexed(addresses)[0]) == (1, 0, 0)
    assert counts(indexed(addresses)[0]) == (0, 1, 0)
    assert "If-None-Match" not in server.asked[-1].headers


def test_a_search_asks_only_for_what_is_not_known(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2, 3)
    addresses = listed(server, tmp_path / "list.txt", 1, 2)
    indexed(addresses)
    listed(server, addresses, 1, 2, 3)
    server.asked.clear()
    make_picture(2).save(tmp_path / "query.png")
    assert answer_of(tmp_path / "query.png", addresses).searched == 3
    assert server.paths() == ["/3.jpg"]


def test_a_picture_that_has_changed_takes_the_place_of_the_old_one(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2, 3)
    addresses = listed(server, tmp_path / "list.txt", 1, 2, 3)
    make_picture(9).save(tmp_path / "query.png")
    with an_engine() as engine:
        index_with(engine, addresses)
        server.give("/2.jpg", coded(9), ETag='"2-2"')
        assert counts(index_with(engine, addresses)[0]) == (1, 2, 0)
        answer = list(
            engine.search([Query(str(tmp_path / "query.png"))], [str(addresses)], SearchOptions(), index_first=False)
        )
    (found,) = [event.answer for event in answer if isinstance(event, Found)]
    assert found.searched == 3
    assert found.matches[0].picture.name == server.url("/2.jpg")
    assert found.matches[0].score > 0.95
    assert len(set(names(found))) == 3


def test_the_same_bytes_under_a_new_tag_are_known_and_counted_once(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2)
    addresses = listed(server, tmp_path / "list.txt", 1, 2)
    indexed(addresses)
    give(server, 1, 2, version=2)
    with an_engine() as engine:
        assert counts(index_with(engine, addresses)[0]) == (0, 2, 0)
        answer = search_with(engine, Query("query", coded(1)), addresses)
    assert not isinstance(answer, QueryFailed)
    assert (answer.searched, len(answer.matches)) == (2, 2)
    server.asked.clear()
    assert counts(indexed(addresses)[0]) == (0, 2, 0)
    assert server.asked[0].headers["If-None-Match"].endswith('-2"')


def test_a_picture_that_is_gone_is_found_no_more(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2, 3)
    addresses = listed(server, tmp_path / "list.txt", 1, 2, 3)
    with an_engine() as engine:
        index_with(engine, addresses)
        del server.pages["/1.jpg"]
        report, _ = index_with(engine, addresses)
        assert counts(report) == (0, 2, 1)
        assert "404" in reasons(report)["1.jpg"]
        (answer,) = [
            event.answer
            for event in engine.search([Query("q", coded(1))], [str(addresses)], SearchOptions(), index_first=False)
            if isinstance(event, Found)
        ]
    assert sorted(names(answer)) == [server.url("/2.jpg"), server.url("/3.jpg")]


def test_what_is_remembered_of_a_server_that_cannot_be_reached_is_used(tmp_path: Path) -> None:
    with serving() as server:
        give(server, 1, 2)
        addresses = listed(server, tmp_path / "list.txt", 1, 2)
        indexed(addresses)
        listed(server, addresses, 1, 2, 3)
    report, notices = indexed(addresses)
    assert counts(report) == (0, 2, 1)
    assert "cannot be reached" in reasons(report)["3.jpg"]
    assert len(notices) == 1
    assert notices[0].startswith("2 addresses could not be asked")
    assert answer_of(Query("q", coded(1)), addresses).searched == 2


def test_what_cannot_be_had_is_a_line_with_a_sentence_and_shifts_no_neighbour(
    server: WebServer, tmp_path: Path
) -> None:
    give(server, 1, 2, 3)
    server.give("/page", b"<!doctype html><p>Hello", Content_Type="text/html")
    server.give("/broken.jpg", b"\xff\xd8\xff" + bytes(100), ETag='"b"')
    server.redirect("/loop", "/loop")
    addresses = listed(server, tmp_path / "list.txt", 1, "/page", 2, "/broken.jpg", "/none", "/loop", 3)
    report, _ = indexed(addresses)
    assert counts(report) == (3, 0, 4)
    told = reasons(report)
    assert "web page" in told["page"]
    assert "404" in told["none"]
    assert "more than 5 times" in told["loop"]
    for seed in (1, 2, 3):
        assert answer_of(Query("q", coded(seed)), addresses).matches[0].picture.name == server.url(f"/{seed}.jpg")


def test_what_is_known_to_be_no_picture_stays_passed_over_without_being_sent(server: WebServer, tmp_path: Path) -> None:
    server.give("/broken.jpg", b"\xff\xd8\xff" + bytes(100), ETag='"b"')
    addresses = listed(server, tmp_path / "list.txt", "/broken.jpg")
    first = indexed(addresses)[0]
    assert counts(first) == (0, 0, 1)
    second = indexed(addresses)[0]
    assert second.skipped == first.skipped
    assert server.asked[-1].headers["If-None-Match"] == '"b"'
    give(server, 1)
    server.pages["/broken.jpg"] = server.pages["/1.jpg"]
    assert counts(indexed(addresses)[0]) == (1, 0, 0)


def test_an_address_listed_twice_is_taken_once(server: WebServer, tmp_path: Path) -> None:
    give(server, 1)
    addresses = tmp_path / "list.json"
    same = [server.url("/1.jpg"), server.url("/1.jpg#top"), server.url("/1.jpg").replace("http:", "HTTP:")]
    addresses.write_text(json.dumps([{"url": address} for address in same]))
    other = listed(server, tmp_path / "other.txt", 1)
    assert counts(indexed(addresses, other)[0]) == (1, 0, 0)
    assert len(server.asked) == 1


def test_equal_pictures_at_two_addresses_are_duplicates(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2)
    server.give("/copy.jpg", coded(1))
    addresses = listed(server, tmp_path / "list.txt", 1, 2, "/copy.jpg")
    assert group_names(groups_in(addresses)) == [("exact", [server.url("/1.jpg"), server.url("/copy.jpg")])]


def test_an_address_may_be_the_query_and_does_not_find_itself(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2)
    addresses = listed(server, tmp_path / "list.txt", 1, 2)
    assert names(answer_of(server.url("/1.jpg#"), addresses)) == [server.url("/2.jpg")]


def test_a_query_that_cannot_be_fetched_fails_alone(server: WebServer, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a", 2)
    with an_engine() as engine:
        failed = search_with(engine, server.url("/none.jpg"), archive)
        give(server, 1)
        assert not isinstance(search_with(engine, server.url("/1.jpg"), archive), QueryFailed)
    assert isinstance(failed, QueryFailed)
    assert "404" in failed.reason


def test_two_pictures_on_the_web_are_explained(server: WebServer, program: Program) -> None:
    give(server, 1)
    assert program("explain", server.url("/1.jpg"), server.url("/1.jpg"), "--json", "--embedder", "builtin") == 0
    assert program.lines[0]["same_content"] is True


def test_the_command_line_takes_lists_and_addresses(server: WebServer, program: Program, tmp_path: Path) -> None:
    give(server, 1, 2)
    addresses = listed(server, tmp_path / "list.txt", 1, 2, "/none.jpg")
    assert program("index", addresses, "--json", "--embedder", "builtin") == 0
    (line,) = program.lines
    assert (line["indexed"], line["reused"]) == (2, 0)
    assert [skipped["name"] for skipped in line["skipped"]] == [server.url("/none.jpg")]
    query = server.url("/1.jpg")
    assert program("search", query, "--in", addresses, "--json", "--embedder", "builtin") == 0
    assert [match["name"] for match in program.lines[0]["matches"]] == [server.url("/2.jpg")]
    assert program("search", server.url("/none.jpg"), "--in", addresses, "--json", "--embedder", "builtin") == 3
    assert "404" in program.lines[0]["error"]


def test_without_private_addresses_nothing_is_fetched_from_inside(server: WebServer, tmp_path: Path) -> None:
    give(server, 1)
    addresses = listed(server, tmp_path / "list.txt", 1)
    settings = load_settings()[0]
    with Engine(settings, EmbedderChoice.BUILTIN, private_addresses=False) as engine:
        report, _ = index_with(engine, addresses)
        failed = search_with(engine, server.url("/1.jpg"), addresses)
    assert "private network" in reasons(report)["1.jpg"]
    assert isinstance(failed, QueryFailed)
    with EngineProcess(settings, EmbedderChoice.BUILTIN, private_addresses=False) as process:
        events = list(process.start(Verb.INDEX, archives=[str(addresses)]))
    assert any("private network" in getattr(event, "reason", "") for event in events)
    assert server.asked == []


@pytest.fixture
def process() -> Iterator[EngineProcess]:
    with EngineProcess(load_settings()[0], EmbedderChoice.BUILTIN) as process:
        yield process


def slowly(server: WebServer, *paths: str) -> None:
    async def slow(request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    for path in paths:
        server.pages[path] = slow


def wait_until_asked(server: WebServer, path: str) -> None:
    deadline = time.monotonic() + 30
    while path not in server.paths():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_cancelling_while_a_server_is_slow_takes_no_two_seconds_and_keeps_what_was_done(
    server: WebServer, process: EngineProcess, tmp_path: Path
) -> None:
    give(server, 1)
    slowly(server, "/slow.jpg")
    addresses = listed(server, tmp_path / "list.txt", 1, "/slow.jpg")
    job = process.start(Verb.INDEX, archives=[str(addresses)])
    wait_until_asked(server, "/slow.jpg")
    time.sleep(0.5)
    began = time.monotonic()
    job.cancel()
    assert isinstance(list(job)[-1], Cancelled)
    assert time.monotonic() - began < 20
    listed(server, addresses, 1)
    assert counts(indexed(addresses)[0]) == (0, 1, 0)


def test_a_search_does_not_wait_for_a_slow_server(server: WebServer, process: EngineProcess, tmp_path: Path) -> None:
    give(server, 1)
    slowly(server, "/slow.jpg")
    addresses = listed(server, tmp_path / "list.txt", 1, "/slow.jpg")
    archive = make_archive(tmp_path / "a", 3)
    list(process.start(Verb.INDEX, archives=[str(archive)]))
    indexing = process.start(Verb.INDEX, archives=[str(addresses)])
    wait_until_asked(server, "/slow.jpg")
    began = time.monotonic()
    search = process.start(
        Verb.SEARCH, queries=[Query("q", coded(1))], archives=[str(archive)], options=SearchOptions()
    )
    assert any(isinstance(event, Found) for event in search)
    assert time.monotonic() - began < 30
    indexing.cancel()
    assert isinstance(list(indexing)[-1], Cancelled)


def test_a_query_from_a_slow_server_can_be_cancelled(server: WebServer, process: EngineProcess, tmp_path: Path) -> None:
    slowly(server, "/slow.jpg")
    archive = make_archive(tmp_path / "a", 1)
    job = process.start(
        Verb.SEARCH, queries=[Query(server.url("/slow.jpg"))], archives=[str(archive)], options=SearchOptions()
    )
    wait_until_asked(server, "/slow.jpg")
    began = time.monotonic()
    job.cancel()
    assert isinstance(list(job)[-1], Cancelled)
    assert time.monotonic() - began < 20


def test_progress_counts_what_was_fetched(server: WebServer, tmp_path: Path) -> None:
    give(server, 1, 2, 3)
    addresses = listed(server, tmp_path / "list.txt", 1, 2, 3)
    with an_engine() as engine:
        events: list[Event] = list(engine.index([str(addresses)]))
    progress = [event for event in events if isinstance(event, Progress) and event.stage is Stage.INDEXING]
    assert (progress[-1].done, progress[-1].total) == (3, 3)


def test_a_picture_on_the_web_can_be_read_alone(server: WebServer) -> None:
    give(server, 1)
    archive, picture = find_picture(server.url("/1.jpg"))
    assert isinstance(picture, PictureRef)
    assert list(archive.list()) == [picture]
    assert archive.read(picture) == coded(1)
    with pytest.raises(PictureUnreadable, match="404"):
        archive.read(find_picture(server.url("/2.jpg"))[1])


def test_a_list_of_addresses_is_told_from_other_files(tmp_path: Path) -> None:
    for name, text, expected in (
        ("list.txt", "# mine\nhttps://example.org/a.jpg\n", True),
        ("list.json", '[{"url": "https://example.org/a.jpg"}]', True),
        ("letter.txt", "Dear all,\n", False),
        ("other.json", '{"a": 1}', False),
        ("none.json", "[]", False),
    ):
        (tmp_path / name).write_text(text)
        assert is_list_of_addresses(os.fspath(tmp_path / name)) is expected
    assert not is_list_of_addresses(os.fspath(tmp_path / "missing.txt"))
    assert not is_list_of_addresses(os.fspath(tmp_path))


def test_listing_addresses_asks_nobody(server: WebServer, tmp_path: Path) -> None:
    archive = open_archive(str(listed(server, tmp_path / "list.txt", 1, 2)))
    assert len(list(archive.list())) == 2
    assert server.asked == []
