"""Who may use the service, and under which names it may be called."""

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fastapi import FastAPI

from pictrace.errors import WrongWords
from pictrace.language import _
from pictrace.web.bodies import Bodies, BodyLimits
from pictrace.web.guard import Guard
from pictrace.web.headers import host_of
from pictrace.web.sign_in import sign_in_routes
from pictrace.web.tokens import Sessions, TokenCheck

TOKEN_VARIABLE = "PICTRACE_TOKEN"  # noqa: S105 (the variable's name)
_MOST_TOKEN_BYTES = 4096
_UPLOADS = "/api/v1/search/upload"


@dataclass(frozen=True, slots=True)
class Access:
    token: str | None
    """None where everybody who reaches the service may use it: on this machine alone."""
    was_generated: bool
    names: frozenset[str]
    """Under which it may be called, beside loopback names and the address that was connected to."""

    @classmethod
    def open_for(
        cls, host: str, token_file: Path | None, environ: Mapping[str, str], allow_hosts: Sequence[str] = ()
    ) -> Self:
        """Raises WrongWords where the token cannot be used. Where none is given, one is generated, unless the service
        can be reached from this machine alone."""
        names = frozenset({host_of(f"[{host}]" if ":" in host else host), *map(host_of, allow_hosts)}) - {""}
        if token_file is not None:
            return cls(_token_in(token_file), False, names)
        if TOKEN_VARIABLE in environ:
            return cls(_usable(environ[TOKEN_VARIABLE], TOKEN_VARIABLE), False, names)
        if is_loopback(host) and not allow_hosts:
            return cls(None, False, names)
        return cls(secrets.token_urlsafe(24), True, names)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _token_in(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(_MOST_TOKEN_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or _("it is not text")
        sentence = _('The token cannot be read from "{file}" ({reason}).')
        raise WrongWords(sentence.format(file=file, reason=reason)) from error
    return _usable(text, str(file))


def _usable(text: str, source: str) -> str:
    """What a header can carry, so that every program can send it."""
    token = text.strip()
    if not token or not all("!" <= letter <= "~" for letter in token):
        sentence = _(
            'The token in "{source}" cannot be used: it must be one word of Latin letters, digits and signs. '
            "Make one with: openssl rand -hex 24"
        )
        raise WrongWords(sentence.format(source=source))
    return token


def install_access(app: FastAPI, access: Access, max_upload_bytes: int) -> None:
    """Last in create_app: what guards every route, and the routes /sign-in and /sign-out."""
    check = None if access.token is None else TokenCheck(access.token)
    sessions = Sessions()
    app.include_router(sign_in_routes(check, sessions), include_in_schema=False)
    app.add_middleware(Guard, names=access.names, check=check, sessions=sessions)
    # Around the guard too: a request may be refused while its body is still being sent.
    app.add_middleware(Bodies, limits=BodyLimits(_UPLOADS, max_upload_bytes))
