"""Pictures behind addresses, from a server that answers well or badly."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pictrace.errors import MachineRefuses, PictureUnreadable
from pictrace.gui.web_picture import fetch_picture

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address at which this is the answer, once."""

    def serve() -> None:
        connection, _address = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a.jpg"
        thread.join()


def test_what_lies_there_is_fetched() -> None:
    with answering(WHOLE) as address:
        assert fetch_picture(address, 7) == b"picture"


def test_what_is_too_large_is_not_fetched() -> None:
    with answering(WHOLE) as address, pytest.raises(PictureUnreadable, match="too much"):
        fetch_picture(address, 6)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\npict",
        WHOLE[:-1],
    ],
    ids=["another protocol", "a piece cut short", "one byte is missing"],
)
def test_a_bad_answer_is_told(answer: bytes) -> None:
    with answering(answer) as address, pytest.raises(MachineRefuses, match="cannot be reached"):
        fetch_picture(address, 1000)


def test_an_address_that_cannot_be_one_is_told() -> None:
    with pytest.raises(MachineRefuses, match="cannot be reached"):
        fetch_picture("http://127.0.0.1:port/a.jpg", 1000)
