import hashlib
import io
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pictrace.embedders import Embedder
from pictrace.embedders.builtin import open_builtin
from pictrace.embedders.fisher import fisher_vector
from pictrace.embedders.framing import without_even_borders
from pictrace.embedders.parameters import read_parameters, shipped_parameters
from pictrace.embedders.patches import MIRRORED_COLOURS, MIRRORED_EDGES, patches
from pictrace.picture import Pixels, Vectors
from pictrace.training.generated import picture

GALLERY = 60


@pytest.fixture(scope="module")
def builtin() -> Iterator[Embedder]:
    embedder = open_builtin()
    yield embedder
    embedder.close()


@pytest.fixture(scope="module")
def gallery() -> list[Pixels]:
    # Seeds far from those that the parameters were learned from.
    return [picture(1_000_000 + seed, side=192) for seed in range(GALLERY)]


@pytest.fixture(scope="module")
def vectors(builtin: Embedder, gallery: list[Pixels]) -> Vectors:
    return builtin.embed(gallery)


def recompressed(pixels: Pixels) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=25)
    return np.asarray(Image.open(file))


def noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_the_name_holds_the_checksum_of_the_parameters(builtin: Embedder) -> None:
    checksum = hashlib.sha256(shipped_parameters()).hexdigest()
    assert builtin.name == f"builtin-{checksum[:8]}-p1"


def test_the_parameters_stay_small() -> None:
    assert len(shipped_parameters()) <= 3_000_000


def test_the_parameters_survive_being_written() -> None:
    assert read_parameters(shipped_parameters()).to_bytes() == shipped_parameters()


def test_vectors_have_unit_length_and_the_stated_dimensions(builtin: Embedder, vectors: Vectors) -> None:
    assert vectors.shape == (GALLERY, builtin.dimensions)
    assert builtin.dimensions <= 2048
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_picture_gets_the_same_vector_whatever_else_is_in_the_batch(
    builtin: Embedder, gallery: list[Pixels], vectors: Vectors
) -> None:
    assert np.array_equal(builtin.embed(gallery[:1])[0], vectors[0])
    assert np.array_equal(builtin.embed(gallery[7:3:-1]), vectors[7:3:-1])


def test_another_embedder_of_the_same_parameters_gives_the_same_vectors(
    gallery: list[Pixels], vectors: Vectors
) -> None:
    again = open_builtin()
    assert np.array_equal(again.embed(gallery[:5]), vectors[:5])
    again.close()


def test_parameters_of_another_format_are_refused() -> None:
    with np.load(io.BytesIO(shipped_parameters())) as arrays:
        changed = {**arrays, "format": np.array(99)}
    file = io.BytesIO()
    np.savez(file, **changed)
    with pytest.raises(ValueError, match="another version"):
        read_parameters(file.getvalue())


def test_no_pictures_give_no_vectors(builtin: Embedder) -> None:
    assert builtin.embed([]).shape == (0, builtin.dimensions)


def test_a_picture_and_its_mirror_image_get_nearly_the_same_vector(
    builtin: Embedder, gallery: list[Pixels], vectors: Vectors
) -> None:
    assert builtin.sees_mirrored
    mirrored = builtin.embed([np.ascontiguousarray(pixels[:, ::-1]) for pixels in gallery[:20]])
    assert (mirrored * vectors[:20]).sum(axis=1).min() > 0.95


def test_mirrored_patches_are_the_patches_of_the_mirrored_picture() -> None:
    down, across = np.indices((192, 192))
    slanted_steps = np.stack([(down + across) % 48 * 5, across % 40 * 6, down], axis=2).astype(np.uint8)
    seen, mirrored = patches(slanted_steps), patches(np.ascontiguousarray(slanted_steps[:, ::-1]))
    for before, after, order in (
        (seen.edges, mirrored.edges, MIRRORED_EDGES),
        (seen.colours, mirrored.colours, MIRRORED_COLOURS),
    ):
        # The grid may lie a pixel further on, hence averages, and only nearly.
        plain, ordered = before.mean(axis=0), before.mean(axis=0)[order]
        assert np.abs(ordered - after.mean(axis=0)).max() < 0.4 * np.abs(plain - after.mean(axis=0)).max()


def test_a_fisher_vector_of_patches_that_count_for_nothing_is_zero() -> None:
    book = read_parameters(shipped_parameters()).edges
    seen = patches(np.zeros((60, 60, 3), np.uint8))
    vector = fisher_vector(book, seen.edges, MIRRORED_EDGES, np.zeros_like(seen.edge_weights))
    assert vector.shape == (2 * book.centres.size,)
    assert not vector.any()


def cropped(pixels: Pixels) -> Pixels:
    return pixels[19:-19, 19:-19]


def halved(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def brighter(pixels: Pixels) -> Pixels:
    return np.asarray(np.minimum(pixels * 1.3 + 10, 255), np.uint8)


def framed(pixels: Pixels) -> Pixels:
    return np.pad(pixels, ((20, 20), (20, 20), (0, 0)), constant_values=255)


@pytest.mark.parametrize("edit", [recompressed, cropped, halved, brighter, framed])
def test_an_edited_copy_finds_its_original_first(
    builtin: Embedder, gallery: list[Pixels], vectors: Vectors, edit: Callable[[Pixels], Pixels]
) -> None:
    edited = range(0, GALLERY, 3)
    copies = builtin.embed([edit(gallery[place]) for place in edited])
    assert (copies @ vectors.T).argmax(axis=1).tolist() == list(edited)


def test_different_pictures_stay_far_from_each_other(vectors: Vectors) -> None:
    unrelated = (vectors @ vectors.T)[np.triu_indices(GALLERY, 1)]
    assert np.median(unrelated) < 0.2


def test_borders_of_one_colour_are_cut_off(gallery: list[Pixels]) -> None:
    inside = without_even_borders(framed(gallery[1]))
    assert np.abs(np.array(inside.shape[:2]) - 192).max() <= 3


def test_a_plain_picture_has_no_border() -> None:
    plain = np.full((50, 40, 3), 7, np.uint8)
    assert without_even_borders(plain).shape == plain.shape


ODD = {
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "plain black": np.zeros((384, 384, 3), np.uint8),
    "plain red": np.full((100, 300, 3), (255, 0, 0), np.uint8),
    "very wide": noise(1, 384),
    "very tall": noise(384, 1),
    "noise": noise(300, 384),
    "two colours": np.repeat(np.array([[[0, 0, 0]], [[255, 255, 255]]], np.uint8), 30, axis=0).repeat(60, axis=1),
    "a bar between bars": np.pad(noise(5, 100), ((60, 60), (0, 0), (0, 0))),
}


@pytest.mark.parametrize("pixels", ODD.values(), ids=ODD.keys())
def test_an_odd_picture_gets_a_vector_of_unit_length(builtin: Embedder, pixels: Pixels) -> None:
    (vector,) = builtin.embed([pixels])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 384), st.integers(1, 384), st.integers(0, 255), st.integers(0, 60))
def test_any_shape_gets_a_vector_of_unit_length(
    builtin: Embedder, height: int, width: int, level: int, contrast: int
) -> None:
    pixels = np.clip(level + (noise(height, width).astype(int) - 128) * contrast // 128, 0, 255).astype(np.uint8)
    (vector,) = builtin.embed([pixels])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_percentages_rise_with_the_cosine(builtin: Embedder) -> None:
    cosines, shares = zip(*builtin.knots, strict=True)
    assert list(cosines) == sorted(set(cosines))
    assert list(shares) == sorted(shares)
    assert (cosines[-1], shares[0], shares[-1]) == (1.0, 0.0, 1.0)
