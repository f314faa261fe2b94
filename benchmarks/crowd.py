"""Folders of many thousand pictures that are known already, made in a fraction of the time that it takes to index them.

Of every ten, one is drawn and embedded; one is a smaller copy of it; the others have vectors not far from its own but
show other things: what a cosine alone takes for alike, as happens among photographs. The files themselves are empty of
pictures: who opens one has not remembered it."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from pictrace.archives import open_archive
from pictrace.catalogue import Catalogue, HashedFile
from pictrace.decode import thumbnail_of, thumbnail_pixels
from pictrace.embedders import Embedder
from pictrace.fingerprints import Fingerprints
from pictrace.picture import Digest, Picture, PictureRef, Pixels, Vector
from pictrace.poses import quarter_turned
from pictrace.settings import Settings
from pictrace.training.generated import picture

LETTERS = "abcdefghij"
FAMILY = len(LETTERS)
ORIGINAL, COPY = "a/", "b/"
_SIDE = 256
_NEAR, _FAR = 0.25, 1.2
"""Length of the random vector that is added to one of length 1: cosines of .97, and of about .4 among look-alikes."""


def make_crowd(folder: Path, settings: Settings, embedder: Embedder, families: int, first: int = 0) -> None:
    """At least nine. Drawn are pictures number `first` to `first + families - 1`."""
    with ThreadPoolExecutor() as pool:
        thumbnails = list(pool.map(lambda number: thumbnail_of(drawn(first + number)), range(families)))
    catalogue = Catalogue(settings.catalogue, "benchmark")
    names = [embedder.name, f"{embedder.name}-turned"]
    upright, turned = (Fingerprints(settings.fingerprints(name), name, embedder.dimensions) for name in names)
    for family, files in enumerate(_files(folder, families)):
        others = [thumbnails[(family + step) % families] for step in range(1, FAMILY - 1)]
        shown = [thumbnails[family], _smaller(thumbnails[family]), *others]
        digests = [Digest(sha256(f"{first + family}/{file.name}".encode()).digest()) for file in files]
        catalogue.remember(
            files=[HashedFile(file, digest, 0) for file, digest in zip(files, digests, strict=True)],
            pictures=[(one, Picture(jpeg, 800, 800, "JPEG", False)) for one, jpeg in zip(digests, shown, strict=True)],
            unreadable=[],
        )
        pixels = thumbnail_pixels(thumbnails[family])
        vectors = embedder.embed([pixels, quarter_turned(pixels)])
        for fingerprints, vector in zip((upright, turned), vectors, strict=True):
            fingerprints.append(digests, _around(vector, first + family))
    catalogue.close()
    upright.close()
    turned.close()


def drawn(number: int) -> Pixels:
    return picture(1_000_000 + number, _SIDE)


def photograph_of(number: int) -> Image.Image:
    """12 megapixels that show most of what this picture shows."""
    return Image.fromarray(drawn(number)).crop((9, 13, 249, 193)).resize((4000, 3000))


def _files(folder: Path, families: int) -> list[list[PictureRef]]:
    """By family. In the order of their names relatives are far apart."""
    for letter in LETTERS:
        (folder / letter).mkdir(parents=True)
        for family in range(families):
            (folder / letter / f"{family:05}.jpg").write_bytes(b"remembered")
    archive = open_archive(str(folder), max_bytes=1)
    listed = sorted((one for one in archive.list() if isinstance(one, PictureRef)), key=lambda one: one.name[2:])
    archive.close()
    return [listed[start : start + FAMILY] for start in range(0, len(listed), FAMILY)]


def _around(vector: Vector, seed: int) -> npt.NDArray[np.float32]:
    """It, one near to it, and the others further away."""
    away = np.random.default_rng(seed).standard_normal((FAMILY, len(vector)), np.float32)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    distance = np.array([0.0, _NEAR] + [_FAR] * (FAMILY - 2), np.float32)
    moved: npt.NDArray[np.float32] = vector + distance[:, None] * away
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return moved


def _smaller(thumbnail: bytes) -> bytes:
    small = Image.fromarray(thumbnail_pixels(thumbnail)).resize((_SIDE * 3 // 4, _SIDE * 3 // 4))
    return thumbnail_of(np.asarray(small))
