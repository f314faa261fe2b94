"""The web application: one engine, asked by many."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.formparsers import MultiPartParser
from starlette.types import Scope

from pictrace import __version__
from pictrace.catalogue import Catalogue
from pictrace.engine_process import EngineProcess
from pictrace.fetching.session import WebSession
from pictrace.settings import Settings
from pictrace.web.access import Access, install_access
from pictrace.web.docs import install_docs
from pictrace.web.problems import install_problems
from pictrace.web.routes import explaining, jobs, overview, pictures, searching
from pictrace.web.service import Service

STATIC = Path(__file__).parent / "static"
_ASK_AGAIN = {"Cache-Control": "no-cache"}
"""Browsers would guess otherwise: a page from yesterday with today's modules, or for somebody who has signed out."""


class _PageFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers.update(_ASK_AGAIN)
        return answer


def create_app(
    engine: EngineProcess,
    archives: Sequence[str],
    settings: Settings,
    access: Access,
    *,
    upload_megabytes: int = 25,
) -> FastAPI:
    """It takes the engine over, and closes it when it ends. The archives are read in the background."""
    upload_bytes = upload_megabytes << 20
    # What people search for is written to no disk, not even to a temporary file.
    MultiPartParser.spool_max_size = upload_bytes

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        catalogue = await asyncio.to_thread(Catalogue, settings.catalogue, __version__)
        async with WebSession() as web:
            service = app.state.service = Service(engine, archives, settings, catalogue, web, upload_bytes)
            reading = asyncio.create_task(service.look_after_the_archives())
            try:
                yield
            finally:
                reading.cancel()
                await service.close()
                catalogue.close()

    app = FastAPI(title="PicTrace", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    api = APIRouter(prefix="/api/v1")
    for routes in (overview, pictures, searching, explaining, jobs):
        api.include_router(routes.router)
    app.include_router(api)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers=_ASK_AGAIN)

    app.mount("/static", _PageFiles(directory=STATIC), name="static")
    install_problems(app)
    install_docs(app)
    install_access(app, access, upload_bytes)
    return app
