"""Search by an uploaded picture, by an address or by a picture that is known."""

from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, Field, model_validator

from pictrace.errors import MachineRefuses
from pictrace.fetching import fetch
from pictrace.language import _
from pictrace.picture import Match
from pictrace.questions import PictureFacts, SearchOptions
from pictrace.web.answers import FoundAnswer, MatchAnswer, QueryAnswer, answer
from pictrace.web.leaving import while_connected
from pictrace.web.pictures import Original
from pictrace.web.problems import Problem
from pictrace.web.routes.parameters import RegionAsked, digest_of, region_of
from pictrace.web.service import Service, TheService, address_of

router = APIRouter(prefix="/search", tags=["search"])

Top = Annotated[int, Field(ge=1, le=1000, description="How many matches at most.")]
MinScore = Annotated[float, Field(ge=0, le=1, description="Leave out what is less alike.")]
Mirrored = Annotated[bool, Field(description="Try the query mirrored and turned by quarters too.")]


class SearchAsked(BaseModel):
    """Either an address or the SHA-256 of a picture in the archives, or of a recent query."""

    url: Annotated[str | None, Field(max_length=4096)] = None
    sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None
    top: Top = 60
    min_score: MinScore = 0.0
    region: RegionAsked | None = None
    mirrored: Mirrored = True

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.url is None) == (self.sha256 is None):
            raise ValueError(_("give either url or sha256"))
        return self


@router.post("", response_model=FoundAnswer, responses={502: {"description": "The address does not answer."}})
async def search(request: Request, service: TheService, asked: SearchAsked) -> Response:
    """The pictures that look most like a known one, or like one in the web."""
    region = None if asked.region is None else asked.region.region
    options = SearchOptions(asked.top, asked.min_score, region, asked.mirrored)
    if asked.sha256 is not None:
        query = await service.pictures.original(digest_of(asked.sha256))
    else:
        query = await while_connected(request, _fetched(service, asked.url or ""))
    return await while_connected(request, _answered(service, query, options))


@router.post("/upload", response_model=FoundAnswer)
async def upload(
    request: Request,
    service: TheService,
    file: Annotated[UploadFile, File(description="The picture to search for.")],
    top: Annotated[int, Form(ge=1, le=1000)] = 60,
    min_score: Annotated[float, Form(ge=0, le=1)] = 0.0,
    region: Annotated[str | None, Form(description="x,y,width,height in pixels of the upright query.")] = None,
    mirrored: Annotated[bool, Form()] = True,
) -> Response:
    """The pictures that look most like an uploaded one."""
    options = SearchOptions(top, min_score, region_of(region), mirrored)
    query = Original(file.filename or _("picture"), await file.read())
    return await while_connected(request, _answered(service, query, options))


async def _fetched(service: Service, address: str) -> Original:
    try:
        fetched = await fetch(address, service.query_limits, session=service.web)
    except MachineRefuses as error:
        raise Problem(502, error.message) from error
    name = unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2]
    return Original(name or address, fetched.data)


async def _answered(service: Service, asked: Original, options: SearchOptions) -> Response:
    found = await service.searches.answer(asked.query, options)
    digest = await service.pictures.remember_query(asked)
    matches = found.matches
    service.pictures.remember((match.picture, match.digest) for match in matches)
    facts = await service.pictures.facts([match.digest for match in matches])
    about = QueryAnswer(digest.hex(), asked.name, found.width, found.height)
    shown = [_match(service, match, facts.get(match.digest)) for match in matches]
    return answer(FoundAnswer(about, found.searched, found.seconds, shown))


def _match(service: Service, match: Match, facts: PictureFacts | None) -> MatchAnswer:
    picture = match.picture
    return MatchAnswer(
        rank=match.rank,
        sha256=match.digest.hex(),
        archive=service.labels.of(picture.archive),
        name=picture.name,
        address=address_of(picture),
        score=round(match.score, 6),
        cosine=round(match.cosine, 6),
        structure=None if match.structure is None else round(match.structure, 6),
        keypoints=None if match.keypoints is None else round(match.keypoints, 6),
        label=match.label.value,
        label_words=match.label.words,
        reason=match.reason,
        width=facts.width if facts else 0,
        height=facts.height if facts else 0,
        bytes=picture.size_bytes,
    )
