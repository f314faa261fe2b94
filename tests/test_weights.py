import hashlib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from pictrace.embedders import weights as weights_module
from pictrace.embedders.weights import (
    WEIGHTS_NAME,
    converted_model,
    download_weights,
    find_weights,
    install_weights,
    remove_weights,
    weights_status,
)
from pictrace.errors import MachineRefuses, ModelUnavailable, WeightsMissing
from pictrace.events import Finished, Notice, Progress, Stage
from pictrace.settings import Settings
from tests.weights_server import WeightsServer, serving

CONTENT = bytes(range(256)) * 4000


@pytest.fixture(autouse=True)
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "keras"
    monkeypatch.setenv("KERAS_HOME", str(home))
    return home


@pytest.fixture
def server() -> Iterator[WeightsServer]:
    with serving(CONTENT) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, server: WeightsServer) -> Settings:
    return Settings(tmp_path / "home", weights_url=server.url, weights_md5=hashlib.md5(CONTENT).hexdigest())


def put(file: Path, content: bytes = CONTENT) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def part_of(settings: Settings) -> Path:
    return settings.models / f"{WEIGHTS_NAME}.part"


def fail_to_download(settings: Settings, error: type[Exception], timeout_seconds: float = 5) -> str:
    with pytest.raises(error) as caught:
        list(download_weights(settings, timeout_seconds))
    return str(caught.value)


def count_readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []
    real: Callable[[Path], str] = weights_module._md5

    def counting(file: Path) -> str:
        read.append(file)
        return real(file)

    monkeypatch.setattr(weights_module, "_md5", counting)
    return read


def test_missing_weights_are_told_with_what_to_do(settings: Settings) -> None:
    with pytest.raises(WeightsMissing) as caught:
        find_weights(settings)
    assert caught.value.message == (
        "The ResNet50 weights are not on this computer. "
        'Run "pictrace model download", or search with --embedder builtin.'
    )
    assert caught.value.exit_code == 4
    status = weights_status(settings)
    assert (status.path, status.bytes, status.converted, status.problem) == (None, 0, False, None)
    assert not settings.home.exists()


def test_weights_are_found_in_keras_own_cache(settings: Settings, keras_home: Path) -> None:
    file = put(keras_home / "models" / WEIGHTS_NAME)
    assert find_weights(settings) == file
    assert weights_status(settings).bytes == len(CONTENT)


