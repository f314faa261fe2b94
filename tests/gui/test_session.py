"""Every state of the window, produced by a real engine, and without a window."""

import hashlib
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pytest

from pictrace import engine_process
from pictrace.events import Progress, Stage
from pictrace.gui import finding
from pictrace.gui.preferences import Preferences
from pictrace.gui.session import Session
from pictrace.gui.shown import Act, Page, Sort, Tone
from pictrace.questions import Query, Region
from pictrace.settings import Settings
from tests.archive_files import zip_by_hand
from tests.gui.sessions import PATIENCE_SECONDS, bar_with, is_done, message_of, wait, within, words_of
from tests.pictures import make_archive, make_picture
from tests.weights_server import serving


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return Settings(tmp_path / "home")


@pytest.fixture
def session(settings: Settings) -> Iterator[Session]:
    session = Session(settings, Preferences(threshold=0.0))
    yield session
    session.close()


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("album") / "photos", 6)


def search(session: Session, album: Path, picture: Path | None = None) -> None:
    session.choose_archives((str(album),))
    session.choose_query(Query(str(picture or album / "003.jpg")))
    session.find()


def test_importing_the_session_imports_no_window_and_nothing_heavy() -> None:
    heavy = "tkinter", "ttkbootstrap", "tensorflow", "openvino", "cv2", "skimage"
    code = f"import sys, pictrace.gui.session; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_at_first_it_says_what_is_missing(session: Session, album: Path) -> None:
    assert session.shown.page is Page.EMPTY
    assert session.shown.missing == "Choose a picture, and the folder or ZIP to look in."
    assert session.shown.status == "Ready. Nothing leaves this computer."
    session.choose_archives((str(album),))
    assert wait(session, lambda shown: shown.archives).missing == "Choose the picture to look for."
    session.choose_query(Query(str(album / "000.jpg")))
    assert wait(session, lambda shown: shown.chosen).missing == ""


def test_the_sample_pictures_lead_to_matches_with_one_press(session: Session) -> None:
    session.do(Act.TRY_SAMPLES)
    assert wait(session, lambda shown: shown.work).work.words == "Drawing sample pictures…"  # type: ignore[union-attr]
    shown = wait(session, is_done)
    assert shown.page is Page.RESULTS
    assert "lighthouse" in shown.results[0].picture.name
    assert shown.look is not None


def test_a_search_counts_reads_and_shows_the_matches(session: Session, album: Path) -> None:
    search(session, album)
    seen = set()

    def done(shown: object) -> bool:
        seen.add(session.shown.work.words if session.shown.work else "")
        return is_done(session.shown)

    shown = wait(session, done)
    assert any(re.match(r"Reading pictures \d of 6", words) for words in seen), seen
    assert [match.rank for match in shown.results] == [1, 2, 3, 4, 5]
    assert re.fullmatch(r"5 of 5 match · \d+\.\d\d s", shown.status)
    assert shown.preferences.recent == (str(album),)


def test_counting_shows_how_many_were_found(session: Session, album: Path) -> None:
    session.choose_archives((str(album),))
    session.find()
    wait(session, lambda shown: shown.work)
    session._finding._indexing(Progress(Stage.COUNTING, 3218))
    session._changed = True
    work = wait(session, lambda shown: shown.work and "found" in shown.work.words).work
    assert work is not None
    assert (work.words, work.share, work.can_pause) == ("Looking for pictures… 3,218 found", None, False)


def test_the_best_matches_so_far_come_while_pictures_are_read(session: Session, tmp_path: Path) -> None:
    album = make_archive(tmp_path / "many", 200)
    for quality in (50, 60, 70):
        again = make_archive(album / str(quality), 0)
        for seed in range(200):
            make_picture(seed).save(again / f"{seed:03}.jpg", quality=quality)
    search(session, album)
    shown = wait(session, lambda shown: shown.results)
    assert shown.heading == "Best matches so far"
    assert shown.work is not None
    session.pause()
    paused = wait(session, lambda shown: shown.work and shown.work.paused)
    assert paused.work is not None
    assert paused.work.words.startswith("Paused · Reading pictures")
    session.pause()
    session.cancel()
    stopped = wait(session, lambda shown: bar_with(shown, "Stopped."))
    bar = bar_with(stopped, "Stopped.")
    assert bar is not None
    assert re.fullmatch(r"Stopped\. \d+ pictures? (is|are) ready; the rest continue next time\.", bar.words)
    assert words_of(bar.buttons) == ["Continue"]
    assert stopped.results
    session.do(bar.buttons[0].act)
    shown = wait(session, is_done)
    assert shown.bars == () or bar_with(shown, "Stopped.") is None
    assert "of 799 match" in shown.status


