"""Connections that say nothing, or nothing that makes sense."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from unittest.mock import patch

import pytest
from fastapi import FastAPI, Response

from pictrace.web.connection import Connection
from tests.web.talking import answer_on, ask, plug, serving

LARGE = 30 << 20


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = FastAPI()

    @app.get("/")
    async def answer() -> str:
        return "here"

    @app.get("/large")
    async def large() -> Response:
        return Response(b"x" * LARGE)

    with (
        patch.object(Connection, "request_seconds", 0.5),
        patch.object(Connection, "answer_seconds", 0.4),
        serving(app) as number,
    ):
        yield number


@pytest.fixture(autouse=True)
def _and_it_goes_on(port: int) -> Iterator[None]:
    yield
    assert ask(port, "GET", "/").status == 200


@pytest.mark.parametrize("said", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"GET / HTTP/1.1\r\nX: y"])
def test_a_request_that_does_not_arrive_is_given_up(said: bytes, port: int) -> None:
    with plug(port) as connection:
        connection.sendall(said)
        answer = answer_on(connection)
        assert answer.status == 408
        assert answer.sentence.startswith("No request arrived in time.")
        assert connection.recv(1) == b""


def test_headers_that_trickle_are_given_up(port: int) -> None:
    with plug(port) as connection:
        began = time.monotonic()
        with pytest.raises(OSError):
            for _letter in range(400):
                connection.sendall(b"GET / HTTP/1.1\r\n"[:1])
                time.sleep(0.05)
        assert time.monotonic() - began < 10


def test_the_second_request_of_a_connection_has_to_arrive_in_time_too(port: int) -> None:
    with plug(port) as connection:
        for _time in range(2):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert answer_on(connection).status == 200
            time.sleep(0.3)
        connection.sendall(b"GET / HT")
        assert answer_on(connection).status == 408


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 600,
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 500_000,
        b"GET /" + b"x" * 500_000,
    ],
)
def test_what_is_no_request_is_told_so(said: bytes, port: int) -> None:
    with plug(port) as connection:
        connection.sendall(said)
        answer = answer_on(connection)
        assert answer.status in (400, 501)
        assert answer.sentence
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_broken_chunks_in_the_middle_of_a_body_end_the_connection(port: int) -> None:
    with plug(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 4")
        while connection.recv(1000):
            pass


def test_more_connections_than_it_can_serve_are_refused_politely(port: int) -> None:
    with patch("pictrace.web.connection.MOST_CONNECTIONS", 10), ExitStack() as stack:
        people = [stack.enter_context(plug(port)) for _number in range(12)]
        answer = answer_on(people[-1])
        assert answer.status == 503
        assert answer.sentence.startswith("Too many people")
        people[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer_on(people[0]).status == 200


def test_an_answer_that_nobody_takes_is_not_kept_for_ever(port: int) -> None:
    with plug(port) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(1.5)
        taken = 0
        with suppress(ConnectionResetError):
            while piece := connection.recv(1 << 20):
                taken += len(piece)
        assert taken < LARGE


def test_who_takes_an_answer_slowly_gets_all_of_it(port: int) -> None:
    with plug(port) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        taken = 0
        for _piece in range(8):
            time.sleep(0.15)
            taken += len(connection.recv(2 << 20, socket.MSG_WAITALL))
        while taken < LARGE and (piece := connection.recv(1 << 20)):
            taken += len(piece)
        assert taken >= LARGE
