"""Questions of a service: pages of what is ready, contents by their SHA-256, previews."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictrace.engine import Engine
from pictrace.errors import PictureUnreadable
from pictrace.events import Committed, Decoding, Event, Finished, Found
from pictrace.picture import Digest
from pictrace.previews import preview_of
from pictrace.questions import Distrust, PictureFacts, PicturePage, Query, SearchAnswer, SearchOptions
from tests.asking import an_engine, index_with
from tests.pictures import aged, make_archive, zipped


@pytest.fixture
def engine() -> Iterator[Engine]:
    with an_engine() as engine:
        yield engine


def result(events: Iterator[Event]) -> Any:
    *_, last = events
    assert isinstance(last, Finished)
    return last.result


def page(engine: Engine, archives: Sequence[Path], start: int = 0, count: int = 100) -> PicturePage:
    found: PicturePage = result(engine.pictures([str(archive) for archive in archives], start=start, count=count))
    return found


def names(found: PicturePage) -> list[str]:
    return [one.picture.name for one in found.items]


def test_pages_are_in_the_order_of_archives_and_names_however_they_were_read(tmp_path: Path, engine: Engine) -> None:
    second, first = make_archive(tmp_path / "a", 12, side=48), make_archive(tmp_path / "b", 5, side=48, first=50)
    archives = [first, second]
    index_with(engine, *archives)
    whole = page(engine, archives)
    assert names(whole) == [f"{seed:03}.jpg" for seed in (*range(50, 55), *range(12))]
    assert [names(page(engine, archives, start, 7)) for start in (0, 7, 14, 21)] == [
        names(whole)[start : start + 7] for start in (0, 7, 14, 21)
    ]
    assert {page(engine, archives, start, 1).total for start in (0, 100)} == {17}
    assert {one.facts for one in whole.items} == {PictureFacts(48, 48, "JPEG", damaged=False)}
    assert whole.embedder.startswith("builtin")


def test_a_page_grows_while_the_archive_is_indexed(tmp_path: Path, engine: Engine) -> None:
    archive = make_archive(tmp_path / "photos", 130, side=48)
    seen = []
    for event in engine.index([str(archive)]):
        if isinstance(event, Committed):
            found = page(engine, [archive], count=1000)
            assert names(found) == sorted(names(found))
            seen.append(found.total)
    assert 0 < seen[0] < 130 == page(engine, [archive]).total


def test_a_question_reads_nothing_that_is_not_known(tmp_path: Path) -> None:
    archive = aged(make_archive(tmp_path / "photos", 6, side=48))
    with an_engine() as engine:
        assert page(engine, [archive]).total == 0
        index_with(engine, archive)
    make_archive(archive, 2, side=48, first=90)
    with an_engine() as engine:  # as after the death of a worker
        assert page(engine, [archive]).total == 6
        query = Query("query", (archive / "090.jpg").read_bytes())
        (answer,) = [
            event.answer
            for event in engine.search([query], [str(archive)], SearchOptions(), index_first=False)
            if isinstance(event, Found)
        ]
        assert isinstance(answer, SearchAnswer)
        assert answer.searched == 6
        index_with(engine, archive)
        assert page(engine, [archive]).total == 8


def test_a_second_look_at_an_archive_hides_nothing_meanwhile(tmp_path: Path, engine: Engine) -> None:
    archive = aged(make_archive(tmp_path / "photos", 40, side=48))
    index_with(engine, archive)
    for _event in engine.index([str(archive)]):
        assert page(engine, [archive], count=1).total == 40


def test_an_indexing_fills_what_is_shown_though_questions_came_first(tmp_path: Path, engine: Engine) -> None:
    archive = make_archive(tmp_path / "photos", 5, side=48)
    indexing = engine.index([str(archive)])
    next(indexing)
    assert page(engine, [archive]).total == 0
    for _event in indexing:
        pass
    assert page(engine, [archive]).total == 5


def test_contents_are_found_by_their_sha256_only_in_these_archives(tmp_path: Path, engine: Engine) -> None:
    served, other = make_archive(tmp_path / "served", 4), make_archive(tmp_path / "other", 1, first=70)
    (served / "copy.jpg").write_bytes((served / "002.jpg").read_bytes())
    album = zipped(make_archive(tmp_path / "album", 1, first=60), tmp_path / "album.zip")
    index_with(engine, other)
    index_with(engine, served, album)
    files = [served / "002.jpg", tmp_path / "album" / "060.jpg", other / "070.jpg"]
    digests = [Digest(hashlib.sha256(file.read_bytes()).digest()) for file in files]
    found = result(engine.look_up(digests, [str(served), str(album)]))
    assert [one.digest for one in found] == digests[:2]
    assert found[0].picture.name in ("002.jpg", "copy.jpg")
    assert found[1].picture.key == f"{album}!/060.jpg"


def test_data_read_from_a_file_does_not_find_that_file(tmp_path: Path, engine: Engine) -> None:
    archive = make_archive(tmp_path / "photos", 3)
    (archive / "copy.jpg").write_bytes((archive / "001.jpg").read_bytes())
    file = archive / "001.jpg"
    query = Query("001.jpg", file.read_bytes(), key=str(file))
    (found,) = [event for event in engine.search([query], [str(archive)], SearchOptions()) if isinstance(event, Found)]
    assert next(match.picture.name for match in found.answer.matches) == "copy.jpg"
    assert found.answer.searched == 3


@pytest.mark.parametrize("side", [50, 1000])
def test_a_preview_is_upright_and_as_large_as_asked(side: int, engine: Engine) -> None:
    coded = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 200), "red").save(coded, "TIFF", exif=exif)
    preview = result(engine.preview(coded.getvalue(), side=side))
    shown = Image.open(io.BytesIO(preview.jpeg))
    assert (preview.width, preview.height) == (200, 300)
    assert shown.format == "JPEG"
    assert max(shown.size) == min(side, 300)
    assert shown.width < shown.height


def test_a_preview_of_what_is_no_picture_is_refused_before_and_after_it_killed_a_worker(engine: Engine) -> None:
    with pytest.raises(PictureUnreadable):
        list(engine.preview(b"no picture", side=100))
    data = b"a picture that crashes decoders"
    (announced,) = next(
        event.keys for event in preview_of(data, 100, 1 << 30, Distrust()) if isinstance(event, Decoding)
    )
    banned = Distrust(banned={announced: "Decoding it made the decoder crash."})
    with pytest.raises(PictureUnreadable, match="made the decoder crash"):
        list(preview_of(data, 100, 1 << 30, banned))
