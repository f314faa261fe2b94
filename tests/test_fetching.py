import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from aiohttp import web

from pictrace.errors import MachineRefuses, PicTraceError, PictureUnreadable
from pictrace.fetching import Fetched, FetchLimits, asking, fetch, fetch_picture, is_address
from pictrace.fetching.addresses import normal_form, shown
from pictrace.fetching.session import WebSession
from tests.web_server import WebServer, serving, talking

LIMITS = FetchLimits(max_bytes=1 << 20, seconds=10.0)
JPEG = b"\xff\xd8\xff" + b"picture" * 1000


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PAUSES_SECONDS", (0.01, 0.02))


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


def fetched(address: str, limits: FetchLimits = LIMITS) -> Fetched:
    async def run() -> Fetched:
        async with WebSession() as session:
            return await fetch(address, limits, session=session)

    return asyncio.run(run())


def test_a_picture_comes_with_its_type_and_what_makes_a_later_request_conditional(server: WebServer) -> None:
    server.give("/a", JPEG, Content_Type="Image/JPEG; q=1", ETag='W/"1"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    server.give("/b", JPEG, ETag="unquoted", Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT")
    server.give("/c", JPEG, Last_Modified="yesterday")
    assert fetched(server.url("/a#here")) == Fetched(server.url("/a#here"), JPEG, "image/jpeg", 'W/"1"')
    assert fetched(server.url("/b")).validator == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert fetched(server.url("/c")).validator == ""


def test_pictures_are_asked_for_and_the_program_says_who_it_is(server: WebServer) -> None:
    server.give("/a", JPEG)
    fetch_picture(server.url("/a"), LIMITS)
    headers = server.asked[0].headers
    assert headers["Accept"].startswith("image/")
    assert headers["User-Agent"].startswith("PicTrace/")


def test_redirects_are_followed_also_relative_ones(server: WebServer) -> None:
    server.redirect("/a", "b/c")
    server.redirect("/b/c", server.url("/d"))
    server.give("/d", JPEG)
    assert fetch_picture(server.url("/a"), LIMITS) == JPEG


def test_a_redirect_that_never_ends_is_given_up(server: WebServer) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    with pytest.raises(PictureUnreadable, match="more than 5 times"):
        fetch_picture(server.url("/a"), LIMITS)
    assert len(server.asked) == 6


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/a.jpg", "", "http://[x", "data:,a"])
def test_a_redirect_leads_nowhere_but_to_the_web(server: WebServer, to: str) -> None:
    server.redirect("/a", to)
    with pytest.raises(PictureUnreadable, match="web address"):
        fetch_picture(server.url("/a"), LIMITS)


@pytest.mark.parametrize("head", [b"\n <!DOCTYPE html><p>", b"\xef\xbb\xbf<HTML>" + b" " * 1000])
def test_a_web_page_is_no_picture(server: WebServer, head: bytes) -> None:
    server.give("/a.jpg", head, Content_Type="image/jpeg")
    with pytest.raises(PictureUnreadable, match="web page"):
        fetch_picture(server.url("/a.jpg"), LIMITS)


def test_a_picture_with_the_type_of_a_page_is_a_picture(server: WebServer) -> None:
    server.give("/a.jpg", JPEG, Content_Type="text/html")
    assert fetch_picture(server.url("/a.jpg"), LIMITS) == JPEG


def test_what_says_that_it_is_too_large_is_not_even_received(server: WebServer) -> None:
    server.give("/a.jpg", bytes(3 << 20))
    with pytest.raises(PictureUnreadable, match="larger than 1 MB"):
        fetch_picture(server.url("/a.jpg"), LIMITS)


def test_what_does_not_say_that_it_is_too_large_is_stopped(server: WebServer) -> None:
    sent = 0

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(bytes(1 << 16))
            sent += 1 << 16

    server.pages["/a.jpg"] = endless
    with pytest.raises(PictureUnreadable, match="larger than 1 MB"):
        fetch_picture(server.url("/a.jpg"), LIMITS)
    assert sent < 32 << 20


def test_a_small_answer_that_unpacks_to_a_huge_one_is_stopped(server: WebServer) -> None:
    bomb = gzip.compress(bytes(300 << 20), 1)
    small = replace(LIMITS, max_bytes=4 << 20)
    assert len(bomb) < small.max_bytes
    server.give("/a.jpg", bomb, Content_Encoding="gzip")
    began = time.monotonic()
    with pytest.raises(PictureUnreadable, match="larger than 4 MB"):
        fetch_picture(server.url("/a.jpg"), small)
    assert time.monotonic() - began < 3


def test_a_packed_picture_is_unpacked(server: WebServer) -> None:
    server.give("/a.jpg", gzip.compress(JPEG), Content_Encoding="gzip")
    assert fetch_picture(server.url("/a.jpg"), LIMITS) == JPEG


def test_what_is_packed_wrongly_is_an_error_and_no_crash(server: WebServer) -> None:
    server.give("/a.jpg", b"this is not gzip", Content_Encoding="gzip")
    with pytest.raises(PicTraceError):
        fetch_picture(server.url("/a.jpg"), LIMITS)


def test_an_answer_shorter_than_announced_is_not_taken_for_a_picture() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7003\r\n\r\n" + JPEG[:100])
        writer.close()

    with talking(cut) as address, pytest.raises(MachineRefuses, match="cut"):
        fetch_picture(address, LIMITS)


def test_an_answer_longer_than_announced_does_not_spill_into_the_next() -> None:
    async def too_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nFIRST" + b"HTTP/1.1 200 OK\r\n\r\nEVIL")

    async def twice(address: str) -> list[bytes]:
        async with WebSession() as session:
            return [(await fetch(address, LIMITS, session=session)).data for _ in range(2)]

    with talking(too_much) as address:
        assert asyncio.run(twice(address)) == [b"FIRST"] * 2


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b""])
def test_a_server_that_speaks_no_http_is_a_sentence(said: bytes) -> None:
    async def mumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    with talking(mumble) as address, pytest.raises(PicTraceError, match=r"127\.0\.0\.1"):
        fetch_picture(address, LIMITS)