def test_keras_own_cache_lies_in_the_persons_home(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    file = put(tmp_path / ".keras" / "models" / WEIGHTS_NAME)
    assert find_weights(settings) == file


def test_our_own_folder_comes_before_keras_cache(settings: Settings, keras_home: Path) -> None:
    put(keras_home / "models" / WEIGHTS_NAME)
    ours = put(settings.models / WEIGHTS_NAME)
    assert find_weights(settings) == ours


def test_a_wrong_file_of_ours_does_not_hide_the_right_one_of_keras(settings: Settings, keras_home: Path) -> None:
    put(settings.models / WEIGHTS_NAME, b"wrong")
    right = put(keras_home / "models" / WEIGHTS_NAME)
    assert find_weights(settings) == right


def test_a_wrong_file_is_named(settings: Settings) -> None:
    file = put(settings.models / WEIGHTS_NAME, b"wrong")
    with pytest.raises(ModelUnavailable, match="damaged or of another kind") as caught:
        find_weights(settings)
    assert not isinstance(caught.value, WeightsMissing)
    assert str(file) in caught.value.message
    status = weights_status(settings)
    assert (status.path, status.problem) == (None, caught.value.message)


def test_the_file_is_read_once_and_again_only_after_a_change(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = count_readings(monkeypatch)
    file = put(settings.models / WEIGHTS_NAME)
    for _start in range(3):
        find_weights(settings)
    assert read == [file]
    changed = bytearray(CONTENT)
    changed[100] ^= 1
    file.write_bytes(changed)
    os.utime(file, ns=(1, 1))
    with pytest.raises(ModelUnavailable):
        find_weights(settings)


def test_other_weights_in_the_settings_are_checked_anew(settings: Settings) -> None:
    put(settings.models / WEIGHTS_NAME)
    find_weights(settings)
    with pytest.raises(ModelUnavailable):
        find_weights(replace(settings, weights_md5="0" * 32))


def test_a_checksum_that_is_none_is_told(settings: Settings) -> None:
    with pytest.raises(ModelUnavailable, match="32 digits"):
        converted_model(replace(settings, weights_md5="../../elsewhere"))


def test_downloading_shows_progress_and_ends_with_the_file(settings: Settings) -> None:
    *progress, last = download_weights(settings)
    target = settings.models / WEIGHTS_NAME
    assert last == Finished(target)
    assert target.read_bytes() == CONTENT
    assert find_weights(settings) == target
    assert progress
    counts = []
    for event in progress:
        assert isinstance(event, Progress)
        assert (event.stage, event.total) == (Stage.DOWNLOADING, len(CONTENT))
        counts.append(event.done)
    assert counts == sorted(counts)
    assert counts[-1] == len(CONTENT)
    assert not list(settings.models.glob("*.part*"))


def test_weights_that_are_there_are_not_fetched_again(
    settings: Settings, server: WeightsServer, keras_home: Path
) -> None:
    file = put(keras_home / "models" / WEIGHTS_NAME)
    assert list(download_weights(settings)) == [Finished(file)]
    assert server.asked == []


def test_a_wrong_file_of_ours_is_replaced(settings: Settings) -> None:
    put(settings.models / WEIGHTS_NAME, b"wrong")
    list(download_weights(settings))
    assert find_weights(settings).read_bytes() == CONTENT


def test_a_cut_connection_keeps_what_came_and_the_next_run_goes_on(settings: Settings, server: WeightsServer) -> None:
    server.cut_after = 300_000
    message = fail_to_download(settings, MachineRefuses)
    assert message == (
        "The connection to 127.0.0.1 was cut after 0.3 of 1.0 MB. "
        "What has arrived is kept: run it again to go on from there."
    )
    server.cut_after = None
    first = next(iter(download_weights(settings)))
    assert isinstance(first, Progress)
    assert first.done == 300_000
    list(download_weights(settings))
    assert server.asked[1] == "bytes=300000-"
    assert find_weights(settings).read_bytes() == CONTENT


def test_closing_the_download_keeps_what_came(settings: Settings, server: WeightsServer) -> None:
    server.cut_after = 500_000
    events = download_weights(settings)
    next(iter(events))
    assert isinstance(events, Generator)
    events.close()
    assert part_of(settings).exists()
    with FileLock(settings.models / "download.lock", timeout=0):
        pass


def test_a_file_that_changed_on_the_server_is_not_glued_to_the_old_part(
    settings: Settings, server: WeightsServer
) -> None:
    server.content, server.cut_after = b"old" * 300_000, 300_000
    fail_to_download(settings, MachineRefuses)
    server.content, server.tag, server.cut_after = CONTENT, '"second"', None
    list(download_weights(settings))
    assert find_weights(settings).read_bytes() == CONTENT


def test_a_server_that_knows_no_ranges_sends_it_all_again(settings: Settings, server: WeightsServer) -> None:
    server.knows_ranges, server.cut_after = False, 300_000
    fail_to_download(settings, MachineRefuses)
    server.cut_after = None
    list(download_weights(settings))
    assert find_weights(settings).read_bytes() == CONTENT


def test_a_part_of_another_address_is_not_used(settings: Settings, server: WeightsServer) -> None:
    server.cut_after = 300_000
    fail_to_download(replace(settings, weights_url=f"{server.url}?other"), MachineRefuses)
    server.cut_after = None
    list(download_weights(settings))
    assert server.asked[-1] == ""


def test_a_part_that_is_too_long_is_fetched_anew(settings: Settings, server: WeightsServer) -> None:
    server.cut_after = 300_000
    fail_to_download(settings, MachineRefuses)
    with part_of(settings).open("ab") as file:
        file.write(CONTENT)
    server.cut_after = None
    list(download_weights(settings))
    assert server.asked[-1] == ""
    assert find_weights(settings).read_bytes() == CONTENT


def test_a_whole_part_of_a_killed_process_is_not_fetched_again(settings: Settings, server: WeightsServer) -> None:
    put(part_of(settings))
    list(download_weights(settings))
    assert server.asked == []
    assert find_weights(settings).read_bytes() == CONTENT


def test_a_wrong_checksum_throws_the_file_away(settings: Settings, server: WeightsServer) -> None:
    server.content = b"wrong" * 1000
    message = fail_to_download(settings, ModelUnavailable)
    assert "checksum is wrong" in message
    assert "pictrace model install" in message
    assert not list(settings.models.glob(f"{WEIGHTS_NAME}*"))


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (503, "Service Unavailable")])
def test_what_the_server_answers_is_told(settings: Settings, server: WeightsServer, status: int, phrase: str) -> None:
    server.status = status
    message = fail_to_download(settings, ModelUnavailable)
    assert message.startswith(f'The server answered "{status} {phrase}" for {server.url}.')


