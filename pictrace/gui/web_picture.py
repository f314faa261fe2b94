"""A picture behind an address, fetched because the person gave that address, and only then."""

import http.client
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from pictrace import __version__
from pictrace.errors import MachineRefuses, PictureUnreadable
from pictrace.language import _

_TIMEOUT_SECONDS = 20.0
_PIECE = 1 << 16


def is_address(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in text.strip())


def fetch_picture(address: str, max_bytes: int) -> bytes:
    """Raises PictureUnreadable or MachineRefuses."""
    request = urllib.request.Request(  # noqa: S310 (is_address lets nothing but http and https through)
        address, headers={"User-Agent": f"PicTrace/{__version__}", "Accept": "image/*"}
    )
    data = bytearray()
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            while piece := answer.read(_PIECE):
                data += piece
                if len(data) > max_bytes:
                    raise PictureUnreadable(
                        _("What lies at {address} is larger than {megabytes} MB, which is too much.").format(
                            address=address, megabytes=max_bytes >> 20
                        )
                    )
            if answer.length:
                raise http.client.IncompleteRead(bytes(data), answer.length)
    except urllib.error.HTTPError as error:
        with error:
            raise PictureUnreadable(
                _("There is no picture at {address}: the server answers {status}.").format(
                    address=address, status=error.code
                )
            ) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise MachineRefuses(
            _("{address} cannot be reached ({reason}). Check the address and the network.").format(
                address=address, reason=reason
            )
        ) from error
    return bytes(data)
