"""From archives to remembered fingerprints: nothing is done twice, nothing is lost, nothing stands in the way."""

import io
import os
import pickle
import random
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pictrace.engine
from pictrace import reading
from pictrace.catalogue import RACY_NS, Catalogue
from pictrace.decode import decode_picture
from pictrace.embedders.builtin import Builtin
from pictrace.embedders.parameters import shipped_parameters
from pictrace.engine import Engine
from pictrace.events import Committed, Finished, Found, Progress, Skipped, Stage
from pictrace.fingerprints import reopen, stored_fingerprints
from pictrace.picture import Picture, Pixels, Vectors
from pictrace.questions import Query, SearchOptions
from pictrace.settings import Settings
from tests.asking import an_engine, answer_of, counts, in_home, index_with, indexed, names
from tests.pictures import aged, make_archive, make_picture, zipped
from tests.remembering import full_disk


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return aged(make_archive(tmp_path / "photos", 8))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the decoder was given while indexing."""
    given = []

    def decode(data: bytes, max_bytes: int) -> Picture:
        given.append(data)
        return decode_picture(data, max_bytes)

    monkeypatch.setattr(reading, "decode_picture", decode)
    return given


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[Pixels]:
    given = []
    embed = Builtin.embed

    def listening(self: Builtin, pictures: list[Pixels]) -> Vectors:
        given.extend(pictures)
        return embed(self, pictures)

    monkeypatch.setattr(Builtin, "embed", listening)
    return given


def test_a_second_index_decodes_nothing(archive: Path, decoded: list[bytes], embedded: list[Pixels]) -> None:
    assert counts(indexed(archive)[0]) == (8, 0, 0)
    assert (len(decoded), len(embedded)) == (8, 8)
    assert counts(indexed(archive)[0]) == (0, 8, 0)
    assert (len(decoded), len(embedded)) == (8, 8)


def test_a_second_index_does_not_even_open_the_files(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    indexed(archive)
    monkeypatch.setattr(reading, "read_ahead", lambda tasks, *_rest, **_more: iter(list(tasks)[:0]))
    assert counts(indexed(archive)[0]) == (0, 8, 0)


def test_a_moved_folder_is_hashed_and_nothing_more(
    archive: Path, tmp_path: Path, decoded: list[bytes], embedded: list[Pixels]
) -> None:
    indexed(archive)
    moved = archive.rename(tmp_path / "elsewhere")
    assert counts(indexed(moved)[0]) == (0, 8, 0)
    assert (len(decoded), len(embedded)) == (8, 8)


def test_the_same_files_in_a_zip_are_hashed_and_nothing_more(
    archive: Path, tmp_path: Path, decoded: list[bytes], embedded: list[Pixels]
) -> None:
    indexed(archive)
    packed = zipped(archive, tmp_path / "album.zip")
    assert counts(indexed(packed)[0]) == (0, 8, 0)
    assert (len(decoded), len(embedded)) == (8, 8)
    assert names(answer_of(archive / "003.jpg", packed))[0] == "003.jpg"


def test_another_embedder_reads_no_file_again(
    archive: Path, decoded: list[bytes], embedded: list[Pixels], monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed(archive)
    other = _other_builtin()
    monkeypatch.setattr(pictrace.engine, "open_builtin", lambda: other)
    assert counts(indexed(archive)[0]) == (8, 0, 0)
    assert (len(decoded), len(embedded)) == (8, 16)
    assert len(stored_fingerprints(in_home())) == 2


def _other_builtin() -> Builtin:
    """The same parameters, otherwise packed: another checksum, and so another embedder."""
    with np.load(io.BytesIO(shipped_parameters())) as parameters:
        packed = io.BytesIO()
        np.savez(packed, **dict(parameters))
    return Builtin(packed.getvalue())


def test_vectors_of_different_embedders_never_mix(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Turned(Builtin):
        def embed(self, pictures: list[Pixels]) -> Vectors:  # type: ignore[override]
            return -super().embed(pictures)

        @property
        def name(self) -> str:
            return super().name + "x"

    query = archive / "003.jpg"
    before = answer_of(query, archive)
    monkeypatch.setattr(pictrace.engine, "open_builtin", lambda: Turned(shipped_parameters()))
    assert [match.cosine for match in answer_of(query, archive).matches] == [
        pytest.approx(match.cosine, abs=1e-5) for match in before.matches
    ]


def test_when_the_catalogue_is_lost_the_thumbnails_are_made_anew(
    archive: Path, decoded: list[bytes], embedded: list[Pixels]
) -> None:
    indexed(archive)
    before = answer_of(archive / "003.jpg", archive)
    for file in in_home().glob("catalogue*"):
        file.unlink()
    report, _ = indexed(archive)
    assert counts(report) == (0, 8, 0)
    assert len(decoded) == 16
    assert answer_of(archive / "003.jpg", archive).matches == before.matches


def test_when_the_fingerprints_are_lost_the_thumbnails_serve(
    archive: Path, decoded: list[bytes], embedded: list[Pixels]
) -> None:
    indexed(archive)
    before = answer_of(archive / "003.jpg", archive)
    for file in in_home().glob("fingerprints*"):
        file.unlink()
    assert counts(indexed(archive)[0]) == (8, 0, 0)
    assert len(decoded) == 8
    assert answer_of(archive / "003.jpg", archive).matches == before.matches


def test_a_file_changed_just_before_it_was_hashed_is_hashed_again(archive: Path, decoded: list[bytes]) -> None:
    fresh = archive / "000.jpg"
    fresh.touch()
    stamp = fresh.stat().st_mtime_ns
    indexed(archive)
    content = (archive / "001.jpg").read_bytes()
    # As within the same tick of the clock: other bytes, and nothing else tells.
    fresh.write_bytes(content[: fresh.stat().st_size].ljust(fresh.stat().st_size, b"\0"))
    os.utime(fresh, ns=(stamp, stamp))
    indexed(archive)
    assert len(decoded) == 9
    assert stamp + RACY_NS > fresh.stat().st_mtime_ns


def test_a_changed_file_is_read_again_and_nothing_else(archive: Path, decoded: list[bytes]) -> None:
    indexed(archive)
    make_picture(99).save(archive / "002.jpg")
    assert counts(indexed(archive)[0]) == (1, 7, 0)
    assert len(decoded) == 9
    query = archive.parent / "query.jpg"
    make_picture(99).resize((60, 60)).save(query)
    assert names(answer_of(query, archive))[0] == "002.jpg"


def test_a_deleted_file_is_no_longer_found(archive: Path) -> None:
    indexed(archive)
    (archive / "004.jpg").unlink()
    answer = answer_of(archive / "003.jpg", archive)
    assert answer.searched == 6
    assert "004.jpg" not in names(answer)


def test_a_broken_picture_does_not_shift_its_neighbours(archive: Path, tmp_path: Path) -> None:
    for broken in ("001.jpg", "004.jpg"):
        (archive / broken).write_bytes(b"\xff\xd8\xff no more than a beginning")
    report, _ = indexed(archive)
    assert counts(report) == (6, 0, 2)
    for number in (0, 2, 3, 5, 6, 7):
        query = tmp_path / "query.png"
        make_picture(number).save(query)
        best = answer_of(query, archive).matches[0]
        assert best.picture.name == f"{number:03}.jpg"
        assert best.score > 0.9


def test_the_counts_add_up_to_the_pictures_found(archive: Path) -> None:
    (archive / "empty.jpg").write_bytes(b"")
    (archive / "page.png").write_text("<html>no picture</html>")
    (archive / "notes.txt").write_text("not reported")
    (archive / ".hidden.jpg").write_bytes(b"")
    shutil.copy(archive / "000.jpg", archive / "000 copy.jpg")
    zipped(archive, archive / "inner.zip", only=["001.jpg", "empty.jpg"])
    for _ in range(2):
        report, _ = indexed(archive)
        assert sum(counts(report)) == report.found == 13
        assert sorted(skipped.name for skipped in report.skipped) == ["empty.jpg", "inner.zip!/empty.jpg", "page.png"]
        assert all(skipped.reason.endswith(".") for skipped in report.skipped)
        assert report.others == 1


def test_a_file_reached_through_two_archives_is_one(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(archive)
    report, _ = indexed(archive, tmp_path, archive / "..", tmp_path / "link")
    assert counts(report) == (8, 0, 0)


def test_the_reason_of_a_broken_picture_is_remembered(archive: Path, decoded: list[bytes]) -> None:
    (archive / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    aged(archive)
    first, _ = indexed(archive)
    again, _ = indexed(archive)
    assert len(decoded) == 9
    assert again.skipped == first.skipped


def test_closing_an_index_early_keeps_what_was_read(tmp_path: Path, decoded: list[bytes]) -> None:
    archive = aged(make_archive(tmp_path / "photos", 90, side=48))
    with an_engine() as engine:
        events = engine.index([str(archive)])
        for event in events:
            if isinstance(event, Committed):
                break
        events.close()  # type: ignore[attr-defined]
    assert counts(indexed(archive)[0])[1] >= 64
    assert len(decoded) < 90 + 20  # what was under way is decoded again


def test_progress_is_honest(archive: Path) -> None:
    (archive / "broken.jpg").write_bytes(b"")
    with an_engine() as engine:
        told = [event for event in engine.index([str(archive)]) if isinstance(event, Progress | Skipped)]
    progress = [event for event in told if isinstance(event, Progress)]
    for stage in (Stage.COUNTING, Stage.INDEXING):
        done = [event.done for event in progress if event.stage is stage]
        assert done == sorted(done)
    assert (progress[-1].done, progress[-1].total) == (9, 9)
    assert sum(isinstance(event, Skipped) for event in told) == 1


def test_two_processes_may_index_one_archive_at_once(tmp_path: Path) -> None:
    archive = aged(make_archive(tmp_path / "photos", 60, side=64))
    command = [sys.executable, "-m", "pictrace", "index", str(archive), "--embedder", "builtin"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, ""), out
    (file,) = stored_fingerprints(in_home())
    fingerprints = reopen(file)
    assert fingerprints is not None
    assert (len(fingerprints), fingerprints.notices) == (60, [])
    assert file.stat().st_size < 60 * 2 * (fingerprints.matrix.shape[1] + 100)
    catalogue = Catalogue(in_home("catalogue.sqlite"), "0")
    assert (catalogue.verify(), catalogue.status().pictures, catalogue.status().files) == ([], 60, 60)
    catalogue.close()
    assert counts(indexed(archive)[0]) == (0, 60, 0)


def test_without_a_home_all_works_with_one_notice(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answer_of(archive / "003.jpg", archive)
    (tmp_path / "in the way").write_bytes(b"")
    monkeypatch.setenv("PICTRACE_HOME", str(tmp_path / "in the way"))
    report, told = indexed(archive)
    assert counts(report) == (8, 0, 0)
    assert len(told) == 1, told
    assert "Cannot save the index" in told[0]
    assert answer_of(archive / "003.jpg", archive).matches == before.matches


def test_on_a_full_disk_all_works_with_one_notice(archive: Path) -> None:
    before = answer_of(archive / "003.jpg", archive)
    for file in in_home().iterdir():
        file.unlink()
    with an_engine() as engine, full_disk(30_000):
        report, told = index_with(engine, archive)
        assert counts(report) == (8, 0, 0)
        assert told == [
            "Cannot save the index (the disk is full, or fails). Search works, but will be slower next time."
        ]
    assert answer_of(archive / "003.jpg", archive).matches == before.matches


@pytest.mark.parametrize("at", range(6))
def test_a_damaged_cache_is_rebuilt_with_a_notice_and_the_answer_stays(archive: Path, at: int) -> None:
    before = answer_of(archive / "003.jpg", archive)
    dice = random.Random(at)
    for file in [in_home("catalogue.sqlite"), *stored_fingerprints(in_home())]:
        content = bytearray(file.read_bytes())
        start = 0 if at == 0 else dice.randrange(len(content))
        content[start : start + 3000] = dice.randbytes(len(content[start : start + 3000]))
        file.write_bytes(content)
    for _ in range(2):
        assert answer_of(archive / "003.jpg", archive).matches == before.matches
    report, told = indexed(archive)
    assert (counts(report), told) == ((0, 8, 0), [])


def test_code_in_a_cache_file_is_never_run(archive: Path, tmp_path: Path) -> None:
    indexed(archive)
    (file,) = stored_fingerprints(in_home())
    victim = tmp_path / "was run"

    class Attack:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, (f"touch '{victim}'",)

    file.write_bytes(pickle.dumps(Attack()))
    report, told = indexed(archive)
    assert not victim.exists()
    assert counts(report) == (8, 0, 0)
    assert len(told) == 1
    assert "was damaged" in told[0]


def test_a_cache_of_a_newer_version_is_refused_and_left_alone(archive: Path) -> None:
    indexed(archive)
    connection = sqlite3.connect(in_home("catalogue.sqlite"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(pictrace.errors.MachineRefuses, match="newer PicTrace"), Engine(Settings(in_home())):
        pass


def test_a_picture_in_every_name_that_a_disk_can_hold(tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    odd = [
        b"caf\xe9.jpg",  # no UTF-8
        "\u202egpj.evil".encode() + b".jpg",
        "🦊 fox 👩‍👩‍👧.jpg".encode(),
        b"-rf.jpg",
        b"n" * 246 + b".jpg",
        "e\u0301.jpg".encode(),
        "\u00e9.jpg".encode(),
        b"line\nbreak.jpg",
        b"\x1b[31mred.jpg",
        b"a!.jpg",
    ]
    for seed, name in enumerate(odd):
        make_picture(seed).save(folder / "x.jpg")
        (folder / "x.jpg").rename(folder / os.fsdecode(name))
    report, _ = indexed(folder)
    assert counts(report) == (len(odd), 0, 0)
    query = tmp_path / "query.png"
    make_picture(0).save(query)
    assert os.fsencode(names(answer_of(query, folder))[0]) == odd[0]
    with zipfile.ZipFile(tmp_path / "names.zip", "w") as packed:
        packed.write(query, "a!/b.png")
    assert names(answer_of(query, tmp_path / "names.zip")) == ["a!/b.png"]


def test_one_picture_in_many_formats_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "formats"
    folder.mkdir()
    for ending in ("png", "webp", "bmp", "tiff", "gif", "jp2", "avif", "ico"):
        make_picture(5).save(folder / f"picture.{ending}")
    shutil.copy(folder / "picture.png", folder / "misnamed.jpg")
    shutil.copy(folder / "picture.png", folder / "without an ending")
    Image.new("RGB", (1, 1)).save(folder / "tiny.png")
    Image.new("RGB", (5000, 5)).save(folder / "long.png")
    report, _ = indexed(folder)
    assert counts(report) == (12, 0, 0)
    answer = answer_of(folder / "picture.png", folder)
    assert {match.picture.name for match in answer.matches[:2]} == {"misnamed.jpg", "without an ending"}
    assert all(match.score > 0.8 for match in answer.matches)


def test_with_and_without_subfolders_are_two_places_to_search(tmp_path: Path) -> None:
    album = make_archive(tmp_path / "album", 2)
    make_archive(album / "older", 2, first=2)
    asked = [Query("asked", (album / "000.jpg").read_bytes())]
    with an_engine() as engine:

        def found(*, subfolders: bool, index_first: bool) -> set[str]:
            events = engine.search(
                asked, [str(album)], SearchOptions(top=9), index_first=index_first, subfolders=subfolders
            )
            (answer,) = [event.answer for event in events if isinstance(event, Found)]
            return {match.picture.name for match in answer.matches}

        (last,) = [event for event in engine.index([str(album)], subfolders=False) if isinstance(event, Finished)]
        assert last.result.found == 2
        assert found(subfolders=False, index_first=False) == {"000.jpg", "001.jpg"}
        everything = {"000.jpg", "001.jpg", "older/002.jpg", "older/003.jpg"}
        assert found(subfolders=True, index_first=True) == everything
        assert found(subfolders=False, index_first=False) == {"000.jpg", "001.jpg"}
        groups = list(engine.duplicates([str(album)], subfolders=False))
        assert isinstance(groups[-1], Finished)
        assert groups[-1].result.found == 2
