"""Whatever is sent, or lies behind an address that is sent: a status code and a sentence, and the service goes on."""

import io
import json
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import pictrace.fetching.asking
import pictrace.web.app
import pictrace.web.service
from pictrace.engine_process import EngineProcess
from pictrace.fetching import FetchLimits, guard
from pictrace.fetching.session import WebSession
from pictrace.questions import EmbedderChoice
from pictrace.settings import Settings
from pictrace.web.access import Access
from pictrace.web.app import create_app
from tests.pictures import make_archive, make_picture
from tests.web.bad_neighbour import BadNeighbour, bad_neighbour
from tests.web.services import API, RunningService
from tests.web.talking import Answer, ask, form, plug, post_json, serving

SEARCH = f"{API}/search"
UPLOAD = f"{API}/search/upload"
NOWHERE = "0" * 64


def jpeg(seed: int = 1) -> bytes:
    """The very bytes of a picture of the archive."""
    stream = io.BytesIO()
    make_picture(seed).save(stream, "JPEG", quality=90)
    return stream.getvalue()


@pytest.fixture(scope="module")
def neighbour() -> Iterator[BadNeighbour]:
    with bad_neighbour(jpeg()) as server:
        yield server


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "photos", 5)


def _serving(home: Path, archive: Path, *, private_addresses: bool) -> Iterator[RunningService]:
    settings = Settings(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictrace.web.service, "FetchLimits", partial(FetchLimits, seconds=1.5))
        with EngineProcess(settings, EmbedderChoice.BUILTIN, private_addresses=private_addresses) as engine:
            access = Access(None, False, frozenset())
            with serving(create_app(engine, [str(archive)], settings, access, upload_megabytes=2)) as port:
                running = RunningService(port, home)
                running.until_indexed()
                yield running