def test_the_slider_filters_what_was_found_at_once(session: Session, album: Path) -> None:
    search(session, album, album / "003.jpg")
    everything = wait(session, is_done).results
    least = everything[1].score
    session.prefer(threshold=least)
    session.poll()
    assert session.shown.results == tuple(match for match in everything if match.score >= least)
    assert session.shown.work is None


def test_where_nothing_is_alike_enough_the_closest_can_be_shown(session: Session, album: Path) -> None:
    search(session, album)
    wait(session, is_done)
    session.prefer(threshold=1.0)
    message = message_of(wait(session, lambda shown: shown.message))
    assert re.fullmatch(r"Nothing is at least 100% similar\. The closest is \d+%\.", message.title)
    assert words_of(message.buttons) == ["Show the closest"]
    session.do(message.buttons[0].act)
    shown = wait(session, lambda shown: shown.results)
    assert shown.results[0].rank == 1


def test_the_results_can_be_ordered_otherwise(session: Session, album: Path) -> None:
    search(session, album)
    wait(session, is_done)
    session.sort_by(Sort.NAME)
    session.poll()
    names = [match.picture.name for match in session.shown.results]
    assert names == sorted(names)
    session.sort_by(Sort.LARGEST)
    session.poll()
    sizes = [match.picture.size_bytes for match in session.shown.results]
    assert sizes == sorted(sizes, reverse=True)
    session.sort_by(Sort.NEWEST)
    session.poll()
    times = [match.picture.modified_ns for match in session.shown.results]
    assert times == sorted(times, reverse=True)


