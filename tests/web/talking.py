"""HTTP as a stranger speaks it: any header, any body, as slowly as one likes."""

import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from fastapi import FastAPI

from pictrace.web.serving import Server, listen


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def sentence(self) -> str:
        """Of a problem that is told as RFC 9457 wants it."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert set(self.json) == {"type", "title", "status", "detail"}
        assert self.json["status"] == self.status
        sentence = self.json["detail"]
        assert sentence.endswith(".")
        assert "Traceback" not in sentence
        return str(sentence)


def ask(
    port: int,
    method: str,
    path: str,
    body: bytes | Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """A body in pieces is sent without saying how long it is."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers or {}), encode_chunked=not isinstance(body, bytes | None))
        response = connection.getresponse()
        return Answer(response.status, response.msg, response.read())
    finally:
        connection.close()


def post_json(port: int, path: str, value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return ask(port, "POST", path, body, {"Content-Type": "application/json", **(headers or {})})


_BOUNDARY = "a-boundary"


def form(data: bytes, name: str = "a.jpg", **fields: str) -> tuple[bytes, dict[str, str]]:
    """The body of an upload, and its headers."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = b"".join(parts) + head + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}


@contextmanager
def plug(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        yield connection


def answer_on(connection: socket.socket) -> Answer:
    response = HTTPResponse(connection)
    response.begin()
    return Answer(response.status, response.msg, response.read())


@contextmanager
def serving(app: FastAPI) -> Iterator[int]:
    """A real server on loopback: its port."""
    with listen("127.0.0.1", 0) as listener:
        port: int = listener.getsockname()[1]
        server = Server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield port
        finally:
            server.should_exit = True
            thread.join(15)
            assert not thread.is_alive()
