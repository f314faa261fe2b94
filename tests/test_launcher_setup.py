"""main.py: the set-up when something changes, fails or is interrupted. After each failure the next start succeeds."""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.launcher_project import Package, Project, Start, ended, wait_until_there

TINY = Package("tiny")
NEWER = Package("tiny", version="2.0")
OTHER = Package("other")
PYTEST = Package("pytest", groups=("dev",))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Set up by two starts at once, where the project's folder cannot hold the environment."""
    project = Project.make(tmp_path_factory.mktemp("first"))
    project.lock(TINY, OTHER, PYTEST)
    return project


@pytest.fixture(scope="module")
def two_starts(first: Project) -> list[Start]:
    first.environment.write_text("a file in the place of the folder: nothing can be written here", encoding="utf-8")
    both = [first.begin("--number", str(number)) for number in range(2)]
    return [Start.of(process) for process in both]


@pytest.fixture
def ready(first: Project, two_starts: list[Start], tmp_path: Path) -> Project:
    """A copy, with the environment in the project's folder."""
    assert [start.code for start in two_starts] == [0, 0]
    project = first.copy(tmp_path)
    project.environment.unlink()
    (project.data / "environment").rename(project.environment)
    return project


def test_a_read_only_project_is_set_up_in_the_data_folder(first: Project, two_starts: list[Start]) -> None:
    assert [start.code for start in two_starts] == [0, 0]
    assert (first.data / "environment" / "complete").is_file()


def test_of_two_starts_at_once_the_second_waits_and_both_succeed(two_starts: list[Start]) -> None:
    assert [start.packages for start in two_starts] == [["other 1.0", "tiny 1.0"]] * 2
    assert sorted(start.said.count("for the first time") for start in two_starts) == [0, 1]
    waiting = [re.search(r"being set up by another start \(process \d+\); waiting", start.said) for start in two_starts]
    assert len([found for found in waiting if found]) == 1


def test_a_changed_lock_brings_the_environment_up_to_date(ready: Project) -> None:
    ready.lock(NEWER, PYTEST)
    start = ready.start()
    assert start.packages == ["tiny 2.0"], "what is no longer locked is removed"
    assert "To be installed: 1 package;" in start.said
    assert "first time" not in start.said
    assert ready.start().said == ""


def test_test_adds_the_dev_group_and_hands_its_words_to_pytest(ready: Project) -> None:
    start = ready.start("test", "-k", "two words")
    assert start.told["module"] == "pytest.__main__"
    assert start.told["words"] == ["-k", "two words"]
    assert start.told["folder"] == str(ready.folder)
    assert start.packages == ["other 1.0", "pytest 1.0", "tiny 1.0"]
    assert ready.start().said == "", "the dev group does no harm to a plain start"


def test_a_package_with_another_hash_is_not_installed(ready: Project) -> None:
    ready.lock(NEWER, OTHER, wrong_hash_of="tiny")
    start = ready.start()
    assert start.code == 5
    assert "its SHA-256 differs" in start.said
    assert str(ready.environment / "setup.log") in start.said
    assert start.output == ""
    assert not (ready.environment / "complete").exists(), "what a failed set-up left is not trusted"


def test_without_a_network_the_sentence_says_so_and_nothing_is_touched(ready: Project) -> None:
    ready.lock(NEWER, OTHER)
    start = ready.start(PIP_NO_INDEX="0", PIP_INDEX_URL="http://127.0.0.1:9/", PIP_FIND_LINKS="", PIP_RETRIES="0")
    assert start.code == 5
    assert "See that this computer is connected to the network" in start.said
    assert (ready.environment / "complete").is_file()
    assert "tiny 2.0" in ready.start().packages


def test_too_little_disk_is_found_out_before_anything_is_downloaded(ready: Project) -> None:
    ready.lock(NEWER, OTHER)
    little = "import collections, shutil; shutil.disk_usage = lambda _: collections.namedtuple('Usage', 'free')(100)"
    start = ready.start(before=little)
    assert start.code == 5
    assert re.search(r"needs 0\.0 MB of free disk in .*, and 0\.0 MB are free\. Make room there", start.said)
    assert (ready.environment / "complete").is_file()


