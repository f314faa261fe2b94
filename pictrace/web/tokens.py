"""The token and the browsers that have shown it. Neither is kept in the clear beside what it is compared with."""

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from pictrace.language import _
from pictrace.web.headers import client_of
from pictrace.web.problems import Problem

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 3.0
_AT_ONCE = 4
_MOST_CLIENTS = 256
_FORGIVEN_AFTER_SECONDS = 300.0

COOKIE = "pictrace_session"
_MOST_SESSIONS = 1000
_SESSION_SECONDS = 30 * 24 * 3600


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    waiting: int = 0
    last: float = 0.0


class TokenCheck:
    """Each wrong token is answered later than the one before, and few of one client are looked at at once, so that
    guessing is slow; who has the right one hardly notices."""

    def __init__(self, token: str) -> None:
        self._digest = _digest(token)
        self._clients: OrderedDict[str, _Tries] = OrderedDict()

    async def admits(self, connection: HTTPConnection, presented: str) -> bool:
        """Raises Problem where too many wrong ones are being answered."""
        now = time.monotonic()
        tries = self._clients.get(client := _household(client_of(connection.scope)))
        if tries is not None and tries.waiting >= _AT_ONCE:
            raise _too_many()
        if hmac.compare_digest(_digest(presented), self._digest):
            return True
        if tries is None or now - tries.last > _FORGIVEN_AFTER_SECONDS:
            tries = self._remembered(client)
        self._clients.move_to_end(client)
        tries.wrong += 1
        tries.waiting += 1
        try:
            await asyncio.sleep(min(_FIRST_WAIT_SECONDS * 2 ** min(tries.wrong - 1, 16), _LONGEST_WAIT_SECONDS))
        finally:
            tries.waiting -= 1
            tries.last = time.monotonic()
        return False

    def _remembered(self, client: str) -> _Tries:
        if client not in self._clients and len(self._clients) >= _MOST_CLIENTS:
            oldest = next(iter(self._clients))
            if self._clients[oldest].waiting:
                raise _too_many()
            del self._clients[oldest]
        tries = self._clients.setdefault(client, _Tries())
        tries.wrong = 0
        return tries


def _household(address: str) -> str:
    """Who has one IPv6 address has 2**64 of them."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address
    if number.version == 6 and number.ipv4_mapped is None:
        return str(ipaddress.ip_network((number, 64), strict=False))
    return address


def _too_many() -> Problem:
    sentence = _("Too many wrong tokens come from your address. Wait a few seconds, and try again.")
    return Problem(429, sentence, {"Retry-After": "3"})


class Sessions:
    """A cookie is no token: it names a browser that has shown the token, until it signs out or the service ends."""

    def __init__(self) -> None:
        self._ends: OrderedDict[bytes, float] = OrderedDict()

    def begin(self, connection: HTTPConnection, answer: Response) -> None:
        if len(self._ends) >= _MOST_SESSIONS:
            self._ends.popitem(last=False)
        cookie = secrets.token_urlsafe(32)
        self._ends[_digest(cookie)] = time.monotonic() + _SESSION_SECONDS
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=_SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=connection.url.scheme == "https",
        )

    def knows(self, connection: HTTPConnection) -> bool:
        cookie = connection.cookies.get(COOKIE)
        return cookie is not None and self._ends.get(_digest(cookie), 0.0) > time.monotonic()

    def end(self, connection: HTTPConnection, answer: Response) -> None:
        self._ends.pop(_digest(connection.cookies.get(COOKIE, "")), None)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
