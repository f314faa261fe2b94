"""The page where a browser shows the token once, and gets a cookie that is none."""

import html
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pictrace.language import _
from pictrace.web.problems import Problem
from pictrace.web.tokens import Sessions, TokenCheck

_PAGE = Path(__file__).parent / "static" / "sign-in.html"
_MESSAGE_PLACE = "<!-- message -->"
_NOT_KEPT = {"Cache-Control": "no-store"}


def sign_in_routes(check: TokenCheck | None, sessions: Sessions) -> APIRouter:
    """Without a token to check, everybody is signed in."""
    routes = APIRouter()

    @routes.get("/sign-in")
    async def ask(request: Request) -> Response:
        if check is None or sessions.knows(request):
            return _see("/")
        return _page("", HTTPStatus.OK)

    @routes.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            token = str(form.get("token", ""))
        try:
            if check is not None and not await check.admits(request, token.strip()):
                return _page(_("This is not the token of this service."), HTTPStatus.UNAUTHORIZED)
        except Problem as problem:
            return _page(problem.sentence, problem.status_code)
        answer = _see("/")
        sessions.begin(request, answer)
        return answer

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        answer = _see("/sign-in")
        sessions.end(request, answer)
        answer.headers["Clear-Site-Data"] = '"cache"'  # pictures, which browsers keep for a day
        return answer

    return routes


def _see(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, _NOT_KEPT)


def _page(message: str, status: int) -> Response:
    page = _PAGE.read_text(encoding="utf-8").replace(_MESSAGE_PLACE, html.escape(message))
    return HTMLResponse(page, status, _NOT_KEPT)