@pytest.fixture(scope="module")
def strict(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """Fetches nothing from inside."""
    yield from _serving(tmp_path_factory.mktemp("strict"), archive, private_addresses=False)


@pytest.fixture(scope="module")
def trusting(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """Of an intranet."""
    yield from _serving(tmp_path_factory.mktemp("trusting"), archive, private_addresses=True)


def sent(service: RunningService, data: bytes, name: str = "a.jpg", **fields: str) -> Answer:
    body, headers = form(data, name, **fields)
    return ask(service.port, "POST", UPLOAD, body, headers)


def goes_on(service: RunningService) -> bool:
    answer = sent(service, jpeg(2), top="1")
    return bool(answer.status == 200 and answer.json["matches"][0]["score"] == 1.0)


def fetched(service: RunningService, address: str) -> Answer:
    return post_json(service.port, SEARCH, {"url": address})


# Uploads


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * (1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _endless_gif() -> bytes:
    stream = io.BytesIO()
    Image.new("P", (65_000, 65_000)).save(stream, "GIF")
    return stream.getvalue()


NOT_PICTURES = {
    "nothing": b"",
    "words": b"This is text.",
    "a page": b"<!doctype html><html></html>",
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a zip": b"PK\3\4" + b"\0" * 100,
    "a program": b"\x7fELF" + b"\0" * 200,
    "noise": bytes(range(256)) * 40,
    "half a header": jpeg()[:20],
    "a pickle": b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "a bomb": _png_that_claims(60_000, 60_000),
    "a larger bomb": _png_that_claims(2**31 - 1, 2**31 - 1),
}


@pytest.mark.parametrize("kind", NOT_PICTURES)
def test_an_upload_that_is_no_picture_is_told_so(kind: str, strict: RunningService) -> None:
    answer = sent(strict, NOT_PICTURES[kind])
    assert answer.status == 422
    assert len(answer.sentence) > 15
    assert goes_on(strict)


def test_an_upload_that_is_too_large_is_told_so(strict: RunningService) -> None:
    answer = sent(strict, jpeg() + b"\0" * (3 << 20))
    assert answer.status == 413
    assert "2 MB" in answer.sentence
    assert goes_on(strict)


def test_an_upload_that_is_cut_off_leaves_the_service_as_it_was(strict: RunningService) -> None:
    body, headers = form(jpeg())
    for at in (0, 10, len(body) // 2, len(body) - 1):
        with plug(strict.port) as connection:
            head = f"POST {UPLOAD} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            connection.sendall(f"{head}Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body[:at])
        assert goes_on(strict)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\\b\\c.jpg", "\u202egpj.exe", "x" * 3000, "", "<img src=x onerror=alert(1)>", "%00"]
)
def test_what_an_upload_is_called_matters_to_nobody(name: str, strict: RunningService) -> None:
    answer = sent(strict, jpeg(2), name)
    assert answer.status in (200, 400, 422)
    if answer.status == 200:
        assert answer.json["matches"][0]["score"] == 1.0
    assert goes_on(strict)


def test_fifty_uploads_at_once_are_all_answered(strict: RunningService) -> None:
    bad = NOT_PICTURES["a bomb"]

    def send(number: int) -> int:
        return sent(strict, bad if number % 5 == 0 else jpeg(number % 4), top="1").status

    with ThreadPoolExecutor(50) as people:
        statuses = list(people.map(send, range(50)))
    assert [statuses.count(status) for status in (200, 422)] == [40, 10]


@pytest.mark.parametrize(
    "fields",
    [
        *({"top": "0"}, {"top": "1001"}, {"top": "x"}, {"top": "1e3"}, {"min_score": "1.1"}, {"min_score": "nan"}),
        *({"min_score": "-1"}, {"region": "1,2,3"}, {"region": "0,0,0,0"}, {"region": "a,b,c,d"}, {"mirrored": "?"}),
        *({"region": "-1,0,5,5"}, {"region": "5000,5000,10,10"}, {"region": "0,0,99999999999999999999,1"}),
    ],
)
def test_values_that_make_no_sense_are_told_so(fields: dict[str, str], strict: RunningService) -> None:
    answer = sent(strict, jpeg(), **fields)
    assert answer.status == 422
    assert answer.sentence
    assert goes_on(strict)


# JSON


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"null", b"[]", b'"x"', b"{}", b"\xff\xfe", b"[" * 20_000, b'{"url": 3}', b'{"url": "\\ud800"}'),
        json.dumps({"url": "http://a.example/", "sha256": NOWHERE}).encode(),
        *(json.dumps({"sha256": sha256}).encode() for sha256 in ("", "x", NOWHERE.upper() + "F", NOWHERE[1:], "../")),
        *(b'{"sha256": "%s", "top": %s}' % (NOWHERE.encode(), top) for top in (b"0", b"1001", b'"x"', b"1.5", b"null")),
        *(b'{"sha256": "%s", "min_score": %s}' % (NOWHERE.encode(), score) for score in (b"NaN", b"1e999", b"-0.1")),
        json.dumps({"sha256": NOWHERE, "region": {"x": -1, "y": 0, "width": 1, "height": 1}}).encode(),
        json.dumps({"sha256": NOWHERE, "region": {"x": 0, "y": 0, "width": 0, "height": 1}}).encode(),
        json.dumps({"sha256": NOWHERE, "region": [1, 2, 3, 4]}).encode(),
    ],
)
def test_json_that_makes_no_sense_is_told_so(body: bytes, strict: RunningService) -> None:
    answer = post_json(strict.port, SEARCH, body)
    assert answer.status in (400, 422)
    assert answer.sentence
    assert goes_on(strict)


@pytest.mark.parametrize("path", ["start=-1", "count=0", "count=1001", "start=x", "start=1e3", "start=" + "9" * 5000])
def test_ranges_that_make_no_sense_are_told_so(path: str, strict: RunningService) -> None:
    for collection in ("pictures", "skipped"):
        answer = strict.ask(f"/{collection}?{path}")
        assert answer.status == 422
        assert answer.sentence
    assert strict.get("/pictures?start=1000000&count=1000")["items"] == []


def test_digests_that_are_unknown_or_none_are_told_so(strict: RunningService) -> None:
    for path in (f"/pictures/{NOWHERE}", f"/pictures/{NOWHERE}/thumbnail", f"/pictures/{NOWHERE}/preview"):
        answer = strict.ask(path)
        assert answer.status == 404
        assert answer.sentence
    for asked in (f"one={NOWHERE}&other={NOWHERE}", f"one={NOWHERE}", "one=x&other=y", ""):
        for drawn in ("", "/drawing"):
            answer = strict.ask(f"/explain{drawn}?{asked}")
            assert answer.status in (404, 422)
            assert answer.sentence
    answer = post_json(strict.port, SEARCH, {"sha256": NOWHERE})
    assert answer.status == 404
    assert answer.sentence
    assert goes_on(strict)


