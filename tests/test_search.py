"""One picture against archives: what is found, in which order, and with which numbers."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from pictrace.engine import Engine
from pictrace.events import Found
from pictrace.picture import Label, Match
from pictrace.questions import EmbedderChoice, Query, QueryFailed, Region, SearchAnswer, SearchOptions
from pictrace.settings import Settings, load_settings
from tests.asking import an_engine, answer_of, in_home, index_with, names, search_with
from tests.pictures import aged, make_archive, make_picture, zipped
from tests.remembering import without_privileges

ALL = SearchOptions(top=1000)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return aged(make_archive(tmp_path_factory.mktemp("search") / "photos", 30, side=160))


@pytest.fixture(scope="module")
def remembered(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("search") / "home"
    with Engine(Settings(home), EmbedderChoice.BUILTIN) as engine:
        index_with(engine, archive)
    return home


@pytest.fixture(autouse=True)
def _the_archive_is_known(remembered: Path) -> None:
    shutil.copytree(remembered, in_home(), dirs_exist_ok=True)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with an_engine() as engine:
        yield engine


def saved(picture: Image.Image, file: Path) -> Path:
    picture.save(file)
    return file


def edit(kind: str, picture: Image.Image) -> Image.Image:
    match kind:
        case "smaller":
            return picture.resize((90, 90))
        case "mirrored":
            return ImageOps.mirror(picture)
        case "turned":
            return picture.transpose(Image.Transpose.ROTATE_90)
        case "darker":
            return ImageEnhance.Brightness(picture).enhance(0.6)
        case "grey":
            return ImageOps.grayscale(picture)
        case "cropped":
            return picture.crop((16, 16, 150, 150))
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["smaller", "mirrored", "turned", "darker", "grey", "cropped"])
def test_an_edited_picture_finds_the_one_it_was_made_from(
    kind: str, archive: Path, tmp_path: Path, engine: Engine
) -> None:
    for seed in (3, 11, 20):
        answer = search_with(engine, saved(edit(kind, make_picture(seed, 160)), tmp_path / "query.png"), archive)
        assert isinstance(answer, SearchAnswer)
        assert names(answer)[0] == f"{seed:03}.jpg"
        assert answer.matches[0].score < 1


def test_the_score_shown_is_the_score_sorted_by(archive: Path) -> None:
    matches = answer_of(archive / "004.jpg", archive, options=ALL).matches
    assert [match.rank for match in matches] == list(range(1, 30))
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
    assert all(0 <= match.score <= 1 and match.reason.endswith(".") for match in matches)


def test_the_query_itself_is_left_out_but_not_its_exact_copy(archive: Path, tmp_path: Path) -> None:
    here = Path(shutil.copytree(archive, tmp_path / "photos"))
    shutil.copy(here / "004.jpg", here / "copy.jpg")
    shutil.copy(here / "004.jpg", here / "another copy.jpg")
    answer = answer_of(here / "004.jpg", here, options=ALL)
    assert names(answer)[:2] == ["another copy.jpg", "copy.jpg"]
    assert "004.jpg" not in names(answer)
    assert [(match.score, match.label) for match in answer.matches[:2]] == [(1.0, Label.SAME_PICTURE)] * 2
    assert answer.matches[2].score < 1
    assert answer.searched == len(answer.matches) == 31
    assert len(set(names(answer))) == 31


def test_the_query_is_left_out_however_it_is_reached(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(archive)
    monkeypatch.chdir(archive)
    for query in (Path("004.jpg"), tmp_path / "link" / "004.jpg", archive / ".." / archive.name / "004.jpg"):
        assert "004.jpg" not in names(answer_of(query, archive, options=ALL))


def test_one_file_in_two_archives_is_one_match(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(archive)
    answer = answer_of(archive / "004.jpg", archive, tmp_path / "link", archive, options=ALL)
    assert answer.searched == len(answer.matches) == 29
    assert {match.picture.archive for match in answer.matches} == {str(archive)}


def test_equal_files_in_two_archives_are_two_matches_by_name(archive: Path, tmp_path: Path) -> None:
    packed = zipped(archive, tmp_path / "album.zip")
    answer = answer_of(archive / "004.jpg", packed, archive, options=ALL)
    assert answer.searched == 59
    first, second, third = answer.matches[:3]
    assert (first.score, first.picture.archive, first.picture.name) == (1.0, str(packed), "004.jpg")
    assert second.score == third.score < 1
    assert second.picture.name == third.picture.name
    assert second.picture.archive < third.picture.archive


def test_ties_are_broken_by_name_whatever_the_order_of_reading(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    wanted = ["B.jpg", "a.jpg", "b/a.jpg", "z.jpg", "é.jpg"]
    (folder / "b").mkdir()
    for name in wanted:
        make_picture(1).save(folder / name, "BMP")
    query = saved(make_picture(1).resize((70, 70)), tmp_path / "query.png")
    answer = answer_of(query, folder)
    assert len({match.score for match in answer.matches}) == 1
    assert names(answer) == sorted(wanted)


def test_a_shorter_list_is_the_beginning_of_a_longer_one(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = saved(make_picture(7, 160).resize((100, 100)), tmp_path / "query.png")
    with Engine(replace(load_settings()[0], closer_look=10), EmbedderChoice.BUILTIN) as engine:
        lists = {}
        for top in (1, 5, 10, 11, 30, 500):
            answer = search_with(engine, query, archive, options=SearchOptions(top=top))
            assert isinstance(answer, SearchAnswer)
            lists[top] = answer.matches
    assert len(lists[500]) == 30
    for top, matches in lists.items():
        assert matches == lists[500][:top]
    looked = [match for match in lists[500] if match.structure is not None]
    others = lists[500][len(looked) :]
    assert len(looked) == 10
    assert all(match.keypoints is not None for match in looked)
    assert all(match.structure is None and match.keypoints is None for match in others)
    assert max(match.score for match in others) <= min(match.score for match in looked)


def test_a_threshold_does_what_its_label_says(archive: Path) -> None:
    everything = answer_of(archive / "004.jpg", archive, options=ALL).matches
    for least in (0.0, everything[5].score, everything[0].score, 1.0):
        kept = answer_of(archive / "004.jpg", archive, options=SearchOptions(top=1000, min_score=least)).matches
        assert kept == tuple(match for match in everything if match.score >= least)


def test_a_region_finds_the_picture_that_it_was_cut_from(archive: Path, tmp_path: Path, engine: Engine) -> None:
    collage = Image.new("RGB", (900, 700), "white")
    collage.paste(make_picture(9, 160).resize((320, 320)), (40, 300))
    collage.paste(make_picture(21, 160).resize((320, 320)), (500, 20))
    query = saved(collage, tmp_path / "collage.png")
    for region, name in ((Region(40, 300, 320, 320), "009.jpg"), (Region(500, 20, 9000, 320), "021.jpg")):
        answer = search_with(engine, query, archive, options=SearchOptions(region=region))
        assert isinstance(answer, SearchAnswer)
        assert names(answer)[0] == name


def test_a_region_of_a_copy_is_no_exact_copy(archive: Path, tmp_path: Path) -> None:
    query = tmp_path / "query.jpg"
    shutil.copy(archive / "004.jpg", query)
    best = answer_of(query, archive, options=SearchOptions(region=Region(0, 0, 120, 120))).matches[0]
    assert best.picture.name == "004.jpg"
    assert best.score < 1


@pytest.mark.parametrize("region", [Region(160, 0, 10, 10), Region(0, 5000, 10, 10), Region(-20, 0, 20, 10)])
def test_a_region_outside_of_the_picture_is_one_sentence(region: Region, archive: Path, engine: Engine) -> None:
    failed = search_with(engine, archive / "004.jpg", archive, options=SearchOptions(region=region))
    assert isinstance(failed, QueryFailed)
    assert "outside of the picture, which has 160×160 pixels" in failed.reason


def test_a_region_is_meant_in_the_upright_picture(archive: Path, tmp_path: Path, engine: Engine) -> None:
    sheet = Image.new("RGB", (400, 200), "white")
    sheet.paste(make_picture(9, 160), (230, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: shown turned to the right
    lying = sheet.transpose(Image.Transpose.ROTATE_90)
    lying.save(tmp_path / "query.jpg", exif=exif, quality=95)
    answer = search_with(
        engine, tmp_path / "query.jpg", archive, options=SearchOptions(region=Region(230, 20, 160, 160), turned=False)
    )
    assert isinstance(answer, SearchAnswer)
    assert names(answer)[0] == "009.jpg"


def test_without_mirrored_a_turned_copy_scores_less(archive: Path, tmp_path: Path, engine: Engine) -> None:
    query = saved(edit("turned", make_picture(11, 160)), tmp_path / "query.png")
    scores = []
    for turned in (True, False):
        answer = search_with(engine, query, archive, options=SearchOptions(top=30, turned=turned))
        assert isinstance(answer, SearchAnswer)
        scores += [match.score for match in answer.matches if match.picture.name == "011.jpg"]
    assert scores[0] > scores[1]


def test_a_member_of_an_archive_is_a_query(archive: Path, tmp_path: Path, engine: Engine) -> None:
    packed = zipped(archive, tmp_path / "album.zip")
    answer = search_with(engine, f"{packed}!/004.jpg", packed, options=ALL)
    assert isinstance(answer, SearchAnswer)
    assert answer.searched == 29
    assert "004.jpg" not in names(answer)
    answer = search_with(engine, f"{packed}!/004.jpg", archive)
    assert isinstance(answer, SearchAnswer)
    assert (names(answer)[0], answer.matches[0].score) == ("004.jpg", 1.0)


def test_bytes_are_a_query(archive: Path, engine: Engine) -> None:
    data = (archive / "004.jpg").read_bytes()
    answer = search_with(engine, Query("-", data), archive)
    assert isinstance(answer, SearchAnswer)
    assert (answer.query, names(answer)[0], answer.matches[0].score) == ("-", "004.jpg", 1.0)


def test_one_bad_query_does_not_spoil_the_others(archive: Path, tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "secret.zip").write_bytes(b"PK\3\4 no more")
    asked = [
        str(archive / "004.jpg"),
        str(tmp_path / "gone.jpg"),
        str(tmp_path / "text.jpg"),
        f"{tmp_path / 'secret.zip'}!/a.jpg",
        f"{tmp_path / 'gone.zip'}!/a.jpg",
        str(tmp_path),
        "",
        str(archive / "005.jpg"),
    ]
    events = engine.search([Query(query) for query in asked], [str(archive)], SearchOptions(top=1))
    answers = [event.answer for event in events if isinstance(event, Found)]
    assert [answer.query for answer in answers] == asked
    assert [isinstance(answer, SearchAnswer) for answer in answers] == [True, *[False] * 6, True]
    assert all(answer.reason.endswith(".") for answer in answers if isinstance(answer, QueryFailed))


def test_a_query_that_may_not_be_read_does_not_spoil_the_others(archive: Path, engine: Engine) -> None:
    good = Query("-", (archive / "004.jpg").read_bytes())
    index_with(engine, archive)
    # Folders of the tests are closed to everybody else.
    bad = [Query(str(archive / "005.jpg")), Query(f"{archive.parent}/album.zip!/a.jpg")]
    with without_privileges():
        events = list(engine.search([*bad, good], [str(archive)], SearchOptions(), index_first=False))
    answers = [event.answer for event in events if isinstance(event, Found)]
    assert [isinstance(answer, SearchAnswer) for answer in answers] == [False, False, True]


def test_the_answer_is_the_same_twice_and_after_a_restart(archive: Path, tmp_path: Path) -> None:
    query = saved(make_picture(7, 160).resize((100, 100)), tmp_path / "query.jpg")
    with an_engine() as engine:
        first, second = (search_with(engine, query, archive, options=ALL) for _ in range(2))
    assert isinstance(first, SearchAnswer)
    assert isinstance(second, SearchAnswer)
    assert first.matches == second.matches == answer_of(query, archive, options=ALL).matches


def test_the_answer_does_not_depend_on_what_else_is_remembered(archive: Path, tmp_path: Path) -> None:
    query = saved(make_picture(7, 160).resize((100, 100)), tmp_path / "query.jpg")
    first = answer_of(query, archive, options=ALL).matches
    with an_engine() as engine:
        index_with(engine, make_archive(tmp_path / "others", 10, first=500))
    assert answer_of(query, archive, options=ALL).matches == first


def test_a_search_while_indexing_is_right_over_what_is_ready(tmp_path: Path, engine: Engine) -> None:
    archive = make_archive(tmp_path / "photos", 130, side=48)
    query = str(archive / "001.jpg")
    indexing = engine.index([str(archive)])
    searched = []
    for step, _event in enumerate(indexing):
        if step % 60 == 20:
            (found,) = [
                event.answer
                for event in engine.search([Query(query)], [str(archive)], ALL, index_first=False)
                if isinstance(event, Found)
            ]
            assert isinstance(found, SearchAnswer)
            assert found.searched == len(found.matches)
            assert len(set(names(found))) == found.searched
            searched.append(found.searched)
    assert searched == sorted(searched)
    assert len(set(searched)) > 1
    complete = search_with(engine, query, archive, options=ALL)
    assert isinstance(complete, SearchAnswer)
    assert complete.matches == answer_of(query, archive, options=ALL).matches


def test_a_picture_alone_with_itself_finds_nothing(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 1)
    assert answer_of(archive / "000.jpg", archive).matches == ()
    (archive / "000.jpg").unlink()
    query = saved(make_picture(1), tmp_path / "query.png")
    assert answer_of(query, archive).matches == ()


def test_pictures_without_anything_on_them_get_sensible_numbers(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 4)
    for colour in ("black", "white", "red", "blue"):
        Image.new("RGB", (90, 60), colour).save(archive / f"{colour}.png")
    Image.new("RGB", (1, 1), "red").save(archive / "tiny.png")
    Image.new("RGB", (10_000, 10), "red").save(archive / "long.png")
    noise = np.random.default_rng(1).integers(0, 256, (80, 80, 3)).astype(np.uint8)
    Image.fromarray(noise).save(archive / "noise.png")
    with an_engine() as engine:
        for query in sorted(archive.iterdir()):
            answer = search_with(engine, query, archive, options=ALL)
            assert isinstance(answer, SearchAnswer)
            assert len(answer.matches) == 10
            assert all(map(_is_sensible, answer.matches))
        answer = search_with(engine, archive / "red.png", archive, options=ALL)
        assert isinstance(answer, SearchAnswer)
        assert max(match.score for match in answer.matches if match.picture.name.startswith("0")) < 0.6


def _is_sensible(match: Match) -> bool:
    numbers = [match.score, match.structure, match.keypoints]
    return all(number is not None and -1 <= number < 1.0001 for number in numbers) and 0 <= match.score < 1


def test_an_unreadable_query_names_no_python(archive: Path, engine: Engine) -> None:
    truncated = io.BytesIO()
    make_picture(1).save(truncated, "JPEG")
    for data in (b"", b"text", truncated.getvalue()[:100], b"\x89PNG\r\n\x1a\n" + bytes(50), bytes(100)):
        failed = search_with(engine, Query("-", data), archive)
        assert isinstance(failed, QueryFailed)
        assert failed.reason.endswith(".")
        assert "Error" not in failed.reason
