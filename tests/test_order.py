"""The closer look never spoils the order that the fingerprints give, set by set."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from pictrace.embedders.builtin import Builtin, open_builtin
from pictrace.evidence import compare, look
from pictrace.likeness import fused, share_of
from pictrace.picture import Pixels
from pictrace.training.generated import picture

GROUPS, EACH = 7, 3

Random = np.random.Generator


@pytest.fixture(scope="module")
def builtin() -> Iterator[Builtin]:
    embedder = open_builtin()
    yield embedder
    embedder.close()


def _scene(group: int, random: Random) -> Pixels:
    """The same place from elsewhere: what is nearer has moved further."""
    pixels = picture(400 + group, 300)
    depth = cv2.resize(random.normal(0, 6, (5, 5)).astype(np.float32), (300, 300), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:300, :300].astype(np.float32)
    x, y = x * random.uniform(0.8, 1) + random.uniform(0, 50) + depth, y * random.uniform(0.85, 1) + depth / 3
    seen = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(np.clip(seen * random.uniform(0.8, 1.1), 0, 255), np.uint8)


def _product(group: int, random: Random) -> Pixels:
    """The same package in front of something else each time."""
    ground, package = picture(int(random.integers(10**6)), 300), picture(500 + group, 140)
    angle, scale = random.uniform(-15, 15), random.uniform(0.8, 1.2)
    place = cv2.getRotationMatrix2D((70, 70), angle, scale)
    place += np.array([[0, 0, random.uniform(40, 120)], [0, 0, random.uniform(40, 120)]])
    inside = cv2.warpAffine(np.full((140, 140), 255, np.uint8), place, (300, 300)) > 128
    ground[inside] = cv2.warpAffine(package, place, (300, 300))[inside]
    return ground


def _edit(group: int, random: Random) -> Pixels:
    pixels = picture(600 + group, 300)
    top, left = random.integers(0, 60, 2)
    pixels = np.rot90(pixels[top : top + 230, left : left + 230], int(random.integers(4)))
    return np.asarray(np.clip(pixels * random.uniform(0.6, 1.3), 0, 255), np.uint8)


def _mean_average_precision(scores: np.ndarray, groups: np.ndarray) -> float:
    found = []
    for query in range(len(groups)):
        order = np.argsort(-scores[query], kind="stable")
        hits = groups[order[order != query]] == groups[query]
        places = np.flatnonzero(hits) + 1
        found.append((np.arange(1, len(places) + 1) / places).mean())
    return float(np.mean(found))


@pytest.mark.slow
@pytest.mark.parametrize("make", [_scene, _product, _edit])
def test_the_final_order_is_not_worse_than_the_cosines(builtin: Builtin, make: Callable[[int, Random], Pixels]) -> None:
    random = np.random.default_rng(7)
    groups = np.repeat(np.arange(GROUPS), EACH)
    pictures = [make(int(group), random) for group in groups]
    vectors = builtin.embed(pictures)
    cosines = vectors @ vectors.T
    looks = [look(pixels) for pixels in pictures]
    scores = np.array(
        [
            [fused(share_of(float(cosines[i, j]), builtin.knots), compare(one, other)) for j, other in enumerate(looks)]
            for i, one in enumerate(looks)
        ]
    )
    assert _mean_average_precision(scores, groups) >= _mean_average_precision(cosines, groups)
