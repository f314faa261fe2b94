"""What every answer tells a browser not to do, and what a request's headers say."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import Scope

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With "no-referrer" browsers would send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def host_of(authority: str) -> str:
    """The name or number in "name:port", in lower case, an IPv6 number without its brackets; "" if there is none."""
    name, _bracket, rest = authority.strip().lower().rpartition("]")
    if name.startswith("["):
        return name[1:] if not rest or rest.startswith(":") else ""
    return authority.strip().lower().partition(":")[0].removesuffix(".")


def only(headers: Headers, name: str) -> str:
    """Its value; "" where it is missing or there are several."""
    values = headers.getlist(name)
    return values[0] if len(values) == 1 else ""


def client_of(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""