def test_a_folder_without_pictures_says_so_and_names_the_formats(session: Session, album: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    search(session, tmp_path / "empty", album / "000.jpg")
    message = message_of(wait(session, lambda shown: shown.message))
    assert message.title == "No pictures in this folder."
    assert "JPEG" in message.text
    assert "HEIC" in message.text
    assert words_of(message.buttons) == ["Choose another"]


def test_subfolders_are_read_only_where_they_are_wanted(session: Session, tmp_path: Path) -> None:
    outer = make_archive(tmp_path / "outer", 3)
    make_archive(outer / "inner", 3, first=3)
    (outer / "inner" / "broken.jpg").write_bytes(b"no picture")
    session.prefer(subfolders=False)
    search(session, outer, outer / "000.jpg")
    shown = wait(session, is_done)
    assert {match.picture.name for match in shown.results} == {"001.jpg", "002.jpg"}
    assert not shown.unreadable
    session.prefer(subfolders=True)
    shown = wait(session, lambda shown: is_done(shown) and shown.unreadable)
    assert len(shown.results) == 5
    session.prefer(subfolders=False)
    shown = wait(session, lambda shown: is_done(shown) and not shown.unreadable)
    assert len(shown.results) == 2


def test_a_folder_without_pictures_says_so_also_before_a_picture_is_chosen(session: Session, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    session.choose_archives((str(tmp_path / "empty"),))
    session.find()
    assert message_of(wait(session, lambda shown: shown.message)).title == "No pictures in this folder."


def test_what_went_to_the_trash_is_shown_no_more_and_not_found_again(
    session: Session, album: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(album, tmp_path / "copy")
    search(session, copy, copy / "003.jpg")
    first = wait(session, is_done).results
    going = first[1].picture
    (copy / going.name).unlink()
    session.lose([going.key])
    session.poll()
    assert going.name not in {match.picture.name for match in session.shown.results}
    assert session.shown.status.startswith("4 of 4 match")
    session.choose_query(Query(str(copy / first[0].picture.name)))
    shown = wait(session, is_done)
    assert len(shown.results) == 4
    assert going.name not in {match.picture.name for match in shown.results}


def test_where_not_all_matches_are_shown_it_says_so(
    session: Session, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_RESULTS", 2)
    search(session, album)
    shown = wait(session, is_done)
    assert re.match(r"At least 2 of 5 match; the best 2 are shown · ", shown.status)
    session.prefer(threshold=shown.results[0].score)
    session.poll()
    assert session.shown.status.startswith("1 of 5 match")


def test_pictures_in_subfolders_are_offered_where_there_are_no_others(
    session: Session, album: Path, tmp_path: Path
) -> None:
    make_archive(tmp_path / "outer" / "inner", 3)
    session.prefer(subfolders=False)
    search(session, tmp_path / "outer", album / "005.jpg")
    message = message_of(wait(session, lambda shown: shown.message))
    assert message.title == "No pictures in this folder."
    assert "JPEG" in message.text
    assert words_of(message.buttons) == ["Include subfolders"]
    session.do(message.buttons[0].act)
    assert len(wait(session, lambda shown: shown.results).results) == 3


def test_a_query_that_is_no_picture_is_named(session: Session, album: Path, tmp_path: Path) -> None:
    (tmp_path / "qb.xyz").write_bytes(b"no picture")
    search(session, album, tmp_path / "qb.xyz")
    message = message_of(wait(session, lambda shown: shown.message))
    assert message.title == "This file is not a picture we can read: qb.xyz."
    assert message.text
    assert [button.act for button in message.buttons] == [Act.CHOOSE_PICTURE]
    session.choose_query(Query(str(album / "001.jpg")))
    session.find()
    assert wait(session, is_done).message is None


def test_a_folder_that_is_gone_can_be_retried(session: Session, album: Path, tmp_path: Path) -> None:
    search(session, tmp_path / "drive", album / "000.jpg")
    message = message_of(wait(session, lambda shown: shown.message))
    assert message.title == "This folder is gone or the drive is not connected."
    assert words_of(message.buttons) == ["Choose another", "Retry"]
    make_archive(tmp_path / "drive", 2)
    session.do(message.buttons[1].act)
    assert wait(session, is_done).message is None


def test_a_zip_with_a_password_is_called_so(session: Session, album: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.zip"
    locked.write_bytes(zip_by_hand([(b"a.jpg", b"secret")], flags=1))
    search(session, locked, album / "000.jpg")
    message = message_of(wait(session, lambda shown: shown.message))
    assert message.title == "This ZIP is protected by a password."


def test_of_a_damaged_zip_it_is_told_how_much_could_be_read(session: Session, album: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(damaged, "w") as file:
        for picture in sorted(album.iterdir()):
            file.write(picture, picture.name)
        spoiled = file.getinfo("002.jpg").header_offset + 200
    data = bytearray(damaged.read_bytes())
    data[spoiled : spoiled + 8] = b"\0" * 8
    damaged.write_bytes(data)
    search(session, damaged, album / "000.jpg")
    shown = wait(session, is_done)
    assert bar_with(shown, "The ZIP is damaged; 5 of 6 pictures could be read.")
    assert shown.unreadable_words == "1 file could not be read"
    assert shown.unreadable[0].name == "002.jpg"


def test_files_that_could_not_be_read_are_listed_with_reasons(session: Session, tmp_path: Path) -> None:
    album = make_archive(tmp_path / "album", 3)
    (album / "broken.jpg").write_bytes(b"no picture")
    (album / "cut.jpg").write_bytes((album / "000.jpg").read_bytes()[:150])
    search(session, album, album / "000.jpg")
    shown = wait(session, is_done)
    assert shown.unreadable_words == "2 files could not be read"
    assert {one.name for one in shown.unreadable} == {"broken.jpg", "cut.jpg"}
    assert all(one.reason for one in shown.unreadable)


def test_without_weights_a_bar_offers_them_and_the_search_goes_on(session: Session, album: Path) -> None:
    search(session, album)
    shown = wait(session, is_done)
    bar = bar_with(shown, "The ResNet50 model is not on this computer yet. Searching with the built-in comparison.")
    assert bar is not None
    assert bar.tone is Tone.WARNING
    assert words_of(bar.buttons) == ["Download 95 MB", "Choose file…", "Not now"]
    session.do(Act.NO_WEIGHTS)
    assert wait(session, lambda shown: not shown.bars).preferences.weights_bar is False


def test_a_download_shows_progress_and_can_be_cancelled(settings: Settings, album: Path) -> None:
    with serving(bytes(4 << 20)) as server:
        server.stall_seconds = 0.3
        session = Session(replace(settings, weights_url=server.url), Preferences(threshold=0.0))
        search(session, album)
        wait(session, is_done)
        session.do(Act.DOWNLOAD_WEIGHTS)
        shown = wait(session, lambda shown: any(bar.share is not None for bar in shown.bars))
        bar = bar_with(shown, "Downloading")
        assert bar is not None
        assert words_of(bar.buttons) == ["Cancel"]
        session.do(Act.CANCEL_DOWNLOAD)
        wait(session, lambda shown: all(bar.share is None for bar in shown.bars))
        session.close()


def test_a_download_that_fails_says_why_in_the_same_bar(settings: Settings, album: Path) -> None:
    with serving(b"not the weights") as server:
        md5 = hashlib.md5(b"the weights").hexdigest()
        session = Session(replace(settings, weights_url=server.url, weights_md5=md5), Preferences(threshold=0.0))
        search(session, album)
        wait(session, is_done)
        session.do(Act.DOWNLOAD_WEIGHTS)
        shown = wait(session, lambda shown: bar_with(shown, "is not the ResNet50 weights"))
        assert words_of(shown.bars[0].buttons) == ["Download 95 MB", "Choose file…", "Not now"]
        session.close()


def test_a_file_with_other_content_is_not_taken_for_the_weights(session: Session, album: Path) -> None:
    search(session, album)
    wait(session, is_done)
    session.install_weights(album / "000.jpg")
    assert wait(session, lambda shown: bar_with(shown, "is not the file that is needed"))


def test_a_worker_that_keeps_dying_is_a_notice_and_can_be_started_again(
    session: Session, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "serve", _die)
    search(session, album)
    shown = wait(session, lambda shown: bar_with(shown, "The search stopped unexpectedly. Your index is safe."))
    bar = bar_with(shown, "The search stopped")
    assert bar is not None
    assert words_of(bar.buttons) == ["Start again", "Details"]
    assert session.details
    monkeypatch.undo()
    session.do(bar.buttons[0].act)
    assert bar_with(wait(session, is_done), "The search stopped") is None


def test_a_worker_that_is_killed_goes_on_by_itself(session: Session, album: Path) -> None:
    search(session, album)
    wait(session, lambda shown: shown.work and "Reading" in shown.work.words)
    (worker,) = multiprocessing.active_children()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    assert wait(session, is_done).results


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_told_without_stopping_the_search(
    session: Session, album: Path, settings: Settings
) -> None:
    settings.home.mkdir()
    settings.home.chmod(0o500)
    search(session, album)
    shown = wait(session, is_done)
    settings.home.chmod(0o700)
    assert bar_with(shown, "Cannot save the index (no permission to write there).")
    assert shown.results


def test_an_index_that_cannot_be_saved_is_told_without_stopping_the_search(
    session: Session, album: Path, settings: Settings
) -> None:
    settings.home.mkdir()
    settings.catalogue.mkdir()
    search(session, album)
    shown = wait(session, is_done)
    assert bar_with(shown, "Cannot save the index")
    assert shown.results
    session.do(Act.DISMISS)
    wait(session, lambda shown: bar_with(shown, "Cannot save") is None)


def test_the_old_results_stay_dimmed_until_the_new_ones_come(session: Session, album: Path) -> None:
    search(session, album)
    first = wait(session, is_done).results
    session.choose_query(Query(str(album / "001.jpg")))
    session.poll()
    assert session.shown.dimmed
    assert session.shown.results == first
    second = wait(session, is_done).results
    assert second != first


def test_nothing_in_one_folder_says_nothing_about_the_next(session: Session, album: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    search(session, tmp_path / "empty", album / "000.jpg")
    assert message_of(wait(session, lambda shown: shown.message)).title == "No pictures in this folder."
    session.choose_archives((str(album),))
    shown = wait(session, lambda shown: shown.archives == (str(album),))
    assert shown.message is None
    assert shown.page is Page.EMPTY
    assert shown.status == "Press “Find similar” to see what matches now."


def test_results_of_another_folder_are_called_earlier_ones(session: Session, album: Path, tmp_path: Path) -> None:
    search(session, album)
    wait(session, is_done)
    session.choose_archives((str(tmp_path),))
    shown = wait(session, lambda shown: shown.dimmed)
    assert shown.heading == "Earlier matches"
    assert shown.status == "Press “Find similar” to see what matches now."


def test_a_picture_that_cannot_be_opened_is_not_being_opened_any_more(session: Session, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("no picture")
    session.choose_query(Query(str(tmp_path / "notes.jpg")))
    assert not wait(session, lambda shown: shown.message).opening


def test_another_picture_is_searched_at_once_where_everything_is_read(session: Session, album: Path) -> None:
    search(session, album)
    wait(session, is_done)
    session.choose_query(Query("pasted", (album / "002.jpg").read_bytes()))
    shown = wait(session, lambda shown: is_done(shown) and shown.results[0].picture.name == "002.jpg")
    assert shown.results[0].score == 1.0


def test_a_region_is_searched_instead_of_the_whole(session: Session, album: Path, tmp_path: Path) -> None:
    pair = make_picture(1, 200).copy()
    pair.paste(make_picture(4).resize((100, 100)), (100, 100))
    pair.save(tmp_path / "pair.png")
    search(session, album, tmp_path / "pair.png")
    wait(session, is_done)
    session.choose_region(Region(100, 100, 100, 100))
    shown = wait(session, lambda shown: is_done(shown) and shown.results[0].picture.name == "004.jpg")
    assert shown.chosen is not None
    assert shown.chosen.region == Region(100, 100, 100, 100)


def test_another_place_while_reading_ends_the_first_and_is_searched_itself(session: Session, tmp_path: Path) -> None:
    many = make_archive(tmp_path / "many", 200)
    few = make_archive(tmp_path / "few", 3, first=500)
    search(session, many)
    wait(session, lambda shown: shown.work and "Reading" in shown.work.words)
    session.choose_archives((str(few),))
    session.find()
    shown = wait(session, is_done)
    assert {match.picture.archive for match in shown.results} == {str(few)}


def test_closing_while_reading_takes_less_than_two_seconds_and_leaves_nothing_running(
    settings: Settings, tmp_path: Path
) -> None:
    album = make_archive(tmp_path / "many", 200)

    def closing() -> float:
        session = Session(replace(settings, home=Path(mkdtemp(dir=tmp_path))))
        search(session, album)
        wait(session, lambda shown: shown.work and "Reading" in shown.work.words)
        began = time.monotonic()
        session.close()
        took = time.monotonic() - began
        assert multiprocessing.active_children() == []
        return took

    within(2, closing)


def test_closing_while_samples_are_drawn_leaves_nothing_running(settings: Settings) -> None:
    def closing() -> float:
        session = Session(settings)
        session.do(Act.TRY_SAMPLES)
        until = time.monotonic() + PATIENCE_SECONDS
        while not multiprocessing.active_children():
            assert time.monotonic() < until
            time.sleep(0.01)
        began = time.monotonic()
        session.close()
        took = time.monotonic() - began
        assert multiprocessing.active_children() == []
        return took

    within(2, closing)


def test_a_query_that_is_no_file_any_more_is_told_and_tried_again(
    session: Session, album: Path, tmp_path: Path
) -> None:
    search(session, album, tmp_path / "none.jpg")
    message = message_of(wait(session, lambda shown: shown.message))
    assert message.title == "This file is not a picture we can read: none.jpg."
    wait(session, lambda shown: shown.work is None)
    shutil.copy(album / "002.jpg", tmp_path / "none.jpg")
    session.find()
    shown = wait(session, lambda shown: is_done(shown) and shown.results)
    assert shown.message is None
    assert shown.results[0].score == 1.0
    assert wait(session, lambda shown: shown.look).look is not None


def _die(*_arguments: object) -> None:
    os._exit(3)