def test_no_network_is_told(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/weights.h5"
        message = fail_to_download(replace(settings, weights_url=url), MachineRefuses)
    assert "cannot be reached" in message


def test_an_unknown_host_is_told(settings: Settings) -> None:
    message = fail_to_download(replace(settings, weights_url="http://nowhere.invalid/weights.h5"), MachineRefuses)
    assert message.startswith("nowhere.invalid cannot be reached")


def test_a_server_that_does_not_answer_is_told(settings: Settings, server: WeightsServer) -> None:
    server.stall_seconds = 1
    assert "takes too long" in fail_to_download(settings, MachineRefuses, timeout_seconds=0.2)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/w.h5", "weights.h5", "http://", "http://[", ""])
def test_only_web_addresses_are_fetched(settings: Settings, url: str) -> None:
    assert "no http or https address" in fail_to_download(replace(settings, weights_url=url), ModelUnavailable)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/weights.h5"])
def test_a_redirection_does_not_lead_out_of_the_web(settings: Settings, server: WeightsServer, url: str) -> None:
    server.redirect = url
    fail_to_download(settings, ModelUnavailable if url.startswith("file") else MachineRefuses)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told(settings: Settings) -> None:
    settings.models.mkdir(parents=True)
    part_of(settings).symlink_to("/dev/full")
    assert "The disk is full" in fail_to_download(settings, MachineRefuses)


def test_too_little_room_is_told_before_the_disk_is_full(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Room:
        free = 10_000

    monkeypatch.setattr("shutil.disk_usage", lambda folder: Room)
    assert "are free in" in fail_to_download(settings, MachineRefuses)


def test_a_folder_that_may_not_be_written_is_told(settings: Settings) -> None:
    put(settings.home, b"a file where the folder should be")
    assert "cannot be read or written" in fail_to_download(settings, MachineRefuses)


def test_a_second_download_waits_for_the_first(settings: Settings, server: WeightsServer) -> None:
    settings.models.mkdir(parents=True)
    with FileLock(settings.models / "download.lock"):
        events = download_weights(settings)
        notice, progress = next(events), next(events)
        assert isinstance(notice, Notice)
        assert isinstance(progress, Progress)
        file = put(settings.models / WEIGHTS_NAME)
    assert list(events)[-1] == Finished(file)
    assert server.asked == []


def test_a_file_by_hand_is_checked_and_copied(settings: Settings, tmp_path: Path) -> None:
    given = put(tmp_path / "Downloads" / "weights (1).h5")
    target = install_weights(settings, given)
    assert target == settings.models / WEIGHTS_NAME
    assert find_weights(settings) == target
    assert given.read_bytes() == target.read_bytes() == CONTENT
    assert install_weights(settings, target) == target
    assert not list(settings.models.glob("tmp*"))


def test_a_wrong_file_by_hand_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    install_weights(settings, put(tmp_path / "right.h5"))
    with pytest.raises(ModelUnavailable) as caught:
        install_weights(settings, put(tmp_path / "wrong.h5", b"wrong"))
    for expected in ("wrong.h5", WEIGHTS_NAME, "95 MB", settings.weights_md5, settings.weights_url):
        assert expected in caught.value.message
    assert find_weights(settings).read_bytes() == CONTENT


def test_a_file_by_hand_that_is_not_there_is_told(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no file"):
        install_weights(settings, tmp_path / "nothing.h5")


def test_removing_frees_what_a_killed_copying_left(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = tmp_path / "killed"

    def die(_descriptor: int) -> None:
        if not killed.exists():
            shutil.copytree(settings.models, killed)

    monkeypatch.setattr(os, "fsync", die)
    install_weights(settings, put(tmp_path / "by-hand.h5"))
    shutil.rmtree(settings.models)
    shutil.copytree(killed, settings.models)
    assert remove_weights(settings) >= len(CONTENT)
    assert list(settings.models.iterdir()) == []


def test_removing_frees_what_is_ours_and_spares_what_is_keras(settings: Settings, keras_home: Path) -> None:
    theirs = put(keras_home / "models" / WEIGHTS_NAME)
    put(part_of(settings), b"12345")
    install_weights(settings, theirs)
    put(converted_model(settings) / "complete", b"seal")
    assert weights_status(settings).converted
    assert remove_weights(settings) >= len(CONTENT) + 5 + 4
    assert [file.suffix for file in settings.models.iterdir()] in ([], [".lock"])
    assert find_weights(settings) == theirs
    assert remove_weights(replace(settings, home=settings.home / "nowhere")) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no modes")
def test_the_folders_are_private(settings: Settings) -> None:
    list(download_weights(settings))
    assert [folder.stat().st_mode & 0o777 for folder in (settings.home, settings.models)] == [0o700, 0o700]
