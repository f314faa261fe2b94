"""What a request may bring, and that whoever brings too much, too slowly or too often stands in nobody's way."""

import asyncio
import select
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI, Form, UploadFile
from starlette.types import Message

from pictrace.web.access import Access, install_access
from pictrace.web.bodies import Bodies, BodyLimits
from pictrace.web.problems import install_problems
from tests.web.talking import Answer, answer_on, ask, form, plug, post_json, serving

MB = 1 << 20
UPLOAD = "/api/v1/search/upload"


class Hall:
    """Counts how many bytes of uploads are inside at once."""

    def __init__(self) -> None:
        self.inside = self.most_inside = 0
        self.lock = threading.Lock()

    def enter(self, size: int) -> None:
        with self.lock:
            self.inside += size
            self.most_inside = max(self.most_inside, self.inside)


def application(limits: BodyLimits, hall: Hall) -> FastAPI:
    app = FastAPI()

    @app.post(UPLOAD)
    async def upload(file: UploadFile, top: int = Form(60)) -> dict[str, int]:
        data = await file.read()
        hall.enter(len(data))
        await asyncio.sleep(0.02)
        hall.enter(-len(data))
        return {"bytes": len(data), "top": top}

    @app.post("/api/v1/search")
    async def search(question: dict[str, str]) -> dict[str, str]:
        return question

    @app.post("/api/v1/jobs/1/pause")
    async def without_body() -> None:
        pass

    install_problems(app)
    app.add_middleware(Bodies, limits=limits)
    return app


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    limits = BodyLimits(UPLOAD, MB, silence_seconds=0.4, whole_seconds=1.5, lingering_seconds=2.0)
    with serving(application(limits, Hall())) as number:
        yield number


def upload(port: int, data: bytes, **fields: str) -> Answer:
    body, headers = form(data, **fields)
    return ask(port, "POST", UPLOAD, body, headers)


@pytest.fixture(autouse=True)
def _and_it_goes_on(port: int) -> Iterator[None]:
    yield
    assert upload(port, b"x" * MB).json == {"bytes": MB, "top": 60}
    assert post_json(port, "/api/v1/search", {"url": "a"}).status == 200


def test_an_upload_of_exactly_the_limit_is_taken(port: int) -> None:
    assert upload(port, b"x" * MB, top="5").json == {"bytes": MB, "top": 5}
    assert upload(port, b"").json["bytes"] == 0


@pytest.mark.parametrize("size", [MB + (1 << 16), 2 * MB, 40 * MB])
def test_an_upload_that_is_too_large_is_told_so_even_while_it_is_still_being_sent(size: int, port: int) -> None:
    answer = upload(port, b"x" * size)
    assert answer.status == 413
    assert answer.sentence == "The picture is larger than 1 MB, which is too much here. Send a smaller version of it."


def test_an_upload_of_unknown_length_is_measured_while_it_arrives(port: int) -> None:
    body, headers = form(b"x" * 4 * MB)
    pieces = (body[start : start + 50_000] for start in range(0, len(body), 50_000))
    answer = ask(port, "POST", UPLOAD, pieces, headers)
    assert answer.status == 413
    assert answer.sentence.startswith("The picture is larger than 1 MB")
    body, headers = form(b"x" * 1000)
    assert ask(port, "POST", UPLOAD, iter([body]), headers).json["bytes"] == 1000


