"""A worker whose decoder breaks, in the ways that decoders do, on files that end in certain bytes."""

import ctypes
import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

from pictrace import asked, reading, worker
from pictrace.decode import decode_picture
from pictrace.picture import Picture
from pictrace.questions import Distrust, EmbedderChoice
from pictrace.settings import Settings
from pictrace.worker import serve

CRASHES = b"this crashes the decoder"
STALLS = b"this stalls the decoder"
FREEZES = b"this stalls the whole process"


def serve_with_a_faulty_decoder(
    connection: Connection, settings: Settings, embedder: EmbedderChoice, distrust: Distrust, private_addresses: bool
) -> None:
    with (settings.home / "starts").open("a") as starts:
        starts.write("started\n")
    reading.decode_picture = asked.decode_picture = _faulty  # type: ignore[attr-defined]
    serve(connection, settings, embedder, distrust, private_addresses)


def serve_in_small_parts(
    connection: Connection, settings: Settings, embedder: EmbedderChoice, distrust: Distrust, private_addresses: bool
) -> None:
    worker._PART = 2
    serve(connection, settings, embedder, distrust, private_addresses)


def starts(home: Path) -> int:
    return len((home / "starts").read_text().splitlines())


def _faulty(data: bytes, max_bytes: int) -> Picture:
    if data.endswith(CRASHES):
        os.kill(os.getpid(), signal.SIGSEGV)
    if data.endswith(STALLS):
        time.sleep(60)
    if data.endswith(FREEZES):
        ctypes.PyDLL(None).sleep(60)  # a foreign function that keeps the interpreter's lock
    return decode_picture(data, max_bytes)
