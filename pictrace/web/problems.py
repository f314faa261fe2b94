"""What went wrong, as RFC 9457 problem details whose `detail` is the sentence that the command line would say."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pictrace.errors import (
    Interrupted,
    MachineRefuses,
    ModelUnavailable,
    PictureUnreadable,
    PicTraceError,
    Unreadable,
    WrongWords,
)
from pictrace.language import _

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger("pictrace.web")

_STATUSES: dict[type[PicTraceError], HTTPStatus] = {
    WrongWords: HTTPStatus.UNPROCESSABLE_ENTITY,
    PictureUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unreadable: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    MachineRefuses: HTTPStatus.SERVICE_UNAVAILABLE,
    Interrupted: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class counts."""


class Problem(HTTPException):
    """Raised by a route, to end as this answer."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, sentence, dict(headers or {}))


def problem_of(error: PicTraceError) -> Problem:
    """A failure of the engine. What an address does not give is 502: `Problem(502, error.message)`."""
    status = next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)
    return Problem(status, error.message)


def problem_answer(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return Response(json.dumps(body), status, {**(headers or {}), "Cache-Control": "no-store"}, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Every failure of a route, foreseen or not, becomes a problem."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(PicTraceError, _failed)
    app.add_exception_handler(Exception, _broken)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = error.detail
    if not isinstance(error, Problem):
        sentence = _SENTENCES.get(error.status_code, lambda: error.detail)()
    return problem_answer(error.status_code, sentence, error.headers)


_SENTENCES = {
    404: lambda: _("There is nothing at this address. The page /docs says what there is."),
    405: lambda: _("This address does not know that method. The page /docs says which it knows."),
}


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    sentences = [_sentence(fault) for fault in error.errors()]
    return problem_answer(422, " ".join(dict.fromkeys(sentences)))


def _sentence(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "json_invalid":
        return _("The body is not valid JSON.")
    where = ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0])
    return _('"{field}": {complaint}.').format(field=where, complaint=fault["msg"])


def _failed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PicTraceError)
    return _refused(_request, problem_of(error))


def _broken(_request: Request, error: Exception) -> Response:
    _log.error("a request failed", exc_info=error)
    return problem_answer(500, _("The service made a mistake. Its owner finds the details in its log."))
