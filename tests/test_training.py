import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictrace.embedders.builtin import Builtin, open_builtin
from pictrace.events import Finished
from pictrace.picture import Pixels
from pictrace.training.altered import altered
from pictrace.training.generated import picture
from pictrace.training.learning import Learned, Sizes, learn
from pictrace.training.mixture import fit_mixture

TINY = Sizes(
    pictures=24,
    codebook_pictures=12,
    patches_a_picture=40,
    edge_axes=8,
    edge_gaussians=4,
    colour_axes=8,
    colour_gaussians=4,
)


def small_picture(seed: int) -> Pixels:
    return picture(seed, side=96)


def learned(sizes: Sizes) -> bytes:
    *steps, last = learn(small_picture, sizes)
    assert isinstance(last, Finished)
    assert steps[-1] == Learned("pictures", sizes.pictures, sizes.pictures)
    return last.result.to_bytes()


@pytest.fixture(scope="module")
def parameters() -> bytes:
    return learned(TINY)


@pytest.fixture
def embedder(parameters: bytes) -> Iterator[Builtin]:
    opened = Builtin(parameters)
    yield opened
    opened.close()


def test_a_seed_gives_the_same_picture_every_time() -> None:
    assert all(np.array_equal(picture(seed, 64), picture(seed, 64)) for seed in range(30))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**40), st.integers(16, 140))
def test_any_seed_and_side_gives_a_picture(seed: int, side: int) -> None:
    pixels = picture(seed, side)
    assert pixels.shape == (side, side, 3)
    assert pixels.dtype == np.uint8


def test_pictures_differ_in_brightness_colour_and_detail() -> None:
    pixels = np.stack([picture(seed, 64) for seed in range(60)]).astype(np.float32)
    assert pixels.mean(axis=(1, 2, 3)).std() > 25
    assert (pixels.max(axis=3) - pixels.min(axis=3)).mean(axis=(1, 2)).std() > 15
    assert np.abs(np.diff(pixels, axis=2)).mean(axis=(1, 2, 3)).std() > 4


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(30, 200), st.integers(30, 200))
def test_an_altered_picture_is_a_picture_whatever_its_shape(seed: int, height: int, width: int) -> None:
    pixels = picture(5, 200)[:height, :width]
    other = altered(pixels, np.random.default_rng(seed))
    assert other.dtype == np.uint8
    assert other.ndim == 3
    assert min(other.shape[:2]) >= 10


def test_the_same_random_state_alters_a_picture_in_the_same_way() -> None:
    pixels = picture(5, 96)
    first, again, other = (altered(pixels, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_mixture_finds_the_clusters_that_are_there() -> None:
    random = np.random.default_rng(3)
    centres, deviations, counts = [[0, 0], [10, 0], [0, 10]], [1, 2, 0.5], [600, 300, 100]
    points = random.normal(0, 1, (1000, 2)) * np.repeat(deviations, counts)[:, None] + np.repeat(
        centres, counts, axis=0
    )
    mixture = fit_mixture(points.astype(np.float32), 3, random)
    order = np.argsort(-mixture.weights)
    np.testing.assert_allclose(mixture.centres[order], np.array(centres), atol=0.4)
    np.testing.assert_allclose(mixture.deviations[order].mean(axis=1), deviations, rtol=0.2)
    np.testing.assert_allclose(mixture.weights[order], [0.6, 0.3, 0.1], atol=0.02)


def test_a_mixture_of_equal_points_is_finite() -> None:
    mixture = fit_mixture(np.ones((50, 4), np.float32), 3, np.random.default_rng(0))
    for numbers in (mixture.weights, mixture.centres, mixture.deviations):
        assert np.isfinite(numbers).all()
    assert mixture.weights.sum() == pytest.approx(1)


def test_the_same_pictures_teach_the_same_parameters(parameters: bytes) -> None:
    assert learned(TINY) == parameters


def test_what_a_few_pictures_teach_finds_altered_copies(embedder: Builtin) -> None:
    originals = [small_picture(seed) for seed in range(500, 520)]
    copies = [pixels[5:-5, 5:-5] for pixels in originals]
    vectors = embedder.embed(originals)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    found = (embedder.embed(copies) @ vectors.T).argmax(axis=1)
    assert (found == np.arange(len(originals))).mean() >= 0.9


def test_other_parameters_have_another_name(embedder: Builtin) -> None:
    shipped = open_builtin()
    assert shipped.name != embedder.name
    shipped.close()


def trained(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pictrace.training", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_refuses_too_few_pictures() -> None:
    refused = trained("--pictures", "3")
    assert refused.returncode == 2
    assert "at least 8" in refused.stderr


@pytest.mark.slow
def test_the_command_writes_parameters_that_work(tmp_path: Path) -> None:
    out = tmp_path / "parameters.npz"
    done = trained("--pictures", "8", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 of 8" in done.stdout
    embedder = Builtin(out.read_bytes())
    assert np.linalg.norm(embedder.embed([picture(1)])) == pytest.approx(1, abs=1e-5)
    embedder.close()
