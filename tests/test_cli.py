"""The command line: its words, its exit codes, and what it says when something is wrong."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import pictrace
from pictrace.cli import run
from pictrace.fingerprints import stored_fingerprints
from tests.archive_files import zip_by_hand
from tests.asking import Program, counts, in_home, indexed
from tests.pictures import aged, make_archive, make_picture, zipped
from tests.remembering import full_disk, without_privileges

BUILTIN = ("--embedder", "builtin")


@pytest.fixture(autouse=True)
def _no_weights_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return aged(make_archive(tmp_path / "photos", 6))


@pytest.fixture
def home_in_the_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folders of the tests are closed to everybody else."""
    folder = Path(f"/tmp/pictrace-test-{os.getpid()}")
    folder.mkdir(mode=0o755)
    monkeypatch.setenv("PICTRACE_HOME", str(folder))
    yield folder
    shutil.rmtree(folder)


def test_the_version(program: Program) -> None:
    assert program("--version") == 0
    assert program.out == f"pictrace {pictrace.__version__}\n"


@pytest.mark.parametrize(
    "command",
    ["demo", "index", "search", "duplicates", "explain"]
    + [f"model {verb}" for verb in ("status", "download", "install", "remove")]
    + [f"cache {verb}" for verb in ("status", "clear", "verify")],
)
def test_the_help_of_every_command_shows_an_example(command: str, program: Program) -> None:
    for word in ("--help", "-h"):
        assert program(*command.split(), word) == 0
        assert f"Example: pictrace {command}" in program.out
    assert program("--help") == 0
    assert command.split()[0] in program.out


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "index",
        "search",
        "search a.jpg",
        "search a.jpg --in . --top 0",
        "search a.jpg --in . --top x",
        "search a.jpg --in . --min-score 2",
        "search a.jpg --in . --region 1,2,3",
        "search a.jpg --in . --region 1,2,0,4",
        "search a.jpg --in . --region a,b,c,d",
        "search a.jpg b.jpg --in . --region 1,2,3,4",
        "search a.jpg --in . --embedder magic",
        "duplicates . --csv a --json",
        "explain a.jpg",
        "model nonsense",
        "index --jsn .",
    ],
)
def test_wrong_words_are_said_to_be_so(words: str, program: Program) -> None:
    assert program(*words.split()) == 2
    assert program.out == ""
    assert program.err


