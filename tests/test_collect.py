"""Lists of pictures made from web pages."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as some

from pictrace.collecting import Collected, LeftOut, choosing, collect
from pictrace.collecting.page import Candidate, pictures_on, text_of
from pictrace.collecting.robots import Robots, robots_in
from pictrace.events import Finished, Skipped
from pictrace.fetching import asking
from tests.asking import Program
from tests.pictures import make_picture
from tests.web_server import WebServer, serving

PAGE = "https://example.org/travel/norway.html"


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PAUSES_SECONDS", (0.01, 0.02))
    monkeypatch.setattr("pictrace.collecting._PAUSE_SECONDS", 0.01)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


def addresses(html: str) -> list[str]:
    return [candidate.address for candidate in pictures_on(html, PAGE)]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<img src="a.jpg">', "https://example.org/travel/a.jpg"),
        ("<IMG SRC=/a.jpg>", "https://example.org/a.jpg"),
        ('<base href="//cdn.example/x/"><img src="a.jpg">', "https://cdn.example/x/a.jpg"),
        ('<img src="a b.jpg?x=1&amp;y=2">', "https://example.org/travel/a%20b.jpg?x=1&y=2"),
        ('<img src="s.jpg" srcset="m.jpg 800w, l.jpg 1600w, s.jpg 400w">', "https://example.org/travel/l.jpg"),
        ('<img src="1.jpg" srcset="2.jpg 2x,\n 15.jpg 1.5x">', "https://example.org/travel/2.jpg"),
        ('<img srcset="/a,b.jpg 1x, /c,d.jpg 3x">', "https://example.org/c,d.jpg"),
        ('<img srcset="/only.jpg">', "https://example.org/only.jpg"),
        ('<img src="data:image/gif;base64,R0" data-src="/a.jpg">', "https://example.org/a.jpg"),
        ('<img src="/grey.gif" data-original="/a.jpg">', "https://example.org/a.jpg"),
        ('<img src="/grey.gif" data-srcset="/s.jpg 300w, /l.jpg 900w">', "https://example.org/l.jpg"),
        (
            '<picture><source type="image/avif" srcset="/s.avif 400w, /l.avif 1200w"><img src="/a.jpg"></picture>',
            "https://example.org/l.avif",
        ),
        (
            '<picture><source type="image/webp" srcset="/a.webp"><img src="/a.jpg"></picture>',
            "https://example.org/a.jpg",
        ),
        ('<meta property="og:image" content="/a.jpg">', "https://example.org/a.jpg"),
        ('<meta name="twitter:image" content="https://o.example/a.jpg">', "https://o.example/a.jpg"),
        ('<link rel="image_src" href="/a.jpg">', "https://example.org/a.jpg"),
        ('<a href="/full.JPG?download">see</a>', "https://example.org/full.JPG?download"),
        ('<a href="/full.jpg"><span><img src="/small.jpg"></span></a>', "https://example.org/full.jpg"),
        ('<a href="/page.html"><img src="/a.jpg"></a>', "https://example.org/a.jpg"),
        ('<noscript><img src="/a.jpg"></noscript>', "https://example.org/a.jpg"),
    ],
)
def test_the_best_that_a_page_offers_is_taken(html: str, found: str) -> None:
    assert addresses(html) == [found]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:image/png;base64,AAAA">',
        '<img src="javascript:alert(1)">',
        '<img src="file:///etc/passwd">',
        "<img>",
        '<img src="http://[x">',
        '<script>"<img src=/a.jpg>"</script>',
        '<!-- <img src="/a.jpg"> -->',
        '<link rel="icon" href="/a.png">',
        '<a href="/page.html">page</a>',
        '<meta name="robots" content="noindex, noimageindex"><img src="/a.jpg">',
    ],
)
def test_what_shows_no_picture_gives_none(html: str) -> None:
    assert addresses(html) == []


def test_each_picture_is_taken_once_in_the_order_of_the_page() -> None:
    html = '<meta property="og:image" content="/b.jpg"><img src="/a.jpg"><img src="/b.jpg#x"><img src="/a.jpg">'
    assert addresses(html) == ["https://example.org/b.jpg", "https://example.org/a.jpg"]


def test_sizes_that_the_page_declares_are_those_of_the_picture_taken() -> None:
    html = """
        <img src="/a.jpg" width="640" height="480px"> <img src="/b.jpg" width="100%">
        <img src="/c.jpg" srcset="/d.jpg 1600w" width="50" height="50">
        <meta property="og:image" content="/e.jpg"><meta property="og:image:width" content="1200">
        <meta property="og:image:height" content="630">
    """
    sizes = {one.address[-5:]: (one.width, one.height) for one in pictures_on(html, PAGE)}
    assert sizes == {"a.jpg": (640, 480), "b.jpg": (None, None), "d.jpg": (1600, None), "e.jpg": (1200, 630)}


@given(some.text(alphabet='<>/="a imgsrcetpb,0wx&#;-!', max_size=200))
def test_no_page_breaks_the_reader(html: str) -> None:
    pictures_on(html, PAGE)
    pictures_on(f'<img srcset="{html}">', PAGE)


def test_pages_are_read_in_their_own_letters() -> None:
    assert text_of("<meta charset=koi8-r>Норвегия".encode("koi8-r"), "") == "<meta charset=koi8-r>Норвегия"
    assert text_of("Ålesund".encode("latin-1"), "iso-8859-1") == "Ålesund"
    assert text_of("Ålesund".encode(), "no-such-charset") == "Ålesund"
    assert text_of(b"<meta charset=base64>ok", "") == "<meta charset=base64>ok"


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (Candidate("https://e.org/logo.png", PAGE), LeftOut.ORNAMENT),
        (Candidate("https://e.org/siteLogo_2x.png", PAGE), LeftOut.ORNAMENT),
        (Candidate("https://e.org/icons/tree.png", PAGE), LeftOut.ORNAMENT),
        (Candidate("https://e.org/a.png", PAGE, words="header-logo big"), LeftOut.ORNAMENT),
        (Candidate("https://e.org/a.png", PAGE, alt="Logo of the club"), LeftOut.ORNAMENT),
        (Candidate("https://e.org/spacer.gif", PAGE), LeftOut.ORNAMENT),
        (Candidate("https://e.org/a.SVG?v=2", PAGE), LeftOut.DRAWING),
        (Candidate("https://e.org/favicon.ico", PAGE), LeftOut.DRAWING),
        (Candidate("https://e.org/a.jpg", PAGE, width=99, height=400), LeftOut.TINY),
        (Candidate("https://e.org/a.jpg", PAGE, height=1), LeftOut.TINY),
        (Candidate("https://e.org/a.jpg", PAGE, width=100, height=100), None),
        (Candidate("https://e.org/iconic-views/silicon-valley.jpg", PAGE, alt="An iconic blank wall"), None),
        (Candidate("https://e.org/blank-wall.jpg", PAGE, words="lazy placeholder"), None),
    ],
)
def test_logos_icons_and_tiny_pictures_are_left_out(candidate: Candidate, reason: LeftOut | None) -> None:
    assert choosing.why_left_out(candidate) is reason


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private/", "/private", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.gif$", "/x/y.gif", False),
        ("User-agent: *\nDisallow: /*.gif$", "/x/y.gif?z", True),
        ("User-agent: *\nDisallow: /*?", "/x?z", False),
        ("User-agent: *\nDisallow: /a*b*c", "/axbxc", False),
        ("User-agent: *\nDisallow: /a*b*c", "/axcxb", True),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: PicTrace/1.0\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: other\nUser-agent: pictrace\nDisallow: /", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("\ufeffUSER-AGENT : * # everybody\r\ndisallow : /a # no\r\n", "/a", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\nDisallow: /%7Eme", "/~me/a", False),
        ("User-agent: *\nDisallow: /é", "/%C3%A9", False),
    ],
)
def test_robots_txt_is_read_as_its_standard_says(robots: str, path: str, allowed: bool) -> None:
    assert robots_in(robots.encode()).allow(f"https://example.org{path}") is allowed


def test_a_pause_that_robots_txt_asks_for_is_kept_within_reason() -> None:
    assert robots_in(b"User-agent: *\nCrawl-delay: 2.5").pause_seconds == 2.5
    assert robots_in(b"User-agent: *\nCrawl-delay: 86400").pause_seconds == 10
    assert robots_in(b"User-agent: *\nCrawl-delay: soon") == Robots()


def collected(*pages: str) -> tuple[Collected, list[Skipped]]:
    events = list(collect(pages))
    assert isinstance(events[-1], Finished)
    result = events[-1].result
    assert isinstance(result, Collected)
    return result, [event for event in events if isinstance(event, Skipped)]


def give_picture(server: WebServer, path: str, side: int = 200) -> None:
    from io import BytesIO

    stream = BytesIO()
    make_picture(1, side).save(stream, "JPEG")
    server.give(path, stream.getvalue(), Content_Type="image/jpeg")


def give_page(server: WebServer, path: str, html: str) -> None:
    server.give(path, html.encode(), Content_Type="text/html; charset=utf-8")


def found(server: WebServer, result: Collected) -> list[str]:
    return [one.address.removeprefix(server.url("")) for one in result.pictures]


def test_real_sizes_are_looked_at_where_the_page_declares_none(server: WebServer) -> None:
    give_page(
        server,
        "/",
        '<img src="/a.jpg"><img src="/tiny.jpg"><img src="/said.jpg" width=500 height=400><img src="/no.jpg">',
    )
    give_picture(server, "/a.jpg")
    give_picture(server, "/tiny.jpg", 64)
    result, _ = collected(server.url("/"))
    assert found(server, result) == ["/a.jpg", "/said.jpg"]
    assert result.left_out == {LeftOut.TINY: 1, LeftOut.NO_PICTURE: 1}
    (request,) = [one for one in server.asked if one.path == "/a.jpg"]
    assert request.headers["Range"] == "bytes=0-65535"
    assert "/said.jpg" not in server.paths()


def test_a_link_that_looks_like_a_picture_and_leads_to_a_page_leaves_the_small_picture(server: WebServer) -> None:
    give_page(
        server, "/", '<a href="/wiki/File:a.jpg"><img src="/small.jpg"></a><a href="/b.jpg"><img src="/s.jpg"></a>'
    )
    give_page(server, "/wiki/File:a.jpg", "<!doctype html><p>About this file")
    give_picture(server, "/small.jpg")
    give_picture(server, "/b.jpg")
    assert found(server, collected(server.url("/"))[0]) == ["/small.jpg", "/b.jpg"]


def test_what_robots_txt_forbids_is_not_read(server: WebServer) -> None:
    server.give("/robots.txt", b"User-agent: *\nDisallow: /private/\n")
    give_page(server, "/", '<img src="/a.jpg"><img src="/private/b.jpg">')
    give_picture(server, "/a.jpg")
    result, skipped = collected(server.url("/"), server.url("/private/page"))
    assert found(server, result) == ["/a.jpg"]
    assert result.left_out == {LeftOut.ROBOTS: 1}
    assert [one.archive for one in skipped] == [server.url("/private/page")]
    assert "asks programs not to" in skipped[0].reason
    assert not [path for path in server.paths() if path.startswith("/private")]
    assert server.paths().count("/robots.txt") == 1


def test_the_robots_txt_of_the_pictures_own_site_counts(server: WebServer) -> None:
    with serving("127.0.0.2") as other:
        other.give("/robots.txt", b"User-agent: *\nDisallow: /\n")
        give_page(server, "/", f'<img src="{other.url("/a.jpg")}">')
        result, _ = collected(server.url("/"))
        assert result.left_out == {LeftOut.ROBOTS: 1}
        assert other.paths() == ["/robots.txt"]


def test_a_site_that_cannot_say_what_it_allows_is_not_read(server: WebServer) -> None:
    server.give("/robots.txt", b"", 500)
    result, skipped = collected(server.url("/"))
    assert (result.pages, len(skipped)) == (0, 1)
    assert "500" in skipped[0].reason


def test_pages_of_one_site_are_asked_for_one_after_the_other(server: WebServer) -> None:
    now = most = 0

    async def page(request: web.BaseRequest) -> web.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        return web.Response(text="<p>", content_type="text/html")

    for number in range(5):
        server.pages[f"/{number}"] = page
    result, _ = collected(*(server.url(f"/{number}") for number in range(5)))
    assert (result.pages, most) == (5, 1)


def test_a_page_that_cannot_be_read_does_not_stop_the_others(server: WebServer) -> None:
    give_page(server, "/", '<img src="/a.jpg">')
    give_picture(server, "/a.jpg")
    result, skipped = collected(server.url("/none"), server.url("/"), server.url("/#again"))
    assert (found(server, result), result.pages) == (["/a.jpg"], 1)
    assert "404" in skipped[0].reason


def test_addresses_are_relative_to_where_a_page_was_moved(server: WebServer) -> None:
    server.redirect("/old", "/new/page")
    give_page(server, "/new/page", '<img src="a.jpg">')
    give_picture(server, "/new/a.jpg")
    assert found(server, collected(server.url("/old"))[0]) == ["/new/a.jpg"]


def test_a_picture_given_as_a_page_is_taken_itself(server: WebServer) -> None:
    give_picture(server, "/a.jpg")
    assert found(server, collected(server.url("/a.jpg"))[0]) == ["/a.jpg"]


def test_the_list_is_an_archive_for_the_other_commands(server: WebServer, program: Program, tmp_path: Path) -> None:
    give_page(server, "/", '<img src="/a.jpg" alt="Fjord"><img src="/logo.png">')
    give_picture(server, "/a.jpg")
    output = tmp_path / "list.json"
    assert program("collect", server.url("/"), "-o", output) == 0
    assert "1 picture is listed" in program.out
    assert json.loads(output.read_text()) == [{"url": server.url("/a.jpg"), "page": server.url("/"), "alt": "Fjord"}]
    assert program("index", output, "--json", "--embedder", "builtin") == 0
    assert program.lines[0]["indexed"] == 1


def test_a_list_stays_as_it_was_when_no_page_can_be_read(server: WebServer, program: Program, tmp_path: Path) -> None:
    output = tmp_path / "list.json"
    output.write_text("before")
    assert program("collect", server.url("/none"), "--output", output) == 3
    assert output.read_text() == "before"
    assert "404" in program.err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["list.json"]


def test_a_list_that_cannot_be_written_is_a_sentence(server: WebServer, program: Program, tmp_path: Path) -> None:
    give_page(server, "/", "<p>")
    assert program("collect", server.url("/"), "-o", tmp_path / "no" / "list.json") == 5
    assert "cannot be written" in program.err


def test_words_that_are_no_address_are_wrong_words(program: Program, tmp_path: Path) -> None:
    assert program("collect", "page.html", "-o", tmp_path / "list.json") == 2
    assert "no web address" in program.err