def test_an_empty_answer_is_no_picture(server: WebServer) -> None:
    server.give("/a.jpg", b"")
    with pytest.raises(PictureUnreadable, match="sends nothing"):
        fetch_picture(server.url("/a.jpg"), LIMITS)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_a_server_that_has_no_picture_is_asked_once(server: WebServer, status: int) -> None:
    server.give("/a.jpg", b"", status)
    with pytest.raises(PictureUnreadable, match=str(status)):
        fetch_picture(server.url("/a.jpg"), LIMITS)
    assert len(server.asked) == 1


def failing_at_first(server: WebServer, times: int, status: int, **headers: str) -> None:
    async def flaky(request: web.BaseRequest) -> web.Response:
        if len(server.asked) <= times:
            return web.Response(status=status, headers={name.replace("_", "-"): said for name, said in headers.items()})
        return web.Response(body=JPEG)

    server.pages["/a.jpg"] = flaky


def test_a_server_that_fails_for_a_moment_is_asked_again(server: WebServer) -> None:
    failing_at_first(server, 1, 503)
    assert fetch_picture(server.url("/a.jpg"), LIMITS) == JPEG


def test_a_server_that_asks_for_patience_gets_it(server: WebServer) -> None:
    failing_at_first(server, 1, 429, Retry_After="1")
    began = time.monotonic()
    assert fetch_picture(server.url("/a.jpg"), LIMITS) == JPEG
    assert time.monotonic() - began >= 1


