"""One address, asked: through redirects, again where that helps, within the limits."""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from pictrace.errors import PictureUnreadable
from pictrace.fetching import Fetched, FetchLimits
from pictrace.fetching.addresses import is_address, shown
from pictrace.fetching.failures import (
    TryAgain,
    cut_short,
    forbidden,
    no_address,
    of_client_error,
    of_status,
    redirects_for_ever,
    takes_too_long,
    too_large,
    web_page,
)
from pictrace.fetching.guard import is_ip, is_public
from pictrace.fetching.session import WebSession
from pictrace.language import _

ANY_PICTURE = "image/*, */*;q=0.5"
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_PAGE_BEGINNINGS = (b"<!doctype html", b"<html", b"<head", b"<body")
_PAUSES_SECONDS = (0.5, 2.0)
_PIECE_BYTES = 1 << 16
_LARGE_BYTES = 16 << 20
_SEEN_TO_JUDGE = 512
_LONGEST_VALIDATOR = 256
_REDIRECTS = (301, 302, 303, 307, 308)
_UNCHANGED = 304


@dataclass(frozen=True, slots=True)
class Request:
    address: str
    validator: str = ""
    """Of what is remembered: then the answer may be that it is unchanged."""
    accept: str = ANY_PICTURE
    pages: bool = False
    """Whether a web page is an answer."""
    first_bytes: int | None = None
    """No more than these are needed."""


@dataclass(frozen=True, slots=True)
class Answer:
    address: str
    """The last one, after all redirects."""
    data: bytes
    content_type: str
    charset: str
    """Of text, as the server says; mostly empty."""
    validator: str


async def picture_at(address: str, limits: FetchLimits, session: WebSession) -> Fetched:
    answer = await ask(Request(address), limits, session)
    if answer is None:
        raise AssertionError("only what is remembered can be unchanged")
    return Fetched(address, answer.data, answer.content_type, answer.validator)


async def ask(request: Request, limits: FetchLimits, session: WebSession) -> Answer | None:
    """None where nothing has changed. Raises PictureUnreadable or MachineRefuses."""
    deadline = asyncio.get_running_loop().time() + limits.seconds
    try:
        async with asyncio.timeout_at(deadline):
            for pause in _PAUSES_SECONDS:
                try:
                    return await _attempt(request, limits, session)
                except TryAgain as again:
                    seconds = again.after_seconds or pause * random.uniform(0.8, 1.2)  # noqa: S311
                    if asyncio.get_running_loop().time() + seconds >= deadline:
                        raise again.failure from again
                    await asyncio.sleep(seconds)
            try:
                return await _attempt(request, limits, session)
            except TryAgain as again:
                raise again.failure from again
    except TimeoutError as error:
        raise takes_too_long(request.address, limits.seconds) from error


async def _attempt(request: Request, limits: FetchLimits, session: WebSession) -> Answer | None:
    address = request.address
    for _redirect in range(limits.redirects + 1):
        url = _checked(address, limits)
        try:
            async with session.client(private_addresses=limits.private_addresses).get(
                url, headers=_headers(request), allow_redirects=False
            ) as response:
                if response.status not in _REDIRECTS:
                    return await _answer(response, request, limits, session)
                address = _next(response, address)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ServerTimeoutError):
                raise
            raise of_client_error(address, error) from error
    raise redirects_for_ever(request.address, limits.redirects)


def _checked(address: str, limits: FetchLimits) -> URL:
    if not is_address(address):
        raise no_address(address)
    try:
        url = URL(address.strip())
    except ValueError as error:
        raise no_address(address) from error
    host = url.host or ""
    if not limits.private_addresses and is_ip(host) and not is_public(host):
        raise forbidden(address)
    return url


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept": request.accept}
    if request.validator.startswith(('"', "W/")):
        headers["If-None-Match"] = request.validator
    elif request.validator:
        headers["If-Modified-Since"] = request.validator
    if request.first_bytes is not None:
        headers["Range"] = f"bytes=0-{request.first_bytes - 1}"
    return headers


def _next(response: aiohttp.ClientResponse, address: str) -> str:
    location = response.headers.get("Location", "")
    try:
        return str(response.url.join(URL(location))) if location else ""
    except ValueError as error:
        raise no_address(address) from error


async def _answer(
    response: aiohttp.ClientResponse, request: Request, limits: FetchLimits, session: WebSession
) -> Answer | None:
    if response.status == _UNCHANGED and request.validator:
        return None
    if response.status not in (200, 206):
        raise of_status(request.address, response.status, _retry_after(response))
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        data = await _body(response, request, limits, session, content_type)
    except aiohttp.ClientPayloadError as error:
        raise cut_short(request.address) from error
    return Answer(str(response.url), data, content_type, response.charset or "", _validator(response))


async def _body(
    response: aiohttp.ClientResponse, request: Request, limits: FetchLimits, session: WebSession, content_type: str
) -> bytes:
    if (response.content_length or 0) > limits.max_bytes and request.first_bytes is None:
        raise too_large(request.address, limits.max_bytes)
    data = bytearray()
    judged = request.pages
    has_turn = False
    try:
        async for piece in response.content.iter_chunked(_PIECE_BYTES):
            data += piece
            if request.first_bytes is not None and len(data) >= request.first_bytes:
                break
            if len(data) > limits.max_bytes:
                raise too_large(request.address, limits.max_bytes)
            if not judged and len(data) >= _SEEN_TO_JUDGE:
                judged = True
                _refuse_page(request.address, data, content_type)
            if len(data) > _LARGE_BYTES and not has_turn:
                has_turn = await session.one_large.acquire()
    finally:
        if has_turn:
            session.one_large.release()
    if not judged:
        _refuse_page(request.address, data, content_type)
    if not data:
        raise PictureUnreadable(_("The server sends nothing at {address}.").format(address=shown(request.address)))
    return bytes(data)


def _refuse_page(address: str, data: bytearray, content_type: str) -> None:
    """Servers give pictures wrong types, but a page begins like a page."""
    head = bytes(data[:_SEEN_TO_JUDGE]).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_PAGE_BEGINNINGS) or (content_type in _PAGE_TYPES and head.startswith(b"<")):
        raise web_page(address)


def _validator(response: aiohttp.ClientResponse) -> str:
    tag = response.headers.get("ETag", "").strip()
    if tag.removeprefix("W/").startswith('"') and len(tag) <= _LONGEST_VALIDATOR:
        return tag
    date = response.headers.get("Last-Modified", "").strip()
    return date if date and _seconds_since_1970(date) is not None else ""


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    moment = _seconds_since_1970(said)
    return None if moment is None else max(0.0, moment - datetime.now(UTC).timestamp())


def _seconds_since_1970(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
