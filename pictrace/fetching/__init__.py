"""What lies behind web addresses, fetched because a person gave them, and only then.

Importing this is cheap; aiohttp is loaded with the first fetch.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pictrace.fetching.addresses import is_address

if TYPE_CHECKING:
    from pictrace.fetching.session import WebSession

__all__ = ["FetchLimits", "Fetched", "fetch", "fetch_picture", "is_address"]


@dataclass(frozen=True, slots=True)
class FetchLimits:
    max_bytes: int
    """Of what is sent, and of what it is unpacked to."""
    seconds: float = 20.0
    """For everything: looking up the name, redirects, further attempts, and the last byte."""
    redirects: int = 5
    private_addresses: bool = True
    """Whether addresses that only this machine or its own network can reach may be asked."""


@dataclass(frozen=True, slots=True)
class Fetched:
    address: str
    """As asked for; redirects do not show."""
    data: bytes
    content_type: str
    """Without parameters, in small letters; empty where the server says none."""
    validator: str
    """What of ETag or Last-Modified makes a later request conditional; empty where there is neither."""


async def fetch(address: str, limits: FetchLimits, *, session: "WebSession") -> Fetched:
    """The picture that lies there: what is plainly a web page is refused, what else is no picture only decoding tells.

    Raises PictureUnreadable where there is no picture or it may not be asked for, MachineRefuses where the server or
    the network cannot be reached.
    """
    from pictrace.fetching.asking import picture_at

    return await picture_at(address, limits, session)


def fetch_picture(address: str, limits: FetchLimits) -> bytes:
    """As fetch, but waits for it; leaves no thread behind. Not to be called where an event loop runs."""
    import asyncio

    from pictrace.fetching.session import WebSession

    async def fetched() -> bytes:
        async with WebSession() as session:
            return (await fetch(address, limits, session=session)).data

    return asyncio.run(fetched())
