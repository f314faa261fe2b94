"""Web addresses as text."""

from urllib.parse import SplitResult, urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}
_LONGEST_SHOWN = 200


def is_address(text: str) -> bool:
    """An absolute http or https address, as far as its form tells."""
    return _parts(text.strip()) is not None


def normal_form(address: str) -> str:
    """Equal for two ways to write one address; what stands behind "#" never reaches a server."""
    address = address.strip()
    parts = _parts(address)
    if parts is None:
        return address
    login, at, _host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=login + at + host_of(address), path=parts.path or "/", fragment=""))


def host_of(address: str) -> str:
    """With the port, unless it is the usual one; empty where it is no address."""
    parts = _parts(address.strip())
    if parts is None or parts.hostname is None:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return host if parts.port in (None, _PORTS[parts.scheme]) else f"{host}:{parts.port}"


def without_login(address: str) -> str:
    """As others may see it."""
    parts = _parts(address.strip())
    if parts is None or "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def shown(address: str) -> str:
    """As a sentence may say it: without a password, and not endless."""
    address = without_login(address)
    return address if len(address) <= _LONGEST_SHOWN else address[: _LONGEST_SHOWN - 1] + "…"


def _parts(text: str) -> SplitResult | None:
    if any(letter.isspace() or letter < " " for letter in text):
        return None
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname else None
