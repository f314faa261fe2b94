"""What went wrong, as RFC 9457 problem details whose `detail` is the sentence that the command line would say."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as Refusal
from starlette.responses import Response

from pictrace.errors import (
    Interrupted,
    MachineRefuses,
    ModelUnavailable,
    PicTraceError,
    PictureUnreadable,
    Unreadable,
    WrongWords,
)
from pictrace.language import _
from pictrace.web.headers import SECURITY_HEADERS

MEDIA_TYPE = "application/problem+json"

_STATUSES: dict[type, HTTPStatus] = {
    WrongWords: HTTPStatus.UNPROCESSABLE_ENTITY,
    PictureUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unreadable: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    MachineRefuses: HTTPStatus.SERVICE_UNAVAILABLE,
    Interrupted: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class counts."""


class Problem(HTTPException):
    """Raised by a route, or while it reads the body, to end as this answer."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, sentence, dict(headers or {}))
        self.sentence = sentence


def problem_of(error: PicTraceError) -> Problem:
    """A failure of the engine."""
    status = next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)
    return Problem(status, error.message)


def problem_body(status: int, sentence: str) -> bytes:
    facts = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return json.dumps(facts).encode()


def problem_answer(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        problem_body(status, sentence), status, {**(headers or {}), "Cache-Control": "no-store"}, MEDIA_TYPE
    )


def install_problems(app: FastAPI) -> None:
    """Every failure of a route, foreseen or not, becomes a problem."""
    app.exception_handler(Refusal)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(PicTraceError)(_failed)
    app.exception_handler(Exception)(_broken)


async def _refused(_request: Request, error: Refusal) -> Response:
    if isinstance(error, Problem):
        return problem_answer(error.status_code, error.sentence, error.headers)
    if error.status_code == HTTPStatus.NOT_FOUND:
        sentence = _("There is nothing at this address; /docs says what there is.")
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        sentence = _("This address does not know that method; /docs says which it knows.")
    else:
        sentence = _("The body cannot be read ({reason}). Send what /docs describes.").format(reason=error.detail)
    return problem_answer(error.status_code, sentence, error.headers)


async def _invalid(_request: Request, error: RequestValidationError) -> Response:
    sentences = dict.fromkeys(_sentence(fault) for fault in error.errors())
    return problem_answer(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join(sentences))


def _sentence(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "json_invalid":
        return _("The body is not valid JSON. Send what /docs describes.")
    _place, *path = (str(part) for part in fault["loc"])
    complaint = fault["msg"].removeprefix("Value error, ")
    if not path:
        return _("What was sent cannot be used: {complaint}.").format(complaint=complaint)
    sentence = _('What was sent as "{field}" cannot be used: {complaint}.')
    return sentence.format(field=".".join(path), complaint=complaint)


async def _failed(request: Request, error: PicTraceError) -> Response:
    return await _refused(request, problem_of(error))


async def _broken(_request: Request, _error: Exception) -> Response:
    """The log tells the error in full. This answer alone passes by the guard, which else adds the headers."""
    sentence = _("The service made a mistake. Its owner finds the details in its log.")
    return problem_answer(HTTPStatus.INTERNAL_SERVER_ERROR, sentence, SECURITY_HEADERS)
