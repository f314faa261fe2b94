"""Why two pictures are alike: the numbers, the sentence, the drawing."""

import io
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PIL import Image, ImageOps, PngImagePlugin

from pictrace.engine import Engine
from pictrace.errors import PictureUnreadable
from pictrace.events import Finished
from pictrace.picture import Label
from pictrace.questions import Explanation, Query
from pictrace.telling import told
from tests.asking import an_engine, answer_of, in_home
from tests.pictures import make_archive, make_picture


@pytest.fixture
def engine() -> Iterator[Engine]:
    with an_engine() as engine:
        yield engine


@pytest.fixture
def explained(engine: Engine, tmp_path: Path) -> "Explainer":
    return Explainer(engine, tmp_path)


class Explainer:
    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder

    def __call__(self, one: Image.Image, other: Image.Image, *, draw: bool = False) -> Explanation:
        queries = []
        for name, picture in (("one.png", one), ("other.png", other)):
            picture.save(self._folder / name)
            queries.append(Query(str(self._folder / name)))
        last = list(self._engine.explain(*queries, draw=draw))[-1]
        assert isinstance(last, Finished)
        assert isinstance(last.result, Explanation)
        return last.result


def test_the_same_content_is_100_percent_and_nothing_else_is(explained: Explainer) -> None:
    picture = make_picture(5, 200)
    same = explained(picture, picture)
    assert (same.score, same.label, same.same_content) == (1.0, Label.SAME_PICTURE, True)
    edited = explained(picture, picture.resize((100, 100)))
    assert edited.label is Label.EDITED_COPY
    assert 0.8 < edited.score < 1
    other = explained(picture, make_picture(6, 200))
    assert other.label is Label.SIMILAR_LOOK
    assert other.score < 0.45


def test_what_was_done_to_a_picture_is_told(explained: Explainer) -> None:
    picture = make_picture(33, 300)
    mirrored = explained(picture, ImageOps.mirror(picture))
    assert mirrored.mirrored
    assert "mirrored" in mirrored.reason
    turned = explained(picture, picture.transpose(Image.Transpose.ROTATE_90))
    assert not turned.mirrored
    assert abs(abs(turned.turned_degrees) - 90) < 2
    smaller = explained(picture, picture.resize((150, 150)))
    assert smaller.scale == pytest.approx(0.5, abs=0.03) or smaller.scale == pytest.approx(2, abs=0.1)
    part = explained(picture, picture.crop((0, 0, 200, 200)))
    assert sorted(part.overlap) == [pytest.approx(4 / 9, abs=0.06), pytest.approx(1, abs=0.06)]


def test_every_number_is_told(explained: Explainer) -> None:
    explanation = explained(make_picture(33, 300), make_picture(33, 300).crop((20, 20, 300, 300)))
    lines = told(explanation)
    text = "\n".join(lines)
    assert f"{explanation.score:.0%}" in lines[0]
    assert explanation.label.words in lines[0]
    assert lines[1] == explanation.reason
    for number in (explanation.cosine, explanation.structure, explanation.aligned_structure):
        assert f"{number:.3f}" in text
    assert f"{explanation.points_agreeing} of {explanation.points_found[0]}" in text


def test_the_numbers_of_an_explanation_are_those_of_a_search(tmp_path: Path, explained: Explainer) -> None:
    archive = tmp_path / "photos"
    archive.mkdir()
    one, other = make_picture(33, 300).resize((200, 200)), make_picture(33, 300)
    other.save(archive / "other.png")
    make_archive(archive, 3)
    explanation = explained(one, other)
    match = answer_of(tmp_path / "one.png", archive).matches[0]
    assert match.picture.name == "other.png"
    assert match.score == pytest.approx(explanation.score, abs=1e-3)
    assert match.cosine == pytest.approx(explanation.cosine, abs=1e-3)
    assert (match.keypoints, match.label, match.reason) == (
        explanation.keypoints,
        explanation.label,
        explanation.reason,
    )


def test_the_drawing_is_a_picture_that_can_be_shown(explained: Explainer) -> None:
    explanation = explained(make_picture(33, 300), make_picture(33, 300).rotate(20), draw=True)
    assert explanation.drawing is not None
    with Image.open(io.BytesIO(explanation.drawing)) as drawing:
        assert drawing.format == "PNG"
        assert drawing.width > 600
    assert explained(make_picture(33, 300), make_picture(33, 300)).drawing is None


@pytest.mark.parametrize("draw", [False, True])
def test_pictures_without_anything_on_them_can_be_explained(draw: bool, explained: Explainer) -> None:
    strange = [
        Image.new("RGB", (1, 1), "red"),
        Image.new("RGB", (2000, 2), "red"),
        Image.new("RGB", (200, 200), "blue"),
        Image.effect_noise((150, 150), 90).convert("RGB"),
    ]
    for one, other in zip(strange, strange[1:] + strange[:1], strict=True):
        explanation = explained(one, other, draw=draw)
        assert 0 <= explanation.score < 1
        numbers = [getattr(explanation, field.name) for field in fields(explanation)]
        assert all(number == number for number in numbers)  # no NaN
        assert (explanation.drawing is not None) == draw
    assert told(explanation)


def test_equal_pixels_in_other_bytes_are_nearly_the_same(tmp_path: Path, engine: Engine) -> None:
    facts = PngImagePlugin.PngInfo()
    facts.add_text("Comment", "taken on a Sunday")
    make_picture(5).save(tmp_path / "a.png")
    make_picture(5).save(tmp_path / "b.png", pnginfo=facts)
    last = list(engine.explain(Query(str(tmp_path / "a.png")), Query(str(tmp_path / "b.png"))))[-1]
    assert isinstance(last, Finished)
    assert not last.result.same_content
    assert last.result.score > 0.98


def test_a_picture_that_cannot_be_read_is_one_sentence(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    make_picture(5).save(tmp_path / "a.png")
    for pair in (("text.jpg", "a.png"), ("a.png", "text.jpg"), ("a.png", "gone.png")):
        with pytest.raises(PictureUnreadable, match=r"\.$"):
            list(engine.explain(*(Query(str(tmp_path / name)) for name in pair)))


def test_explaining_remembers_nothing_of_the_pictures(explained: Explainer) -> None:
    explained(make_picture(5), make_picture(6))
    assert not list(in_home().glob("fingerprints-*.pkl"))
