"""The page /docs, from files that are installed with PicTrace, and what /openapi.json says of every answer."""

import importlib.util
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import FileResponse, Response

from pictrace.language import _
from pictrace.web.problems import MEDIA_TYPE, Problem

_PAGE = Path(__file__).parent / "static" / "docs.html"
_SWAGGER_FILES = ("swagger-ui-bundle.js", "swagger-ui.css")
_CACHED = {"Cache-Control": "private, max-age=86400"}

_PROBLEM = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 says it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people: what, why, and what to do."},
    },
}
_TOKEN = {"type": "http", "scheme": "bearer", "description": "The service's token, where it has one."}

_ABOUT = (
    "Which pictures of the served archives look like this one, how much, and why. "
    "What goes wrong is told as problem details (RFC 9457), with a sentence for people."
)

_ALWAYS = {
    400: "The request cannot be understood.",
    401: "The token is missing or wrong.",
    403: "A page elsewhere may not use this service.",
    421: "The service does not answer to this name.",
    429: "Too many wrong tokens.",
    503: "Not possible just now.",
}
_WITH_VALUES = {
    404: "There is nothing of this name.",
    422: "A value cannot be used.",
}
_WITH_BODY = {
    408: "The body arrived too slowly.",
    413: "The body is too large.",
}


def install_docs(app: FastAPI) -> None:
    """After the routes. The application was made with docs_url=None, redoc_url=None."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
    app.get("/docs", include_in_schema=False)(_page)
    app.get("/docs/{name}", include_in_schema=False)(_swagger_file)


async def _page() -> Response:
    return FileResponse(_PAGE, headers={"Cache-Control": "no-cache"})


async def _swagger_file(name: str) -> Response:
    package = importlib.util.find_spec("fastapi_swagger")
    if name not in _SWAGGER_FILES or package is None or package.origin is None:
        raise Problem(HTTPStatus.NOT_FOUND, _("There is nothing at this address; /docs says what there is."))
    return FileResponse(Path(package.origin).parent / "resources" / name, headers=_CACHED)


def _described(app: FastAPI) -> dict[str, Any]:
    description = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
    for operations in description["paths"].values():
        for operation in operations.values():
            _describe_problems(operation)
    components = description.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {"token": _TOKEN}
    # Either is enough: on its owner's machine the service may have no token.
    description["security"] = [{"token": []}, {}]
    return description


def _describe_problems(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    known = dict(_ALWAYS)
    if "parameters" in operation or "requestBody" in operation:
        known |= _WITH_VALUES
    if "requestBody" in operation:
        known |= _WITH_BODY
    for status, words in known.items():
        answers.setdefault(str(status), {"description": words})
    for status, answer in answers.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["responses"] = dict(sorted(answers.items()))