def test_whoever_asks_first_is_told_before_sending(port: int) -> None:
    with plug(port) as connection:
        connection.sendall(
            f"POST {UPLOAD} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {9 * MB}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert answer_on(connection).status == 413


def test_other_bodies_are_small(port: int) -> None:
    answer = post_json(port, "/api/v1/search", {"url": "x" * 100_000})
    assert answer.status == 413
    assert answer.sentence.startswith("What was sent is too large.")
    assert ask(port, "POST", "/api/v1/jobs/1/pause", b"x" * 100_000).status == 200


def test_a_body_that_nobody_reads_harms_nobody(port: int) -> None:
    for _time in range(3):
        assert ask(port, "POST", "/api/v1/nothing", b"x" * 10 * MB).status == 404
        assert ask(port, "GET", "/api/v1/nothing", b"{}").status == 404
    assert ask(port, "DELETE", UPLOAD, iter([b"x"] * 100)).status == 405


def begun(length: int, path: str = UPLOAD) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=a-boundary\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("path", [UPLOAD, "/api/v1/search"])
def test_an_upload_that_stops_arriving_is_given_up(path: str, port: int) -> None:
    with plug(port) as connection:
        began = time.monotonic()
        connection.sendall(begun(1000, path) + b"--a-boundary\r\n")
        answer = answer_on(connection)
        assert answer.status == 408
        assert answer.sentence.startswith("What was sent arrived too slowly.")
        assert 0.4 <= time.monotonic() - began < 10


def test_an_upload_that_trickles_is_given_up(port: int) -> None:
    """Never silent for long, but it would take hours."""
    with plug(port) as connection:
        body, _headers = form(b"x" * 10_000)
        connection.sendall(begun(len(body)))
        for number in range(250):
            connection.sendall(body[number : number + 1])
            if select.select([connection], [], [], 0.02)[0]:
                break
        else:
            raise AssertionError("it is still waited for")
        assert answer_on(connection).status == 408


def test_an_upload_that_is_cut_off_leaves_nothing_behind(port: int) -> None:
    for length in (500_000, 40 * MB):
        for sent in (0, 100, 400_000):
            with plug(port) as connection:
                connection.sendall(begun(length) + form(b"x" * 600_000)[0][:sent])


def test_a_body_shorter_than_it_says_is_waited_for_only_so_long(port: int) -> None:
    body, _headers = form(b"x" * 100)
    with plug(port) as connection:
        connection.sendall(begun(len(body) + 1) + body)
        assert answer_on(connection).status == 408


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"--a-boundary", b"--a-boundary\r\n\r\n", b"--a-boundary--\r\n", b"--other\r\n" * 100, b"\xff" * 1000],
)
def test_a_form_that_is_none_is_told_so(body: bytes, port: int) -> None:
    for content_type in ("multipart/form-data; boundary=a-boundary", "multipart/form-data", "image/jpeg", "x"):
        answer = ask(port, "POST", UPLOAD, body, {"Content-Type": content_type})
        assert answer.status in (400, 422)
        assert answer.sentence


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 30_000, b'{"a":1e999}', b"NaN"])
def test_json_that_is_none_is_told_so(body: bytes, port: int) -> None:
    answer = post_json(port, "/api/v1/search", body)
    assert answer.status in (400, 422)
    assert answer.sentence


def test_fifty_uploads_at_once_take_no_more_memory_than_they_may() -> None:
    hall = Hall()
    limits = BodyLimits(UPLOAD, MB, memory_bytes=4 * MB, turn_seconds=20.0)
    with serving(application(limits, hall)) as port, ThreadPoolExecutor(50) as people:
        answers = list(people.map(lambda _number: upload(port, b"x" * (MB - 1000)), range(50)))
    assert {answer.status for answer in answers} == {200}
    assert MB < hall.most_inside <= 4 * MB


def test_who_waits_too_long_for_a_turn_is_told_to_try_again() -> None:
    limits = BodyLimits(UPLOAD, MB, memory_bytes=MB, turn_seconds=0.3, silence_seconds=5.0)
    with serving(application(limits, Hall())) as port:
        with plug(port) as connection:
            connection.sendall(begun(MB + 65_000) + b"--a-boundary")
            time.sleep(0.2)
            answer = upload(port, b"x" * 1000)
            assert answer.status == 503
            assert answer.headers["Retry-After"] == "60"
            assert answer.sentence.startswith("Too many pictures are being sent")
            assert post_json(port, "/api/v1/search", {}).status == 200
        for _time in range(3):
            answer = upload(port, b"x" * (MB // 2))
        assert answer.status == 200


def test_those_who_may_not_enter_take_no_room() -> None:
    """Uploads with a wrong token are refused, whatever they say of themselves."""
    app = FastAPI()

    @app.post(UPLOAD)
    async def take(file: UploadFile) -> int:
        return len(await file.read())

    install_problems(app)
    install_access(app, Access("the-right-one", False, frozenset()), 25 * MB)
    with serving(app) as port, plug(port) as one, plug(port) as other:
        for connection in (one, other):
            connection.sendall(begun(200 * MB))
        body, headers = form(b"x" * 8 * MB)
        assert ask(port, "POST", UPLOAD, body, headers).status == 401
        right = headers | {"Authorization": "Bearer the-right-one"}
        assert ask(port, "POST", UPLOAD, body, right).body == str(8 * MB).encode()


def test_answers_stream_past_it() -> None:
    """Without waiting for a body that goes on and on."""
    sent: list[Message] = []

    async def application(_scope: object, receive: object, send: object) -> None:
        assert callable(send)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _piece in range(3):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await send({"type": "http.response.body", "body": b"y"})

    async def receive() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"z", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        guarded = Bodies(application, BodyLimits(UPLOAD, MB, lingering_seconds=0.1))
        headers = [(b"transfer-encoding", b"chunked")]
        await guarded({"type": "http", "path": UPLOAD, "headers": headers}, receive, send)

    asyncio.run(run())
    assert [message.get("body") for message in sent] == [None, b"x", b"x", b"x", b"y", None]
    assert [message.get("more_body", False) for message in sent[1:]] == [True, True, True, True, False]
