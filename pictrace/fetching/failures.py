"""What goes wrong with an address, in a sentence. Where the server was reached, but there is no picture to be had, it
is PictureUnreadable; where trying later or elsewhere may help, it is MachineRefuses."""

import os
import socket

import aiohttp

from pictrace.errors import MachineRefuses, PicTraceError, PictureUnreadable
from pictrace.fetching.addresses import host_of, shown
from pictrace.fetching.guard import ForbiddenAddress
from pictrace.language import _

_MOMENTARY = (408, 425, 429, 500, 502, 503, 504)


class TryAgain(Exception):
    """It may go better in a moment; if not, this is the failure."""

    def __init__(self, failure: PicTraceError, after_seconds: float | None = None) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.after_seconds = after_seconds
        """What the server asks for."""


def no_address(address: str) -> PictureUnreadable:
    return PictureUnreadable(_('"{address}" is no web address (http://… or https://…).').format(address=shown(address)))


def forbidden(address: str) -> PictureUnreadable:
    sentence = _("{host} lies inside a private network, and nothing is fetched from there. Give the picture itself.")
    return PictureUnreadable(sentence.format(host=host_of(address) or shown(address)))


def redirects_for_ever(address: str, redirects: int) -> PictureUnreadable:
    sentence = _(
        "{address} leads on to other addresses more than {count} times. Give the address of the picture itself."
    )
    return PictureUnreadable(sentence.format(address=shown(address), count=redirects))


def too_large(address: str, max_bytes: int) -> PictureUnreadable:
    sentence = _("What lies at {address} is larger than {megabytes:g} MB, which is too much.")
    return PictureUnreadable(sentence.format(address=shown(address), megabytes=round(max_bytes / (1 << 20), 2)))


def web_page(address: str) -> PictureUnreadable:
    sentence = _(
        "At {address} lies a web page, not a picture. Give the address of the picture itself "
        '(in a browser: right click on it, "Copy image address").'
    )
    return PictureUnreadable(sentence.format(address=shown(address)))


def takes_too_long(address: str, seconds: float) -> MachineRefuses:
    sentence = _(
        "{address} takes longer than {seconds:g} seconds. Try again later, or save the picture and use the file."
    )
    return MachineRefuses(sentence.format(address=shown(address), seconds=seconds))


def cut_short(address: str) -> TryAgain:
    sentence = _("{host} sends less of {address} than it announced: the connection was cut. Try again later.")
    return TryAgain(MachineRefuses(sentence.format(host=host_of(address), address=shown(address))))


def of_status(address: str, status: int, retry_after: float | None) -> PicTraceError | TryAgain:
    values = {"address": shown(address), "host": host_of(address), "status": status}
    if status in _MOMENTARY:
        sentence = _("{host} cannot answer for {address} just now (it says {status}). Try again later.")
        return TryAgain(MachineRefuses(sentence.format(**values)), retry_after)
    if status in (401, 403, 407, 451):
        sentence = _("{host} does not hand out {address} (it says {status}). Save the picture, and use the file.")
    elif status in (404, 410):
        sentence = _("There is nothing at {address} (the server says {status}). Check the address.")
    else:
        sentence = _("There is no picture at {address}: the server says {status}.")
    return PictureUnreadable(sentence.format(**values))


def of_client_error(address: str, error: Exception) -> PicTraceError | TryAgain:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    values = {"host": host_of(address), "address": shown(address), "reason": _reason(cause)}
    if isinstance(cause, ForbiddenAddress):
        return forbidden(address)
    if isinstance(error, aiohttp.InvalidURL):
        return no_address(address)
    if isinstance(error, aiohttp.ClientSSLError):
        sentence = _("{host} cannot prove that it is {host} ({reason}), so nothing is fetched from it.")
        return PictureUnreadable(sentence.format(**values))
    if isinstance(error, aiohttp.ClientResponseError | ValueError):
        sentence = _("{host} does not answer as a web server does ({reason}).")
        return PictureUnreadable(sentence.format(**values))
    if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
        sentence = _("{host} is not known. Check the address and the network.")
        return MachineRefuses(sentence.format(**values))
    if isinstance(error, aiohttp.ServerTimeoutError):
        sentence = _("{host} does not answer. Check the address and the network, or try again later.")
        return MachineRefuses(sentence.format(**values))
    sentence = _("{host} cannot be reached ({reason}). Check the address and the network.")
    return TryAgain(MachineRefuses(sentence.format(**values)))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
