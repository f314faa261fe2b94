"""Connections that are kept and shared by many fetches."""

import asyncio
from types import TracebackType
from typing import Self

import aiohttp

from pictrace import __version__
from pictrace.fetching.guard import CheckedResolver, LookUp, look_up_by_system, socket_to_public

_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 15.0
_AT_ONCE = 32
_AT_ONCE_FOR_A_HOST = 8

USER_AGENT = f"PicTrace/{__version__}"


class WebSession:
    """To be used by one event loop: `async with WebSession() as session`."""

    def __init__(self, look_up: LookUp = look_up_by_system) -> None:
        self._look_up = look_up
        self._clients: dict[bool, aiohttp.ClientSession] = {}
        self.one_large = asyncio.Lock()
        """Held by the one fetch that may go on receiving what is large: so many at once do not fill the memory."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.close()

    def client(self, *, private_addresses: bool) -> aiohttp.ClientSession:
        """Two pools of connections: one that was allowed for some is not handed to the others."""
        if private_addresses not in self._clients:
            self._clients[private_addresses] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=CheckedResolver(self._look_up, private_addresses=private_addresses),
                    socket_factory=None if private_addresses else socket_to_public,
                    limit=_AT_ONCE,
                    limit_per_host=_AT_ONCE_FOR_A_HOST,
                ),
                # A proxy would look names up itself, and nobody could check what it found.
                trust_env=private_addresses,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
                timeout=aiohttp.ClientTimeout(sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS),
            )
        return self._clients[private_addresses]
