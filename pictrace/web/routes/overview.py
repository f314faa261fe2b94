"""How the service is, and what it holds."""

from fastapi import APIRouter, Response

from pictrace import __version__
from pictrace.questions import PicturePage
from pictrace.web.answers import (
    Health,
    PicturePageAnswer,
    SkippedFile,
    SkippedPage,
    Statistics,
    answer,
)
from pictrace.web.routes.parameters import Count, Start
from pictrace.web.service import TheService
from pictrace.worker import Verb

router = APIRouter(tags=["overview"])


@router.get("/health", response_model=Health)
async def health() -> Response:
    """The service is there. Needs no token."""
    return answer(Health("ok", __version__))


@router.get("/statistics", response_model=Statistics)
async def statistics(service: TheService) -> Response:
    """What was found in the archives, and how much of it is ready."""
    page: PicturePage = await service.asking.result(Verb.PICTURES, archives=service.archives, start=0, count=0)
    index = service.works.index
    counts = index.counts(page.total)
    return answer(
        Statistics(
            archives=service.labels.all(),
            pictures=counts.found,
            ready=page.total,
            reused=counts.reused,
            indexed=counts.indexed,
            skipped=counts.skipped,
            others=counts.others,
            cached_share=round(counts.reused / counts.found, 4) if counts.found else 0.0,
            embedder=page.embedder,
            notices=index.notices,
            indexing=index.answer() if index.is_under_way else None,
        )
    )


@router.get("/skipped", response_model=SkippedPage)
async def skipped(service: TheService, start: Start = 0, count: Count = 100) -> Response:
    """What could not be read, and why."""
    all_of_them = service.works.index.skipped
    items = [
        SkippedFile(service.labels.of(one.archive), one.name, service.labels.hide_paths(one.reason))
        for one in all_of_them[start : start + count]
    ]
    return answer(SkippedPage(len(all_of_them), items))


@router.get("/pictures", response_model=PicturePageAnswer)
async def pictures(service: TheService, start: Start = 0, count: Count = 60) -> Response:
    """A page of the pictures that are ready, by archive and name."""
    page: PicturePage = await service.asking.result(Verb.PICTURES, archives=service.archives, start=start, count=count)
    service.pictures.remember((one.picture, one.digest) for one in page.items)
    items = [service.picture_answer(one.picture, one.digest, one.facts) for one in page.items]
    return answer(PicturePageAnswer(page.total, items))