def test_without_a_display_the_commands_are_named() -> None:
    surroundings = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-m", "pictrace"]
    done = subprocess.run(
        command, cwd=Path(pictrace.__file__).parents[1], env=surroundings, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 5
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert "python3 main.py demo" in sentence


def test_index_in_json_is_one_line_of_the_promised_words(program: Program, archive: Path) -> None:
    (archive / "text.jpg").write_text("no picture")
    assert program("index", archive, "--json", *BUILTIN) == 0
    (line,) = program.lines
    assert list(line) == ["indexed", "reused", "skipped", "seconds"]
    assert (line["indexed"], line["reused"], type(line["seconds"])) == (6, 0, float)
    assert line["skipped"] == [
        {"archive": str(archive), "name": "text.jpg", "reason": "This is not a picture: it is text."}
    ]
    assert program.err == ""
    assert program("index", archive, *BUILTIN) == 0
    assert program.out.startswith("0 indexed, 6 known already, 1 passed over, in ")
    assert "text.jpg: This is not a picture: it is text." in program.out


def test_search_in_json_is_a_line_a_query_of_the_promised_words(program: Program, archive: Path) -> None:
    query = archive / "003.jpg"
    gone = str(archive / "gone.jpg")
    assert program("search", query, gone, query, "--in", archive, "--top", "3", "--json", *BUILTIN) == 3
    first, second, third = program.lines
    assert list(first) == ["query", "matches", "searched", "seconds"]
    assert list(first["matches"][0]) == [
        *("rank", "archive", "name", "sha256", "score", "cosine", "structure", "keypoints", "label")
    ]
    assert [match["rank"] for match in first["matches"]] == [1, 2, 3]
    assert (first["query"], first["searched"]) == (str(query), 5)
    assert list(second) == ["query", "error"]
    assert (second["query"], second["error"]) == (gone, f'There is no file "{gone}".')
    assert third["matches"] == first["matches"]
    assert program.err == ""


def test_duplicates_in_json_is_a_line_a_group_of_the_promised_words(program: Program, archive: Path) -> None:
    shutil.copy(archive / "003.jpg", archive / "copy.jpg")
    assert program("duplicates", archive, "--json", *BUILTIN) == 0
    (group,) = program.lines
    assert list(group) == ["kind", "members"]
    assert group["kind"] == "exact"
    assert [member["name"] for member in group["members"]] == ["003.jpg", "copy.jpg"]
    assert list(group["members"][0]) == ["archive", "name", "sha256", "score", "bytes", "width", "height"]
    assert program("duplicates", archive, *BUILTIN) == 0
    assert "Exact copies (2)" in program.out
    assert program("duplicates", archive, "--csv", archive.parent / "a.csv", *BUILTIN) == 0
    assert (archive.parent / "a.csv").read_text().count("exact") == 2
    assert program("duplicates", archive, "--html", archive.parent / "a.html", *BUILTIN) == 0
    assert (archive.parent / "a.html").read_text().count("data:image/jpeg") == 2
    assert program("duplicates", archive, "--csv", archive, *BUILTIN) == 5
    assert "cannot be written" in program.sentence


def test_explain_says_every_number(program: Program, archive: Path) -> None:
    drawing = archive.parent / "why.png"
    assert program("explain", archive / "003.jpg", archive / "003.jpg", "--picture", drawing, "--json", *BUILTIN) == 0
    (line,) = program.lines
    assert (line["score"], line["label"], line["same_content"]) == (1.0, "same picture", True)
    assert {"cosine", "structure", "keypoints", "reason", "points_agreeing"} <= line.keys()
    assert drawing.read_bytes().startswith(b"\x89PNG")
    assert program("explain", archive / "003.jpg", archive / "gone.jpg", *BUILTIN) == 3
    assert program.sentence.startswith("There is no file")


def test_without_weights_auto_says_so_and_goes_on_but_resnet50_does_not(program: Program, archive: Path) -> None:
    assert program("search", archive / "003.jpg", "--in", archive, "--json") == 0
    assert len(program.lines) == 1
    (notice,) = program.err.splitlines()
    assert "pictrace model download" in notice
    assert program("index", archive, "--embedder", "resnet50") == 4
    assert program.sentence == (
        'The ResNet50 weights are not on this computer. Run "pictrace model download", or search with '
        "--embedder builtin."
    )


def test_a_wrong_weights_file_is_refused(program: Program, archive: Path) -> None:
    assert program("model", "install", archive / "003.jpg") == 4
    assert program.sentence.endswith(".")
    assert program("model", "status") == 0
    assert program("model", "remove") == 0


@pytest.mark.parametrize("name", ["missing", "empty.zip", "damaged.zip", "protected.zip", "picture.jpg", "text.txt"])
def test_an_archive_that_cannot_be_read_is_one_sentence(name: str, program: Program, tmp_path: Path) -> None:
    file = tmp_path / name
    match name:
        case "empty.zip":
            file.write_bytes(b"")
        case "damaged.zip":
            file.write_bytes(b"PK\3\4" + bytes(100))
        case "protected.zip":
            file.write_bytes(zip_by_hand([(b"a.jpg", b"secret")], flags=1))
        case "picture.jpg":
            make_picture(1).save(file)
        case "text.txt":
            file.write_text("no archive")
    code = program("index", file, *BUILTIN)
    if name == "protected.zip" and code == 0:
        assert "password" in program.out
    else:
        assert code == 3
        assert str(file) in program.sentence


def test_a_hostile_archive_is_read_as_far_as_it_is_sound(program: Program, archive: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.zip"
    with zipfile.ZipFile(hostile, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(archive / "001.jpg", "good.jpg")
        packed.write(archive / "002.jpg", "../../outside.jpg")
        packed.writestr("bomb.png", bytes(80_000_000))
        packed.writestr("empty.jpg", b"")
        packed.writestr("\x1b[2Jred.jpg", (archive / "003.jpg").read_bytes()[:300])
    before = sorted(tmp_path.rglob("*"))
    assert program("index", hostile, *BUILTIN) == 0
    assert program.out.startswith("1 indexed, 0 known already, 4 passed over")
    assert "\x1b" not in program.out
    assert sorted(tmp_path.rglob("*")) == before


def test_an_archive_without_pictures_says_what_is_read(program: Program, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert program("index", tmp_path / "nothing", "--json", *BUILTIN) == 0
    assert program.lines[0]["indexed"] == 0
    assert "There are no pictures in" in program.err
    assert program("duplicates", tmp_path / "nothing", *BUILTIN) == 0
    assert program.out == "There are no duplicates.\n"


def test_standard_input_and_members_are_queries(
    program: Program, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = zipped(archive, archive.parent / "album.zip")
    with (archive / "003.jpg").open() as picture:
        monkeypatch.setattr(sys, "stdin", picture)
        words = ("--in", packed, "--in", archive, "--top", "1", "--json", *BUILTIN)
        assert program("search", "-", f"{packed}!/004.jpg", *words) == 0
    piped, member = program.lines
    assert piped["query"] == "-"
    assert (piped["matches"][0]["name"], piped["matches"][0]["score"], piped["searched"]) == ("003.jpg", 1.0, 12)
    assert member["query"] == f"{packed}!/004.jpg"
    assert (member["matches"][0]["archive"], member["matches"][0]["name"]) == (str(archive), "004.jpg")


def test_odd_names_survive_in_json_and_harm_no_terminal(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "-dash \udce9 \u202egpj"
    folder.mkdir()
    odd = ["-rf.jpg", "\u202egpj.exe.jpg", "🦊.jpg", "\udcff.jpg", "\x1b]0;owned\x07.jpg", "n" * 246 + ".jpg", "é.jpg"]
    for name in odd:
        make_picture(1).save(folder / "x.bmp")
        (folder / "x.bmp").rename(folder / name)
    (folder / "\x1b[31mbroken.jpg").write_bytes(b"")
    assert program("search", folder / "-rf.jpg", "--in", folder, "--top", "9", "--json", *BUILTIN) == 0
    (answer,) = program.lines
    assert {match["name"] for match in answer["matches"]} == {*odd} - {"-rf.jpg"}
    assert {match["archive"] for match in answer["matches"]} == {str(folder)}
    assert "\x1b" not in program.err
    for command in (["search", folder / "-rf.jpg", "--in"], ["duplicates"], ["index"]):
        assert program(*command, folder, *BUILTIN) == 0
        assert not any(letter in program.out + program.err for letter in "\x1b\x07\u202e\udcff")
    monkeypatch.chdir(tmp_path)
    assert program("index", *BUILTIN, "--json", "--", folder.name) == 0
    assert program.lines[0]["reused"] + program.lines[0]["indexed"] == 7


def test_a_broken_setting_is_one_notice(program: Program, archive: Path) -> None:
    in_home("settings.toml").write_text("closer_look = many")
    assert program("index", archive, "--json", *BUILTIN) == 0
    assert len(program.lines) == 1
    (notice,) = program.err.splitlines()
    assert "settings.toml" in notice
    assert "the defaults are used" in notice


def test_a_home_that_cannot_be_is_one_notice(
    program: Program, archive: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "in the way").write_bytes(b"")
    monkeypatch.setenv("PICTRACE_HOME", str(tmp_path / "in the way"))
    assert program("search", archive / "003.jpg", "--in", archive, "--json", *BUILTIN) == 0
    assert len(program.lines[0]["matches"]) == 5
    (notice,) = program.err.splitlines()
    assert "Cannot save the index" in notice
    for command in ("status", "verify", "clear"):
        assert program("cache", command) == 0


def test_a_full_disk_is_one_notice(program: Program, archive: Path) -> None:
    with full_disk(2_000):
        assert program("index", archive, "--json", *BUILTIN) == 0
    assert program.lines[0]["indexed"] == 6
    notices = program.err.splitlines()
    assert len(notices) <= 2
    assert all("Cannot save the index (" in notice for notice in notices)


def test_the_cache_says_what_it_holds_is_checked_and_cleared(program: Program, archive: Path) -> None:
    assert program("cache", "verify") == 0
    indexed(archive)
    assert program("cache", "status") == 0
    assert "6 pictures from 6 files" in program.out
    assert "6 fingerprints in fingerprints-builtin-" in program.out
    assert program("cache", "verify") == 0
    (file,) = stored_fingerprints(in_home())
    file.write_bytes(file.read_bytes()[:-50] + bytes(50))
    assert program("cache", "verify") == 1
    assert "damaged" in program.out
    assert program("cache", "clear") == 0
    assert counts(indexed(archive)[0]) == (6, 0, 0)


def test_a_cache_that_may_not_be_touched_is_one_sentence(
    program: Program, archive: Path, home_in_the_open: Path
) -> None:
    indexed(archive)
    with without_privileges():
        for command in ("status", "verify", "clear"):
            assert program("cache", command) == 5
            (sentence,) = program.err.splitlines()
            assert "Permission denied" in sentence or "cannot be cleared" in sentence
    assert counts(indexed(archive)[0]) == (0, 6, 0)


def test_a_newer_cache_is_refused_in_one_sentence(program: Program, archive: Path) -> None:
    indexed(archive)

    connection = sqlite3.connect(in_home("catalogue.sqlite"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for command in (["index", archive, *BUILTIN], ["cache", "status"], ["cache", "verify"]):
        assert program(*command) == 5
        (sentence,) = program.err.splitlines()
        assert "was written by a newer PicTrace" in sentence


def started(*words: str, **environment: str) -> "subprocess.Popen[bytes]":
    """The program as a process of its own, with its own terminal's Ctrl-C."""
    return subprocess.Popen(
        [sys.executable, "-m", "pictrace", *words, *BUILTIN],
        cwd=Path(pictrace.__file__).parents[1],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def test_names_that_the_output_cannot_encode_are_escaped(archive: Path) -> None:
    (archive / "한국어 🦊.jpg").write_bytes(b"")
    with started("index", str(archive), PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert b"\\ud55c" in out


def test_a_reader_that_has_had_enough_ends_it_quietly(archive: Path) -> None:
    queries = [str(archive / f"{number:03}.jpg") for number in range(6)] * 5
    with started("search", *queries, "--in", str(archive), "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        json.loads(process.stdout.readline())
        process.stdout.close()
        assert (process.stderr.read(), process.wait(timeout=30)) == (b"", 0)


@pytest.mark.parametrize("after_seconds", [0.4, 0.7])
def test_ctrl_c_at_any_moment_leaves_no_traceback(tmp_path: Path, after_seconds: float) -> None:
    archive = make_archive(tmp_path / "photos", 150, side=150)
    with started("index", str(archive)) as process:
        time.sleep(after_seconds)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert b"Traceback" not in err
    assert (process.returncode, out) == (130, b"")


def test_ctrl_c_keeps_what_was_done(tmp_path: Path) -> None:
    archive = aged(make_archive(tmp_path / "photos", 150, side=150))
    with started("index", str(archive)) as process:
        while not (stored := stored_fingerprints(in_home())) or stored[0].stat().st_size < 10_000:
            assert process.poll() is None
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)
        _out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == b"Stopped. What was done is kept; the rest continues next time.\n"
    report, told = indexed(archive)
    assert told == []
    assert report.reused > 0
    assert report.indexed + report.reused == 150


@pytest.mark.slow
def test_the_demo_finds_what_it_promises(program: Program) -> None:
    assert program("demo", *BUILTIN) == 0
    assert program.out.count("compared with") >= 3
    assert "edited copy" in program.out
    assert program.err == ""


def test_run_may_be_called_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert [run(["--version"]), run(["nonsense"]), run(["--version"])] == [0, 2, 0]
