"""Fetching for people never reaches inside networks, however the address is written and whatever it leads to."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from pictrace.errors import PicTraceError, PictureUnreadable
from pictrace.fetching import FetchLimits, asking, fetch, fetch_picture, guard
from pictrace.fetching.guard import LookUp, is_public, look_up_by_system, socket_to_public
from pictrace.fetching.session import WebSession
from tests.web_server import WebServer, serving

GUARDED = FetchLimits(max_bytes=1 << 20, seconds=5.0, private_addresses=False)


def fetched(address: str, look_up: LookUp = look_up_by_system) -> bytes:
    async def run() -> bytes:
        async with WebSession(look_up) as session:
            return (await fetch(address, GUARDED, session=session)).data

    return asyncio.run(run())


@pytest.fixture
def inside() -> Iterator[WebServer]:
    with serving("127.0.0.2") as server:
        server.give("/a.jpg", b"secret")
        yield server


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """A server that passes for one that everybody reaches; only the address below does."""
    for module in (guard, asking):
        monkeypatch.setattr(module, "is_public", lambda ip: ip == "127.0.0.1")
    with serving("127.0.0.1") as server:
        server.give("/a.jpg", b"public")
        yield server


PRIVATE = """
    127.0.0.1 127.255.0.9 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
    192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.7 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.88.99.1
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1
    2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101:: 2001:0:1::1 2001:db8::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0
    fec0::1 ff02::1 100::1 4000::1 3fff::1 2001:20::1 localhost example.org
""".split()  # noqa: SIM905
PUBLIC = """
    8.8.8.8 93.184.216.34 172.32.0.1 192.169.0.1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808:: 2606:4700::1
    2a00:1450:4001::1
""".split()  # noqa: SIM905


@pytest.mark.parametrize("ip", PRIVATE)
def test_what_not_the_whole_internet_reaches_is_not_public(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", PUBLIC)
def test_what_the_whole_internet_reaches_is_public(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize(
    "host",
    """
    127.0.0.2 localhost [::ffff:127.0.0.2] [::ffff:7f00:2] [::1] [::] 0.0.0.0 2130706434 0x7f000002 0x7f.2 0177.0.0.2
    127.2 017700000002 127.0.0.2. LOCALHOST [64:ff9b::127.0.0.2] [2002:7f00:2::] 127.0.0.2%2e ①②⑦.⓪.⓪.②
    """.split(),  # noqa: SIM905
)
def test_no_way_to_write_it_leads_inside(inside: WebServer, host: str) -> None:
    with pytest.raises(PicTraceError):
        fetch_picture(f"http://{host}:{inside.port}/a.jpg", GUARDED)
    assert inside.asked == []


def test_who_may_reach_inside_does(inside: WebServer) -> None:
    assert fetch_picture(inside.url("/a.jpg"), replace(GUARDED, private_addresses=True)) == b"secret"


def test_the_sentence_names_the_host_and_says_why(inside: WebServer) -> None:
    with pytest.raises(PictureUnreadable, match=rf"127\.0\.0\.2:{inside.port} lies inside a private network"):
        fetch_picture(inside.url("/a.jpg"), GUARDED)


def test_a_redirect_does_not_lead_inside(inside: WebServer, outside: WebServer) -> None:
    outside.redirect("/away", inside.url("/a.jpg"))
    with pytest.raises(PictureUnreadable, match="private network"):
        fetched(outside.url("/away"))
    assert inside.asked == []


def test_a_redirect_to_a_name_that_lies_inside_is_refused(inside: WebServer, outside: WebServer) -> None:
    outside.redirect("/away", f"http://intranet.example:{inside.port}/a.jpg")
    with pytest.raises(PictureUnreadable, match=r"intranet\.example"):
        fetched(outside.url("/away"), lambda host, port: ["127.0.0.2"])
    assert inside.asked == []


def test_a_name_that_changes_between_check_and_connection_gains_nothing(outside: WebServer) -> None:
    with serving("127.0.0.2", outside.port) as inside:
        inside.give("/a.jpg", b"secret")
        answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]])
        asked = []

        def changing(host: str, port: int) -> Sequence[str]:
            asked.append(host)
            return next(answers)

        assert fetched(f"http://changing.example:{outside.port}/a.jpg", changing) == b"public"
        assert asked == ["changing.example"]
        with pytest.raises(PictureUnreadable, match="private network"):
            fetched(f"http://changing.example:{outside.port}/a.jpg", changing)
        assert inside.asked == []


def test_a_name_that_changes_between_a_redirect_and_the_next_request_is_checked_again(outside: WebServer) -> None:
    with serving("127.0.0.2", outside.port) as inside:
        inside.give("/b.jpg", b"secret")
        outside.redirect("/a.jpg", f"http://other.example:{outside.port}/b.jpg")
        addresses = {"one.example": ["127.0.0.1"], "other.example": ["127.0.0.2"]}
        with pytest.raises(PictureUnreadable, match=r"other\.example"):
            fetched(f"http://one.example:{outside.port}/a.jpg", lambda host, port: addresses[host])
        assert inside.asked == []


def test_a_name_with_one_address_inside_is_refused(outside: WebServer) -> None:
    with pytest.raises(PictureUnreadable, match="private network"):
        fetched(f"http://both.example:{outside.port}/a.jpg", lambda host, port: ["127.0.0.1", "127.0.0.2"])
    assert outside.asked == []


def test_the_last_look_is_at_what_is_connected_to() -> None:
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        socket_to_public((2, 1, 6, "", ("127.0.0.1", 80)))
    socket_to_public((2, 1, 6, "", ("93.184.216.34", 80))).close()


def test_a_connection_that_some_may_use_is_not_used_for_others(inside: WebServer) -> None:
    async def both() -> None:
        async with WebSession() as session:
            free = replace(GUARDED, private_addresses=True)
            assert (await fetch(inside.url("/a.jpg"), free, session=session)).data == b"secret"
            with pytest.raises(PictureUnreadable, match="private network"):
                await fetch(inside.url("/a.jpg"), GUARDED, session=session)

    asyncio.run(both())


def test_a_proxy_that_would_fetch_from_inside_is_not_asked(inside: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", inside.url("/"))
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(PicTraceError):
        fetched("http://picture.example/a.jpg", lambda host, port: ["127.0.0.1"])
    assert inside.asked == []