@pytest.mark.parametrize(
    "path",
    [
        *("/pictures/../../etc/passwd", "/pictures/..%2f..%2fetc%2fpasswd", "/pictures/%00", "/pictures/a.jpg"),
        *("/jobs/0", "/jobs/x/events", "/jobs/%2e%2e", "/nothing", "/pictures/" + "f" * 63, "/pictures/" + "g" * 64),
        "/static/../app.py",
    ],
)
def test_nothing_but_what_is_offered_is_handed_out(path: str, strict: RunningService) -> None:
    answer = strict.ask(path)
    assert answer.status in (404, 422)
    assert answer.sentence
    page = ask(strict.port, "GET", f"/static/..%2f{path}")
    assert page.status == 404
    assert page.sentence


def test_methods_that_are_not_known_are_told_so(strict: RunningService) -> None:
    for method in ("DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "BREW"):
        answer = ask(strict.port, method, f"{API}/statistics")
        assert answer.status == 405
        assert answer.sentence
        assert "GET" in answer.headers["Allow"]


# Addresses


BEHAVIOURS = {
    "page": (422, "web page"),
    "page-as-jpeg": (422, "web page"),
    "text": (422, "text"),
    "empty": (422, "nothing"),
    "round-and-round": (422, "more than 5 times"),
    "never": (502, "longer than 1.5 seconds"),
    "drip": (502, "longer than 1.5 seconds"),
    "says-more": (502, "less"),
    "says-huge": (422, "larger than 2 MB"),
    "says-nothing-and-goes-on": (422, "larger than 2 MB"),
    "no-http": (422, "does not answer as a web server does"),
    "404": (422, "404"),
    "403": (422, "403"),
    "500": (502, "500"),
}


@pytest.mark.parametrize("path", BEHAVIOURS)
def test_an_address_that_gives_no_picture_is_told_so(
    path: str, trusting: RunningService, neighbour: BadNeighbour
) -> None:
    status, words = BEHAVIOURS[path]
    answer = fetched(trusting, neighbour.at(path))
    assert answer.status == status
    assert words in answer.sentence
    assert fetched(trusting, neighbour.at("good.jpg")).json["matches"][0]["score"] == 1.0


def test_a_host_that_nobody_knows_or_that_does_not_listen_is_told_so(trusting: RunningService) -> None:
    for address in ("http://no-such-host.invalid/a.jpg", "http://127.0.0.1:1/a.jpg"):
        answer = fetched(trusting, address)
        assert answer.status == 502
        assert answer.sentence
    assert goes_on(trusting)


INSIDE = [
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1"),
    *("localhost", "localhost.", "LOCALHOST", "0.0.0.0", "0", "127.0.0.1.", "①②⑦.⓪.⓪.①"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]"),
    *("[2002:7f00:1::]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[fe80::1]", "[fe80::1%25lo]", "[fd00::1]"),
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255"),
    *("user:secret@127.0.0.1", "127.0.0.1#@example.org", "example.org@127.0.0.1"),
]


@pytest.mark.parametrize("host", INSIDE)
def test_what_lies_inside_is_never_asked(host: str, strict: RunningService, neighbour: BadNeighbour) -> None:
    asked = list(neighbour.asked)
    answer = fetched(strict, f"http://{host}:{neighbour.port}/good.jpg")
    assert answer.status in (422, 502)
    assert answer.sentence
    assert "secret" not in answer.sentence
    assert neighbour.asked == asked


@pytest.mark.parametrize(
    "address",
    [
        *("file:///etc/passwd", "ftp://127.0.0.1/a.jpg", "gopher://127.0.0.1/", "data:image/png;base64,AAAA", "//a/b"),
        *("javascript:alert(1)", "http://", "http:///a.jpg", "http://[::1", "http://a b/", "", " ", "\0", "x" * 4000),
        *(
            "http://127.0.0.1:99999/",
            "http://a.invalid:x/",
            "http://\r\nHost: x/",
            "/etc/passwd",
            "http://" + "a" * 300,
        ),
    ],
)
def test_what_is_no_web_address_is_told_so(address: str, strict: RunningService) -> None:
    answer = fetched(strict, address)
    assert answer.status in (422, 502)
    assert answer.sentence


def test_the_service_does_not_ask_itself(strict: RunningService) -> None:
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        assert fetched(strict, f"http://{host}:{strict.port}{API}/health").status == 422


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What a name server of the test says, time after time; the last answer stays."""
    answers: dict[str, list[list[str]]] = {}

    def look_up(host: str, _port: int) -> list[str]:
        said = answers[host]
        return said.pop(0) if len(said) > 1 else said[0]

    monkeypatch.setattr(pictrace.web.app, "WebSession", partial(WebSession, look_up))
    return answers


@pytest.fixture
def as_if_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 counts as a machine of the internet; everything else inside stays inside."""
    real = guard.is_public
    for module in (guard, pictrace.fetching.asking):
        monkeypatch.setattr(module, "is_public", lambda ip: ip == "127.0.0.1" or real(ip))


@pytest.fixture
def guarded(archive: Path, tmp_path: Path, names: Any, as_if_public: None) -> Iterator[RunningService]:
    yield from _serving(tmp_path / "guarded", archive, private_addresses=False)


def test_a_redirect_to_the_inside_is_not_followed(
    guarded: RunningService, neighbour: BadNeighbour, names: dict[str, list[list[str]]]
) -> None:
    names |= {"inside.example": [["127.0.0.2"]], "mixed.example": [["127.0.0.1", "127.0.0.2"]]}
    neighbour.leads_to = neighbour.at("good.jpg")
    assert fetched(guarded, neighbour.at("elsewhere")).json["matches"][0]["score"] == 1.0
    for host in ("127.0.0.2", "[::ffff:127.0.0.2]", "inside.example", "mixed.example", "[::1]"):
        asked = len(neighbour.asked)
        neighbour.leads_to = neighbour.at("good.jpg", host)
        answer = fetched(guarded, neighbour.at("elsewhere"))
        assert answer.status == 422
        assert "private network" in answer.sentence
        assert neighbour.asked[asked:] == ["/elsewhere"]
    for address in ("file:///etc/passwd", "ftp://127.0.0.1/", neighbour.at("good.jpg", "2130706434"), ""):
        neighbour.leads_to = address
        assert fetched(guarded, neighbour.at("elsewhere")).status == 422


def test_a_name_that_changes_its_mind_leads_nowhere_else(
    guarded: RunningService, neighbour: BadNeighbour, names: dict[str, list[list[str]]]
) -> None:
    """Checked as one address, it is connected to as that one; asked again, it is checked again."""
    names["turncoat.example"] = [["127.0.0.1"], ["127.0.0.2"]]
    found = fetched(guarded, neighbour.at("good.jpg", "turncoat.example"))
    assert found.json["matches"][0]["score"] == 1.0
    names["other.example"] = [["127.0.0.2"], ["127.0.0.1"]]
    asked = list(neighbour.asked)
    assert fetched(guarded, neighbour.at("good.jpg", "other.example")).status == 422
    assert neighbour.asked == asked
    names["both.example"] = [["127.0.0.1", "10.0.0.1"]]
    assert fetched(guarded, neighbour.at("good.jpg", "both.example")).status == 422
    assert neighbour.asked == asked


def test_no_answer_tells_a_path_of_the_server(strict: RunningService, archive: Path) -> None:
    said = [strict.ask(path).body for path in ("/statistics", "/pictures", "/skipped", "/jobs", f"/pictures/{NOWHERE}")]
    (archive / "004.jpg").rename(archive / "moved")
    try:
        gone = strict.get("/pictures?start=4&count=1")["items"][0]["sha256"]
        answer = strict.ask(f"/pictures/{gone}")
        assert answer.status in (404, 503)
        said.append(answer.sentence.encode())
    finally:
        (archive / "moved").rename(archive / "004.jpg")
    assert not [words for words in said if str(archive.parent).encode() in words]
    assert goes_on(strict)
