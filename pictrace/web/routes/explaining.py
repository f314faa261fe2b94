"""Why two pictures are as alike as they are."""

import base64

from fastapi import APIRouter, Response

from pictrace.questions import Explanation, Overlay
from pictrace.web.answers import ExplanationAnswer, OverlayAnswer, answer
from pictrace.web.routes.parameters import RegionText, Sha256Asked, digest_of, region_of
from pictrace.web.service import Service, TheService
from pictrace.worker import Verb

router = APIRouter(prefix="/explain", tags=["explain"])


@router.get("", response_model=ExplanationAnswer)
async def explain(service: TheService, one: Sha256Asked, other: Sha256Asked, region: RegionText = None) -> Response:
    """Every number that the score of a pair is made of, and how they lie over one another."""
    found = await _explanation(service, one, other, region, overlay=True)
    return answer(
        ExplanationAnswer(
            score=found.score,
            label=found.label.value,
            label_words=found.label.words,
            reason=found.reason,
            same_content=found.same_content,
            cosine=found.cosine,
            share=found.share,
            structure=found.structure,
            aligned_structure=found.aligned_structure,
            keypoints=found.keypoints,
            points_agreeing=found.points_agreeing,
            points_found=found.points_found,
            mirrored=found.mirrored,
            turned_degrees=found.turned_degrees,
            scale=found.scale,
            overlap=found.overlap,
            overlay=None if found.overlay is None else _overlay(found.overlay),
        )
    )


@router.get("/drawing", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def drawing(service: TheService, one: Sha256Asked, other: Sha256Asked, region: RegionText = None) -> Response:
    """Both pictures, their agreeing points, and what differs."""
    found = await _explanation(service, one, other, region, draw=True)
    return Response(found.drawing, headers={"Cache-Control": "no-store"}, media_type="image/png")


async def _explanation(service: Service, one: str, other: str, region: str | None, **wanted: bool) -> Explanation:
    part = region_of(region)
    pair = [(await service.pictures.original(digest_of(sha256))).query for sha256 in (one, other)]
    found: Explanation = await service.asking.result(Verb.EXPLAIN, one=pair[0], other=pair[1], region=part, **wanted)
    return found


def _overlay(overlay: Overlay) -> OverlayAnswer:
    return OverlayAnswer(
        points=list(overlay.points),
        affine=None if overlay.affine is None else list(overlay.affine),
        differences=base64.b64encode(overlay.differences).decode(),
        over_other=overlay.over_other,
    )
