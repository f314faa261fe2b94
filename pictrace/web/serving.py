"""From an application to a service on a port, until it is told to end."""

import asyncio
import ctypes
import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from pictrace.errors import MachineRefuses, WrongWords
from pictrace.language import _
from pictrace.web.connection import Connection

_BACKLOG = 256
_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 1 << 20
_FAREWELL_SECONDS = 1


def listen(host: str, port: int) -> socket.socket:
    """Raises WrongWords or MachineRefuses."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        sentence = _('"{host}" is no address of this machine. Try --host 127.0.0.1, or 0.0.0.0 for all of them.')
        raise WrongWords(sentence.format(host=host)) from error
    try:
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise MachineRefuses(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return _("Port {port} is taken by another program. Choose another one with --port.").format(port=port)
    if error.errno == errno.EACCES:
        return _("This account may not use port {port}. Choose one above 1023 with --port.").format(port=port)
    if error.errno == errno.EADDRNOTAVAIL:
        sentence = _('"{host}" is no address of this machine. Try --host 127.0.0.1, or 0.0.0.0 for all of them.')
        return sentence.format(host=host)
    sentence = _("The service cannot listen at {host}, port {port} ({reason}).")
    return sentence.format(host=host, port=port, reason=error.strerror or error)


def address_of(listener: socket.socket, host: str) -> str:
    """What a person types into a browser, on another machine too if the service can be reached from there."""
    port = listener.getsockname()[1]
    if host in ("0.0.0.0", "::"):  # noqa: S104 (a comparison)
        host = _outward_address()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _outward_address() -> str:
    """Under which other machines see this one. Nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def give_memory_back() -> None:
    """What pictures took goes back to the system when they are gone; glibc would rather keep it, in pieces."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another library than glibc
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


class Server(uvicorn.Server):
    """Answers until it is told to end, and then ends without a fuss."""

    told_by: signal.Signals | None = None

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=_FAREWELL_SECONDS,
            )
        )
        logging.getLogger("uvicorn.error").addFilter(_is_news)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the service and nothing more: those who wait for the end have to tidy up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.told_by = signal.Signals(sig)
        super().handle_exit(sig, frame)


def _is_news(record: logging.LogRecord) -> bool:
    """Requests that are cut off at the end are none, nor is a client that talks nonsense."""
    error = record.exc_info[1] if record.exc_info else None
    return record.levelno >= logging.ERROR and not (
        isinstance(error, asyncio.CancelledError) or str(record.msg).startswith("Cancel ")
    )
