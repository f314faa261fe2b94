"""main.py: what a person meets who starts PicTrace, with the environment there already or without hope for one."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import main
from tests.launcher_project import LAUNCHER, Package, Project, Start

TINY = Package("tiny")
EXTRA = Package("extra")
FOREIGN = Package("foreign", markers="sys_platform == 'nowhere'")
BY_GROUP = Package("bygroup", groups=("main", "dev"), markers={"main": "os_name == 'none'", "dev": "os_name != 'none'"})
PYTEST = Package("pytest", groups=("dev",))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Start]:
    """A project and its first start; tests that change something work on a copy."""
    project = Project.make(tmp_path_factory.mktemp("first"))
    project.lock(TINY, EXTRA, FOREIGN, BY_GROUP, PYTEST)
    return project, project.start("search", "a picture.jpg")


@pytest.fixture
def ready(first: tuple[Project, Start], tmp_path: Path) -> Project:
    return first[0].copy(tmp_path)


def test_the_first_start_sets_up_what_the_lock_names_and_nothing_else(first: tuple[Project, Start]) -> None:
    start = first[1]
    assert start.code == 0
    assert start.packages == ["extra 1.0", "tiny 1.0"]
    assert start.told["words"] == ["search", "a picture.jpg"]


def test_the_first_start_says_how_much_comes_before_it_comes(first: tuple[Project, Start]) -> None:
    said = first[1].said.splitlines()
    assert "set up for the first time, in " in said[0]
    assert "To be installed: 2 packages; 0.0 MB will be downloaded." in said
    assert said[-1] == "PicTrace is set up."


def test_a_later_start_says_nothing_and_costs_less_than_0_3_seconds(first: tuple[Project, Start]) -> None:
    project = first[0]
    python = project.environment / "bin" / "python"
    surroundings = os.environ | {"PYTHONPATH": str(project.folder)}
    with_launcher, without = [], []
    for _ in range(4):
        began = time.perf_counter()
        assert project.start().said == ""
        middle = time.perf_counter()
        subprocess.run([python, "-P", "-m", "pictrace"], env=surroundings, check=True, capture_output=True)
        with_launcher.append(middle - began)
        without.append(time.perf_counter() - middle)
    assert min(with_launcher) - min(without) < 0.3


def test_words_the_folder_and_the_exit_code_are_passed_on(first: tuple[Project, Start]) -> None:
    words = ["--top", "5", "-", "", "my holiday.jpg", "--", "-x", "ünï'\"$HOME"]
    start = first[0].start(*words, EXIT_WITH="7")
    assert start.code == 7
    assert start.told["words"] == words
    assert start.told["folder"] == str(first[0].folder.parent)
    assert start.told["module"] == "pictrace.__main__"


def test_a_module_in_the_persons_folder_is_not_mistaken_for_pythons_own(ready: Project) -> None:
    (ready.folder.parent / "json.py").write_text("raise SystemExit('the wrong json')", encoding="utf-8")
    assert ready.start().code == 0


def test_any_python_may_start_what_is_set_up(first: tuple[Project, Start]) -> None:
    assert first[0].start(before="import sys; sys.version_info = (3, 8, 0, 'final', 0)").code == 0


def test_a_moved_project_is_still_set_up(ready: Project) -> None:
    moved = Project(ready.folder.rename(ready.folder.with_name("moved here")))
    assert moved.start().said == ""


def test_an_environment_in_the_data_folder_is_used(ready: Project) -> None:
    ready.data.mkdir()
    ready.environment.rename(ready.data / "environment")
    assert ready.start().said == ""


def test_an_environment_whose_python_is_gone_does_not_count(ready: Project) -> None:
    environment = main.Environment(str(ready.environment))
    assert environment.installed() is not None
    Path(environment.python).unlink()
    assert environment.installed() is None


@pytest.mark.parametrize("note", ["", "only one line", "\x00\n\n\n", "ä\n1\n2\n3\n4\n"])
def test_a_broken_note_of_what_is_installed_does_not_count(tmp_path: Path, note: str) -> None:
    (tmp_path / "complete").write_text(note, encoding="latin-1")
    assert main.Environment(str(tmp_path)).installed() is None


def test_python_3_6_can_read_the_launcher() -> None:
    ast.parse(LAUNCHER.read_text(encoding="utf-8"), feature_version=(3, 6))


OLD = "import sys; sys.version_info = (3, 10, 4, 'final', 0)"


def test_an_unsupported_python_names_what_to_install_where_there_is_no_other(tmp_path: Path) -> None:
    start = Project.make(tmp_path).start(before=OLD, PATH=str(tmp_path))
    assert start.code == 5
    assert start.said.startswith("PicTrace needs Python 3.11, 3.12 or 3.13; this is Python 3.10")
    assert "Install Python 3.13" in start.said


def test_an_unsupported_python_tries_every_other_and_survives_those_that_fail(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    (project.folder / "main.py").write_text(
        LAUNCHER.read_text(encoding="utf-8").replace("environment = ready_environment(groups)", "environment = None"),
        encoding="utf-8",
    )
    names = ["python3.13", "python3.12", "python3.11"]
    mine = "python{}.{}".format(*sys.version_info)
    for folder, does in (
        ("shims", "exit 127"),
        ("liars", "echo 2.7"),
        ("real", f'echo tried >&2; exec {sys.executable} "$@"'),
    ):
        (tmp_path / folder).mkdir()
        for name in names:
            shim = tmp_path / folder / name
            shim.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
            shim.chmod(0o755)
    path = os.pathsep.join(str(tmp_path / folder) for folder in ("nowhere", "shims", "liars", "real"))
    start = project.start(before=OLD, PATH=path)
    assert mine in names
    assert "tried" in start.said
    assert "poetry.lock" in start.said, "the other Python reached the set-up, for which this project has no lock"


def test_without_the_venv_module_the_package_that_has_it_is_named(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    project.lock(TINY)
    start = project.start(before="import sys; sys.modules['ensurepip'] = None")
    assert start.code == 5
    assert f"sudo apt install python3.{sys.version_info.minor}-venv" in start.said


def test_without_tkinter_the_package_that_has_it_is_named_before_anything_is_set_up(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    project.lock(TINY)
    start = project.start(before="import sys; sys.modules['_tkinter'] = None", DISPLAY=":77")
    assert start.code == 5
    assert "sudo apt install python3-tk" in start.said
    assert not project.environment.exists()


def test_without_a_lock_the_copy_is_called_incomplete(tmp_path: Path) -> None:
    start = Project.make(tmp_path).start("demo")
    assert start.code == 5
    assert "poetry.lock cannot be read (No such file or directory)" in start.said


def test_where_nothing_can_be_written_both_places_are_named(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    project.lock(TINY)
    project.environment.write_text("not a folder", encoding="utf-8")
    project.data.write_text("not a folder", encoding="utf-8")
    start = project.start("demo")
    assert start.code == 5
    assert str(project.environment) in start.said
    assert str(project.data) in start.said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes; a person's data folder is private there")
def test_a_data_folder_that_the_launcher_makes_is_for_its_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "made" / "home"
    monkeypatch.setenv("PICTRACE_HOME", str(home))
    monkeypatch.setattr(main, "PROJECT", str(tmp_path / "a file" / "project"))
    (tmp_path / "a file").touch()
    assert main.writable_environment().folder == str(home / "environment")
    assert home.stat().st_mode & 0o777 == 0o700


def test_the_data_folder_is_the_one_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from pictrace.settings import home_folder

    assert main.data_folder() == str(home_folder())
    monkeypatch.delenv("PICTRACE_HOME")
    assert main.data_folder() == str(home_folder())
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/else")
    assert main.data_folder() == str(home_folder())


def test_markers_by_group_hold_for_the_groups_that_are_asked_for(
    first: tuple[Project, Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "LOCK", str(first[0].folder / "poetry.lock"))

    def marker(*groups: str) -> str:
        return str({p["name"]: p["marker"] for p in main.locked_packages(set(groups))}["bygroup"])

    assert marker("main") == "(os_name == 'none')"
    assert marker("dev") == "(os_name != 'none')"
    assert marker("main", "dev") == "(os_name != 'none') or (os_name == 'none')"


def test_every_locked_package_has_a_wheel_and_a_hash() -> None:
    import tomllib

    files = {
        package["name"]: [file["file"] for file in package["files"]]
        for package in tomllib.loads(Path(main.LOCK).read_text(encoding="utf-8"))["package"]
    }
    assert len(files) > 50
    assert [name for name, names in files.items() if not any(name.endswith(".whl") for name in names)] == []
    packages = main.locked_packages({"main", "dev"})
    assert {package["name"] for package in packages} == set(files)
    assert all(package["hashes"] for package in packages)
    assert main.requirements(packages).count("--hash=sha256:") == sum(len(p["hashes"]) for p in packages)
