"""The verb `explain`: why two pictures are as alike as they are."""

import io
from collections.abc import Generator
from dataclasses import replace

from pictrace.asked import read_query
from pictrace.closer_look import (
    Evidence,
    Knots,
    by_points,
    compare,
    fused,
    label_of,
    look,
    reason_of,
    share_of,
    whole_structure,
)
from pictrace.embedders import Embedder
from pictrace.events import Event
from pictrace.fetching import FetchLimits
from pictrace.poses import poses_of
from pictrace.questions import Distrust, Explanation, Query, Region
from pictrace.telling import told


def explain(
    limits: FetchLimits,
    embedder: Embedder,
    knots: Knots,
    one: tuple[Query, Region | None],
    other: Query,
    distrust: Distrust,
    *,
    draw: bool,
    overlay: bool,
) -> Generator[Event, None, Explanation]:
    first = yield from read_query(*one, limits, distrust)
    second = yield from read_query(other, None, limits, distrust)
    poses = poses_of(first.pixels, embedder, turned=True)
    cosine = float(poses.best(poses.vectors @ embedder.embed([second.pixels]).T)[0])
    mine, theirs = look(first.pixels), look(second.pixels)
    evidence = compare(mine, theirs)
    same = first.digest == second.digest
    structure = whole_structure(mine, theirs)
    explanation = _explanation(cosine, share_of(cosine, knots), structure, evidence, same)
    if not draw and not overlay:
        return explanation
    # scikit-image takes a while to import, and nothing else needs it.
    from pictrace.explaining import overlay_of, picture_that_explains

    if overlay:
        explanation = replace(explanation, overlay=overlay_of(mine, theirs))
    if draw:
        sheet = io.BytesIO()
        picture_that_explains(first.pixels, second.pixels, told(explanation)).save(sheet, "PNG")
        explanation = replace(explanation, drawing=sheet.getvalue())
    return explanation


def _explanation(cosine: float, share: float, structure: float, evidence: Evidence, same: bool) -> Explanation:
    return Explanation(
        score=1.0 if same else fused(share, evidence),
        label=label_of(evidence, same),
        reason=reason_of(share, evidence, same),
        same_content=same,
        cosine=cosine,
        share=share,
        structure=structure,
        aligned_structure=None if evidence.aligned is None else evidence.aligned.similarity,
        keypoints=by_points(evidence),
        points_agreeing=evidence.points,
        points_found=(evidence.query_points, evidence.other_points),
        mirrored=evidence.mirrored,
        turned_degrees=evidence.turned_degrees,
        scale=evidence.scale,
        overlap=(evidence.query_overlap, evidence.other_overlap),
        drawing=None,
        overlay=None,
    )
