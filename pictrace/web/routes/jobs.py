"""Long works: indexing, and the search for duplicates."""

from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from pictrace.questions import DuplicateGroup, GroupMember, PictureFacts
from pictrace.web.answers import (
    GroupAnswer,
    GroupMemberAnswer,
    GroupPage,
    JobAnswer,
    JobKind,
    Jobs,
    PictureAnswer,
    answer,
    as_json,
)
from pictrace.web.routes.parameters import Count, Start
from pictrace.web.service import Service, TheService
from pictrace.web.works import Work

router = APIRouter(prefix="/jobs", tags=["jobs"])


_ENDED: dict[int | str, dict[str, Any]] = {409: {"description": "The job has ended already."}}


class JobAsked(BaseModel):
    kind: JobKind
    similar: Annotated[bool, Field(description="Of duplicates: also other photographs of the same scene.")] = False


def _work(service: TheService, job: Annotated[str, Path(max_length=20, description="The job's id.")]) -> Work:
    return service.works.find(job)


TheWork = Annotated[Work, Depends(_work)]


@router.get("", response_model=Jobs)
async def jobs(service: TheService) -> Response:
    """The latest, newest first."""
    return answer(Jobs([work.answer() for work in service.works.all()]))


@router.post("", response_model=JobAnswer, status_code=202)
async def start(service: TheService, asked: JobAsked) -> Response:
    """The job, or the one that does just that already. What is known is not read again."""
    work = service.works.start(asked.kind, similar=asked.similar and asked.kind is JobKind.DUPLICATES)
    return answer(work.answer(), 202, {"Location": f"/api/v1/jobs/{work.id}"})


@router.get("/{job}", response_model=JobAnswer)
async def one(work: TheWork) -> Response:
    """How far it is."""
    return answer(work.answer())


@router.post("/{job}/pause", response_model=JobAnswer, responses=_ENDED)
async def pause(work: TheWork) -> Response:
    """It goes on when it is resumed."""
    work.pause()
    return answer(work.answer())


@router.post("/{job}/resume", response_model=JobAnswer, responses=_ENDED)
async def resume(work: TheWork) -> Response:
    """It goes on."""
    work.resume()
    return answer(work.answer())


@router.post("/{job}/cancel", response_model=JobAnswer, responses=_ENDED)
async def cancel(work: TheWork) -> Response:
    """It ends soon; what it did is kept."""
    work.cancel()
    return answer(work.answer())


@router.get("/{job}/events", response_class=EventSourceResponse)
async def events(work: TheWork) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events "job", each with the job as it is, until it has ended."""
    async for state in work.changes():
        yield ServerSentEvent(event="job", raw_data=as_json(state))


@router.get("/{job}/groups", response_model=GroupPage)
async def groups(service: TheService, work: TheWork, start: Start = 0, count: Count = 50) -> Response:
    """Files that show the same photograph. Of each group the first is the one to keep."""
    page = work.groups[start : start + count]
    service.pictures.remember((member.picture, member.digest) for group in page for member in group.members)
    return answer(GroupPage(len(work.groups), [_group(service, group) for group in page]))


def _group(service: Service, group: DuplicateGroup) -> GroupAnswer:
    return GroupAnswer(group.kind.value, [_member(service, member) for member in group.members])


def _member(service: Service, member: GroupMember) -> GroupMemberAnswer:
    facts = PictureFacts(member.width, member.height, "", member.damaged)
    shown = service.picture_answer(member.picture, member.digest, facts)
    known = {field.name: getattr(shown, field.name) for field in fields(PictureAnswer)}
    return GroupMemberAnswer(**known, score=round(member.score, 6))
