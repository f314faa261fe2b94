"""The command: what it says, how it ends, and that nothing is left of it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import pictrace
from tests.asking import Program
from tests.pictures import make_archive
from tests.web.talking import ask, form, plug

PATIENCE_SECONDS = 30


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "photos", 3)


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


@dataclass(frozen=True, slots=True)
class Started:
    process: subprocess.Popen[str]
    address: str
    errors: Path

    @property
    def port(self) -> int:
        return int(self.address.partition("//")[2].partition(":")[2].partition("/")[0])

    def told_to_end(self, number: signal.Signals) -> int:
        """Its exit code; and no process of it is left."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(15)
        assert time.monotonic() - began < 10
        deadline = time.monotonic() + 3
        while _lives(self.process.pid):
            assert time.monotonic() < deadline, "something is left running"
            time.sleep(0.05)
        return code


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def started(folder: Path, *words: str | Path, **environment: str) -> Iterator[Started]:
    errors = folder / "errors.txt"
    with errors.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "pictrace", "serve", *map(str, words), "--port", "0", "--embedder", "builtin"],
            cwd=Path(pictrace.__file__).parents[1],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        said = ""
        while (found := re.search(r"http://\S+", said)) is None:
            line = process.stdout.readline()
            assert line, errors.read_text()
            said += line
        yield Started(process, found.group(), errors)
    finally:
        if _lives(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_ends_it_quietly_though_people_are_watching(
    number: signal.Signals, code: int, archive: Path, tmp_path: Path
) -> None:
    make_archive(archive, 20, side=400)
    with started(tmp_path, archive) as service, plug(service.port) as watching, plug(service.port):
        watching.sendall(b"GET /api/v1/jobs/1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert watching.recv(1000).startswith(b"HTTP/1.1 200")
        assert service.told_to_end(number) == code
        told = service.errors.read_text().splitlines()
        said = [line for line in told if " 200 " not in line and "Everything is read" not in line]
        assert said == (["Stopped."] if number is signal.SIGINT else [])


def test_on_this_machine_it_answers_without_a_token(archive: Path, tmp_path: Path) -> None:
    with started(tmp_path, archive) as service:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", service.address)
        assert ask(service.port, "GET", "/api/v1/health").json["status"] == "ok"
        page = ask(service.port, "GET", "/")
        assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert ask(service.port, "GET", "/", headers={"Host": "evil.example"}).status == 421


def test_it_says_when_everything_is_read(archive: Path, tmp_path: Path) -> None:
    (archive / "broken.jpg").write_bytes(b"no picture")
    with started(tmp_path, archive) as service:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "Everything is read" not in service.errors.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert "Everything is read: 3 pictures. 1 file could not be read." in service.errors.read_text()


def test_elsewhere_it_shows_a_link_that_signs_in_once_and_nowhere_else(archive: Path, tmp_path: Path) -> None:
    with started(tmp_path, archive, "--host", "0.0.0.0") as service:
        address, _sign, token = service.address.partition("#")
        assert address.endswith("/sign-in")
        assert len(token) >= 32
        assert ask(service.port, "GET", "/api/v1/statistics").status == 401
        bearer = {"Authorization": f"Bearer {token}"}
        assert ask(service.port, "GET", "/api/v1/statistics", headers=bearer).status == 200
        assert ask(service.port, "GET", f"/api/v1/statistics?token={token}").status == 401
        assert ask(service.port, "GET", f"/sign-in?{token}").status == 200
        assert service.told_to_end(signal.SIGTERM) == 0
        assert token not in service.errors.read_text()
        assert service.process.stdout is not None
        assert token not in service.process.stdout.read()


def test_a_token_that_was_given_is_not_shown(archive: Path, tmp_path: Path) -> None:
    with started(tmp_path, archive, PICTRACE_TOKEN="my-own-token") as service:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", service.address)
        assert ask(service.port, "GET", "/api/v1/statistics").status == 401
        assert ask(service.port, "GET", "/", headers={"Authorization": "Bearer my-own-token"}).status == 200
    file = tmp_path / "token"
    file.write_text("from-a-file\n")
    with started(tmp_path, archive, "--token-file", file, "--allow-host", "pictures.example") as service:
        bearer = {"Authorization": "Bearer from-a-file"}
        for host in ("localhost", "pictures.example"):
            assert ask(service.port, "GET", "/", headers=bearer | {"Host": host}).status == 200


def test_the_settings_say_how_large_an_upload_may_be(archive: Path, tmp_path: Path) -> None:
    Path(os.environ["PICTRACE_HOME"], "settings.toml").write_text("upload_megabytes = 1\n")
    with started(tmp_path, archive) as service:
        for size, status in ((3 << 20, 413), (1000, 422)):
            body, headers = form(b"x" * size)
            answer = ask(service.port, "POST", "/api/v1/search/upload", body, headers)
            assert answer.status == status
            assert answer.sentence


def test_a_port_that_is_taken_is_said_before_anything_else(program: Program, archive: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert program("serve", archive, "--port", str(port)) == 5
    assert program.sentence == f"Port {port} is taken by another program. Choose another one with --port."


def test_archives_that_cannot_be_read_are_said_before_anything_else(program: Program, tmp_path: Path) -> None:
    broken = tmp_path / "a.zip"
    broken.write_bytes(b"PK\3\4 and nothing more")
    make_archive(tmp_path / "good", 1)
    for archive in (tmp_path / "none", broken):
        assert program("serve", tmp_path / "good", archive, "--port", "0") == 3
        assert str(archive) in program.sentence


@pytest.mark.parametrize(
    "words",
    [
        *("", ". --port 65536", ". --port -1", ". --port x", ". --token-file", ". --token-file /nowhere/token"),
        *(". --host no.such.host.invalid", ". --host 300.1.1.1", ". --embedder magic", ". --json"),
    ],
)
def test_wrong_words_are_said_to_be_so(words: str, program: Program, tmp_path: Path) -> None:
    place = [str(tmp_path) if word == "." else word for word in words.split()]
    assert program("serve", *place) == 2
    assert program.out == ""
    assert program.err


def test_an_address_of_another_machine_is_refused(program: Program, tmp_path: Path) -> None:
    assert program("serve", tmp_path, "--host", "192.0.2.1", "--port", "0") == 5
    assert program.sentence.startswith('"192.0.2.1" is no address of this machine.')


def test_the_help_shows_an_example(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert program("serve", "--help") == 0
    assert "Example: pictrace serve" in program.out
    for word in ("--host", "--port", "--token-file", "--allow-host", "--allow-private-addresses", "--embedder"):
        assert word in program.out


def test_without_the_service_nothing_of_it_is_imported() -> None:
    words = "import sys, pictrace.cli; print(*sys.modules.keys() & {'fastapi', 'uvicorn', 'starlette', 'aiohttp'})"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "\n"
