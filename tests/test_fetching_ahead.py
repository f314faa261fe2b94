import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from aiohttp import web

from pictrace.errors import MachineRefuses
from pictrace.fetching import FetchLimits, asking
from pictrace.fetching.ahead import Arrived, FetchAhead
from pictrace.fetching.asking import Answer, Request
from tests.web_server import WebServer, serving

LIMITS = FetchLimits(max_bytes=64 << 20, seconds=10.0)


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PAUSES_SECONDS", (0.01, 0.02))


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def other() -> Iterator[WebServer]:
    with serving("127.0.0.2") as server:
        yield server


def requests_to(server: WebServer, count: int, data: bytes = b"picture") -> list[Request]:
    for number in range(count):
        server.give(f"/{number}.jpg", data)
    return [Request(server.url(f"/{number}.jpg")) for number in range(count)]


def arrivals(requests: list[Request]) -> list[Arrived]:
    with FetchAhead(requests, LIMITS) as arriving:
        return [arrived for arrived in arriving if arrived is not None]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def busy(server: WebServer, seconds: float) -> list[int]:
    """How many it was answering at any time; all paths take so long."""
    at_once = [0]
    now = 0

    async def slow(request: web.BaseRequest) -> web.Response:
        nonlocal now
        now += 1
        at_once.append(now)
        await asyncio.sleep(seconds)
        now -= 1
        return web.Response(body=b"picture")

    for path in list(server.pages):
        server.pages[path] = slow
    return at_once


def test_everything_arrives_once(server: WebServer, other: WebServer) -> None:
    requests = [*requests_to(server, 60), *requests_to(other, 60), Request(server.url("/none"))]
    arrived = arrivals(requests)
    assert sorted(one.request.address for one in arrived) == sorted(one.address for one in requests)
    assert sum(isinstance(one.outcome, Answer) for one in arrived) == 120


def test_a_host_is_asked_for_a_few_at_once(server: WebServer) -> None:
    requests = requests_to(server, 20)
    at_once = busy(server, 0.02)
    arrivals(requests)
    assert max(at_once) == 4


def test_a_host_that_asks_for_pauses_gets_them(server: WebServer) -> None:
    requests = requests_to(server, 3)
    at_once = busy(server, 0.01)
    began = time.monotonic()
    with FetchAhead(requests, LIMITS, pauses_seconds={f"127.0.0.1:{server.port}": 0.2}) as arriving:
        list(arriving)
    assert max(at_once) == 1
    assert time.monotonic() - began >= 0.4


def test_a_slow_host_delays_nobody_else(server: WebServer, other: WebServer) -> None:
    slow, quick = requests_to(server, 20), requests_to(other, 20)
    busy(server, 5)
    with FetchAhead([*slow, *quick], LIMITS) as arriving:
        began = time.monotonic()
        first = list(islice((one for one in arriving if one is not None), 20))
    assert {one.request for one in first} == set(quick)
    assert time.monotonic() - began < 5


def test_whoever_waits_hears_that_nothing_has_arrived(server: WebServer) -> None:
    requests = requests_to(server, 1)
    busy(server, 0.4)
    with FetchAhead(requests, LIMITS) as arriving:
        assert next(iter(arriving)) is None


def test_no_more_is_fetched_ahead_than_there_is_room_for(server: WebServer, other: WebServer) -> None:
    requests = [*requests_to(server, 60), *requests_to(other, 60)]
    with FetchAhead(requests, LIMITS) as arriving:
        until(lambda: len(server.asked) + len(other.asked) >= 32)
        time.sleep(0.5)
        assert len(server.asked) + len(other.asked) == 32
        assert sum(one is not None for one in arriving) == 120


def test_no_more_bytes_are_fetched_ahead_than_there_is_room_for(server: WebServer) -> None:
    requests = requests_to(server, 12, bytes(15 << 20))
    with FetchAhead(requests, LIMITS) as arriving:
        time.sleep(1.5)
        assert len(server.asked) <= 9
        assert sum(one is not None for one in arriving) == 12


def test_large_pictures_arrive_one_after_the_other(server: WebServer) -> None:
    written: dict[str, int] = {}
    enough = threading.Event()

    async def large(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for megabyte in range(48):
            await answer.write(bytes(1 << 20))
            written[request.path] = megabyte
            while megabyte == 40 and not enough.is_set():
                await asyncio.sleep(0.02)
        return answer

    requests = requests_to(server, 4)
    server.pages.update((f"/{number}.jpg", large) for number in range(4))
    with FetchAhead(requests, LIMITS) as arriving:
        until(lambda: any(megabytes > 30 for megabytes in written.values()))
        time.sleep(0.5)
        assert sum(megabytes > 30 for megabytes in written.values()) == 1
        enough.set()
        assert sum(one is not None and isinstance(one.outcome, Answer) for one in arriving) == 4


def test_leaving_does_not_wait_for_a_slow_server(server: WebServer) -> None:
    requests = requests_to(server, 20)
    busy(server, 30)
    before = set(threading.enumerate())
    with FetchAhead(requests, LIMITS) as arriving:
        next(iter(arriving))
        began = time.monotonic()
    assert time.monotonic() - began < 10
    until(lambda: set(threading.enumerate()) == before)


def test_leaving_at_once_leaves_no_thread(server: WebServer) -> None:
    before = set(threading.enumerate())
    for _ in range(5):
        with FetchAhead(requests_to(server, 3), LIMITS):
            pass
    until(lambda: set(threading.enumerate()) == before)


def test_a_host_that_keeps_failing_is_given_up() -> None:
    with serving() as gone:
        requests = requests_to(gone, 40)
    arrived = arrivals(requests)
    assert len(arrived) == 40
    assert all(isinstance(one.outcome, MachineRefuses) for one in arrived)
    assert sum("times in a row" in str(one.outcome) for one in arrived) >= 30


def test_single_failures_do_not_make_a_host_given_up(server: WebServer) -> None:
    requests = [
        one
        for number in range(12)
        for one in (Request(server.url(f"/none{number}")), *requests_to(server, 12)[number : number + 1])
    ]
    assert sum(isinstance(one.outcome, Answer) for one in arrivals(requests)) == 12


def test_what_is_unchanged_comes_without_a_body(server: WebServer) -> None:
    server.give("/a.jpg", b"picture", ETag='"1"')
    server.give("/b.jpg", b"picture", Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    asked = [
        Request(server.url("/a.jpg"), '"1"'),
        Request(server.url("/b.jpg"), "Sat, 21 Nov 2026 10:00:00 GMT"),
    ]
    assert [one.outcome for one in arrivals(asked)] == [None, None]
    assert isinstance(arrivals([Request(server.url("/a.jpg"), '"0"')])[0].outcome, Answer)
