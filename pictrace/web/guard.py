"""Stands before every route: by which name was the service called, where does the request come from, who sends it?"""

import ipaddress
import logging
import time
from collections.abc import Set
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pictrace.language import _
from pictrace.web.headers import SECURITY_HEADERS, client_of, host_of, only
from pictrace.web.problems import Problem, problem_answer
from pictrace.web.tokens import Sessions, TokenCheck

_log = logging.getLogger("pictrace.access")

_READING = ("GET", "HEAD")
_OPEN = ("/api/v1/health", "/sign-in", "/sign-out", "/favicon.ico")
_OPEN_BELOW = "/static/"
"""The page's own files say nothing of any picture."""
_SENT_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What a proxy adds."""


class Guard:
    """As plain ASGI, so that answers may stream."""

    def __init__(self, app: ASGIApp, names: Set[str], check: TokenCheck | None, sessions: Sessions) -> None:
        self._app = app
        self._names = names
        self._check = check
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                _note(scope, message["status"], time.monotonic() - began)
            await send(message)

        try:
            refused = await self._refusal(HTTPConnection(scope))
        except Problem as problem:
            refused = problem_answer(problem.status_code, problem.sentence, problem.headers)
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server sends no body to who asked without
        await (refused or self._app)(scope, receive, send_with_headers)

    async def _refusal(self, request: HTTPConnection) -> Response | None:
        """None for a request that may go on. Raises Problem."""
        host = only(request.headers, "host")
        if not self._answers_to(host_of(host), request.scope):
            sentence = _(
                'This service does not answer to the name "{name}". '
                'Its owner can allow it with "pictrace serve --allow-host NAME".'
            )
            raise Problem(HTTPStatus.MISDIRECTED_REQUEST, sentence.format(name=host_of(host)))
        if _comes_from_elsewhere(request.headers, request.scope["method"], host):
            raise Problem(HTTPStatus.FORBIDDEN, _("Another page may not use this service. Open its own page instead."))
        if self._check is None:
            _refuse_strangers(request.headers)
            return None
        return await self._refusal_without_token(request, self._check)

    async def _refusal_without_token(self, request: HTTPConnection, check: TokenCheck) -> Response | None:
        method, path = request.scope["method"], request.scope["path"]
        if path in _OPEN or path.startswith(_OPEN_BELOW):
            return None
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if await check.admits(request, token.strip()):
                return None
            raise _unauthorized(_("This is not the token of this service. Ask its owner for it."))
        if self._sessions.knows(request):
            return None
        if method in _READING and not path.startswith("/api/"):
            return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
        raise _unauthorized(
            _('This service needs its token. Send it as "Authorization: Bearer TOKEN", or sign in at /sign-in.')
        )

    def _answers_to(self, name: str, scope: Scope) -> bool:
        """A page elsewhere can make its own name point here, but then that name is in the request."""
        if name == "localhost" or name in self._names:
            return True
        try:
            number = ipaddress.ip_address(name)
            return number.is_loopback or number == ipaddress.ip_address(scope["server"][0])
        except ValueError:
            return False


def _refuse_strangers(headers: Headers) -> None:
    """Where everybody on this machine is welcome, nobody else may be led in by a proxy that runs on it."""
    if any(name in headers for name in _SENT_ON):
        sentence = _(
            "Requests come here from other machines, through a proxy, so the service needs a token. "
            'Its owner starts it with "pictrace serve --token-file FILE".'
        )
        raise Problem(HTTPStatus.FORBIDDEN, sentence)


def _comes_from_elsewhere(headers: Headers, method: str, host: str) -> bool:
    """Browsers say so of every request to a service like this; other programs say nothing."""
    site = headers.get("sec-fetch-site", "none")
    is_followed_link = method in _READING and headers.get("sec-fetch-mode") == "navigate"
    if site not in ("same-origin", "none") and not is_followed_link:
        return True
    origin = headers.get("origin")
    return method not in _READING and origin is not None and origin.lower().partition("://")[2] != host.lower()


def _unauthorized(sentence: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, sentence, {"WWW-Authenticate": 'Bearer realm="PicTrace"'})


def _note(scope: Scope, status: int, seconds: float) -> None:
    """Without the query, where people put what they should not, and as it was sent: in plain ASCII."""
    path = scope.get("raw_path", b"").partition(b"?")[0].decode("ascii", "backslashreplace")
    _log.info("%s %s %s %d %.0f ms", client_of(scope), scope["method"], path, status, seconds * 1000)