def test_a_server_that_asks_for_too_much_patience_does_not_get_it(server: WebServer) -> None:
    failing_at_first(server, 1, 429, Retry_After="3600")
    began = time.monotonic()
    with pytest.raises(MachineRefuses, match="429"):
        fetch_picture(server.url("/a.jpg"), LIMITS)
    assert time.monotonic() - began < LIMITS.seconds
    assert len(server.asked) == 1


def test_a_server_that_stays_broken_is_given_up(server: WebServer) -> None:
    failing_at_first(server, 99, 500)
    with pytest.raises(MachineRefuses, match="500"):
        fetch_picture(server.url("/a.jpg"), LIMITS)
    assert len(server.asked) == 3


def test_a_slow_server_is_not_waited_for_longer_than_said(server: WebServer) -> None:
    async def drip(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.05)

    server.pages["/a.jpg"] = drip
    began = time.monotonic()
    with pytest.raises(MachineRefuses, match=r"longer than 0\.5 seconds"):
        fetch_picture(server.url("/a.jpg"), replace(LIMITS, seconds=0.5))
    assert time.monotonic() - began < 10


def test_a_closed_door_is_a_sentence_with_the_host() -> None:
    with serving() as server:
        address = server.url("/a.jpg")
    with pytest.raises(MachineRefuses, match=r"127\.0\.0\.1:\d+ cannot be reached \(Connection refused\)"):
        fetch_picture(address, replace(LIMITS, seconds=2.0))


def test_a_name_that_nobody_knows_is_a_sentence() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def run() -> None:
        async with WebSession(unknown) as session:
            await fetch("http://nowhere.example/a.jpg", LIMITS, session=session)

    with pytest.raises(MachineRefuses, match=r"nowhere\.example is not known"):
        asyncio.run(run())


def test_looking_up_a_name_is_not_waited_for_longer_than_said() -> None:
    woken = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        woken.wait(10)
        return []

    async def run() -> None:
        async with WebSession(slow) as session:
            await fetch("http://slow.example/a.jpg", replace(LIMITS, seconds=0.3), session=session)

    began = time.monotonic()
    with pytest.raises(MachineRefuses, match="longer than"):
        asyncio.run(run())
    assert time.monotonic() - began < 9
    woken.set()


def test_no_thread_is_left_behind(server: WebServer) -> None:
    server.give("/a.jpg", JPEG)
    before = set(threading.enumerate())
    fetch_picture(server.url("/a.jpg").replace("127.0.0.1", "localhost"), LIMITS)
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) - before == set()


def test_many_fetch_at_once_with_one_session(server: WebServer) -> None:
    server.give("/a.jpg", JPEG)

    async def run() -> list[Fetched]:
        async with WebSession() as session:
            return await asyncio.gather(*(fetch(server.url("/a.jpg"), LIMITS, session=session) for _ in range(50)))

    assert {one.data for one in asyncio.run(run())} == {JPEG}


@pytest.mark.parametrize(
    "text", ["", "a.jpg", "ftp://a/b", "http://", "http://a b/", "http://[x", "http://a:99999/", "javascript:1"]
)
def test_what_is_no_web_address_is_not_fetched(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(PictureUnreadable, match="web address"):
        fetch_picture(text, LIMITS)


def test_one_address_has_one_form() -> None:
    assert (
        normal_form(" HTTP://Example.ORG:80/A?b#c") == normal_form("http://example.org/A?b") == "http://example.org/A?b"
    )
    assert normal_form("https://example.org") == "https://example.org/"
    assert normal_form("https://[2001:DB8::1]:8443/") == "https://[2001:db8::1]:8443/"
    assert normal_form("nonsense") == "nonsense"


def test_a_password_in_an_address_is_not_shown() -> None:
    assert shown("https://me:secret@example.org/a.jpg") == "https://example.org/a.jpg"
    with pytest.raises(PicTraceError) as failure:
        fetch_picture("http://me:secret@127.0.0.1:9/", replace(LIMITS, seconds=0.4))
    assert "secret" not in failure.value.message
