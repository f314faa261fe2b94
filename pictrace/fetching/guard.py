"""Keeps people's fetches out of inside networks: checked where a connection is made, so nothing gets around it."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

LookUp = Callable[[str, int], Sequence[str]]
"""A host's name and a port → IP addresses. May take its time; raises OSError."""

_ORDINARY_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL_IPV4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_SPECIAL_IPV6 = (IPv6Network("2001::/23"), IPv6Network("3fff::/20"))
"""Not for everybody, whatever Python's own table, which changes from version to version, says of them."""


class ForbiddenAddress(OSError):
    """The host lies inside."""

    def __init__(self, host: str, ip: str) -> None:
        super().__init__(errno.EACCES, f"{host} is {ip}")


def is_public(ip: str) -> bool:
    """Whether the whole internet reaches it. An IPv6 address that stands for an IPv4 address is judged as that one."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        return _is_public_ipv6(address)
    special = address.is_multicast or any(address in network for network in _SPECIAL_IPV4)
    return address.is_global and not special


def _is_public_ipv6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(str(address.ipv4_mapped))
    if address in _NAT64:
        return is_public(str(IPv4Address(int(address) & 0xFFFFFFFF)))
    if address.sixtofour is not None:
        return is_public(str(address.sixtofour))
    special = address not in _ORDINARY_IPV6 or any(address in network for network in _SPECIAL_IPV6)
    return address.is_global and not special


def is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def look_up_by_system(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(address[0]) for _family, _type, _proto, _name, address in found]


class CheckedResolver(AbstractResolver):
    """Only what was looked up here, once, is connected to."""

    def __init__(self, look_up: LookUp, *, private_addresses: bool) -> None:
        self._look_up = look_up
        self._private_addresses = private_addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        found = await _in_a_thread(lambda: self._look_up(host, port))
        if not self._private_addresses:
            for ip in found:
                # One that lies inside is enough: honest names do not mix the two.
                if not is_public(ip):
                    raise ForbiddenAddress(host, ip)
        return [
            ResolveResult(
                hostname=host,
                host=ip,
                port=port,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for ip in dict.fromkeys(found)
        ]

    async def close(self) -> None:
        pass


def socket_to_public(where: AddrInfoType) -> socket.socket:
    """The last look, at what is really connected to: an address may also have been written as numbers."""
    family, kind, protocol, _name, address = where
    if not is_public(str(address[0])):
        raise ForbiddenAddress(str(address[0]), str(address[0]))
    return socket.socket(family, kind, protocol)


async def _in_a_thread(work: Callable[[], Sequence[str]]) -> Sequence[str]:
    """One that nobody has to wait for: looking up a name can take half a minute and cannot be stopped."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(found: Sequence[str] | None, error: OSError | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or ())

    def look() -> None:
        found, problem = None, None
        try:
            found = work()
        except OSError as error:
            problem = error
        except UnicodeError as error:
            problem = OSError(errno.EINVAL, str(error))
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found, problem)

    threading.Thread(target=look, name="look up", daemon=True).start()
    return await answer