def test_a_package_that_is_offered_nowhere_is_told_apart_from_a_missing_network(ready: Project) -> None:
    ready.lock(NEWER, OTHER)
    next(ready.wheels.glob("tiny-2.0*")).unlink()
    start = ready.start()
    assert start.code == 5
    assert "not offered for this computer" in start.said


def test_ctrl_c_stops_cleanly_and_the_next_start_succeeds(ready: Project) -> None:
    ready.lock(NEWER, OTHER)
    process = ready.begin()
    with ended(process):
        wait_until_there(ready.environment / "tmp", process)
        os.killpg(process.pid, signal.SIGINT)
        start = Start.of(process)
    assert start.code == 130
    assert start.said.splitlines()[-1].startswith("Stopped.")
    assert "tiny 2.0" in ready.start().packages


def test_a_set_up_that_was_killed_is_made_anew(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    project.lock(TINY)
    process = project.begin()
    with ended(process):
        wait_until_there(project.environment / "bin" / "python", process)
        process.kill()
        process.wait()
        assert not (project.environment / "complete").exists()
        again = project.start()
    assert again.packages == ["tiny 1.0"]
    assert "for the first time" in again.said


class Slowly(SimpleHTTPRequestHandler):
    """An index of the wheels in a folder that takes its time with wheels."""

    def copyfile(self, source: "object", outputfile: "object") -> None:
        while chunk := source.read(200_000):  # type: ignore[attr-defined]
            outputfile.write(chunk)  # type: ignore[attr-defined]
            time.sleep(0.02)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def address(ready: Project) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Slowly, directory=str(ready.wheels)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_size_of_a_download_and_how_far_it_is_are_told(ready: Project, address: str) -> None:
    ready.lock(Package("large", size=12_000_000), TINY, OTHER)
    start = ready.start(PIP_FIND_LINKS=address, PIP_NO_CACHE_DIR="1")
    assert "To be installed: 1 package; 12 MB will be downloaded." in start.said
    assert re.search(r"Fetching package 1 of 1: [\d.]+ MB of 12 MB", start.said)
    assert "large 1.0" in start.packages


def test_a_size_that_cannot_be_found_out_is_said_to_be_unknown(
    ready: Project, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Slowly, "do_HEAD", lambda handler: handler.send_error(405))
    ready.lock(NEWER, OTHER)
    start = ready.start(PIP_FIND_LINKS=address)
    assert "will be downloaded, and 1 package whose size could not be found out." in start.said
    assert "tiny 2.0" in start.packages


@pytest.fixture
def display(need_program: Callable[[str, str], str]) -> Iterator[str]:
    import subprocess

    reader, writer = os.pipe()
    server = subprocess.Popen(
        [need_program("Xvfb", "sudo apt install xvfb"), "-displayfd", str(writer), "-screen", "0", "800x600x24"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as pipe:
        yield ":" + pipe.readline().strip()
    server.terminate()
    server.wait()


def test_who_clicks_sees_a_window_with_the_reason_and_can_try_again(
    ready: Project, display: str, need_program: Callable[[str, str], str]
) -> None:
    import subprocess

    xdotool = need_program("xdotool", "sudo apt install xdotool")
    ready.lock(NEWER, OTHER)
    wheel = next(ready.wheels.glob("tiny-2.0*"))
    away = wheel.rename(wheel.with_name("away"))
    process = ready.begin(DISPLAY=display)
    with ended(process):
        assert process.stderr is not None
        while "not offered" not in process.stderr.readline():
            assert process.poll() is None
        away.rename(wheel)
        surroundings = os.environ | {"DISPLAY": display}
        search = [xdotool, "search", "--onlyvisible", "--name", "^PicTrace$"]
        while process.poll() is None:
            # More than once: the sentence is told before the button can be pressed.
            found = subprocess.run(search, env=surroundings, capture_output=True, text=True, check=False).stdout.split()
            if found:
                subprocess.run([xdotool, "windowfocus", found[0], "key", "space"], env=surroundings, check=False)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
        start = Start.of(process)
    assert start.code == 0
    assert "tiny 2.0" in start.packages
