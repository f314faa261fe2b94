"""Pictures by their SHA-256."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Response

from pictrace.web.content_types import content_type
from pictrace.web.routes.parameters import Sha256, digest_of
from pictrace.web.service import TheService

router = APIRouter(prefix="/pictures/{sha256}", tags=["pictures"])

Answers = dict[int | str, dict[str, Any]]

_KEEP = "private, max-age=86400, immutable"
IfNoneMatch = Annotated[str | None, Header(description="ETags of what is at hand already.")]
Side = Annotated[int, Query(ge=16, le=4096, description="The longest side at most, in pixels.")]

_AT_HAND = {"description": "It is at hand."}
_PICTURE: Answers = {200: {"content": {"image/*": {}}, "description": "The picture."}, 304: _AT_HAND}
_JPEG: Answers = {200: {"content": {"image/jpeg": {}}, "description": "A JPEG."}, 304: _AT_HAND}


@router.get("", response_class=Response, responses=_PICTURE)
async def original(service: TheService, sha256: Sha256, if_none_match: IfNoneMatch = None) -> Response:
    """The very bytes of the file."""
    digest = digest_of(sha256)
    name = await service.pictures.check(digest)
    headers = _headers(sha256)
    if _is_at_hand(headers, if_none_match):
        return Response(status_code=304, headers=headers)
    found = await service.pictures.original(digest)
    plain = quote(name.rpartition("/")[2].encode("utf-8", "replace"))
    headers["Content-Disposition"] = f"inline; filename*=UTF-8''{plain}"
    return Response(found.data, headers=headers, media_type=content_type(found.data))


@router.get("/thumbnail", response_class=Response, responses=_JPEG)
async def thumbnail(service: TheService, sha256: Sha256, if_none_match: IfNoneMatch = None) -> Response:
    """At most 384 pixels wide and high, upright."""
    digest = digest_of(sha256)
    await service.pictures.check(digest)
    headers = _headers(f"{sha256}-thumbnail")
    if _is_at_hand(headers, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(await service.pictures.thumbnail(digest), headers=headers, media_type="image/jpeg")


@router.get("/preview", response_class=Response, responses=_JPEG)
async def preview(
    service: TheService, sha256: Sha256, side: Side = 1600, if_none_match: IfNoneMatch = None
) -> Response:
    """Upright and large enough to look at closely, of every format."""
    digest = digest_of(sha256)
    await service.pictures.check(digest)
    headers = _headers(f"{sha256}-{side}")
    if _is_at_hand(headers, if_none_match):
        return Response(status_code=304, headers=headers)
    found = await service.pictures.preview(digest, side)
    return Response(found.jpeg, headers=headers, media_type="image/jpeg")


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": f'"{tag}"', "Cache-Control": _KEEP}


def _is_at_hand(headers: dict[str, str], if_none_match: str | None) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return headers["ETag"] in tags or "*" in tags
