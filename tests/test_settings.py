"""The settings file: obeyed where it makes sense, complained about where not, never in the way."""

import os
from pathlib import Path

import pytest

from pictrace.settings import Settings, load_settings


@pytest.fixture
def home() -> Path:
    return Path(os.environ["PICTRACE_HOME"])


def load(home: Path, text: str | bytes) -> tuple[Settings, list[str]]:
    (home / "settings.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_settings()


def test_without_a_file_the_defaults_hold(home: Path) -> None:
    assert load_settings() == (Settings(home), [])


def test_what_the_file_says_is_obeyed(home: Path) -> None:
    settings, complaints = load(home, 'picture_seconds = 5\ncloser_look = 80\ninference = "tensorflow"\n')
    assert (settings.picture_seconds, settings.closer_look, settings.inference) == (5, 80, "tensorflow")
    assert complaints == []


@pytest.mark.parametrize("text", ["closer_look = ", "= 3", b"\xff\xfe\0", "closer_look = 3\ncloser_look = 4", "[a"])
def test_a_file_that_nobody_can_read_is_one_sentence_and_the_defaults(home: Path, text: str | bytes) -> None:
    settings, complaints = load(home, text)
    assert settings == Settings(home)
    assert len(complaints) == 1
    assert str(home / "settings.toml") in complaints[0]
    assert "the defaults are used" in complaints[0]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("closer_look = 0", "above 0"),
        ("closer_look = -1", "above 0"),
        ("closer_look = 2.5", "sensible"),
        ("closer_look = true", "a number"),
        ("closer_look = []", "a number"),
        ('closer_look = "50"', "a number"),
        ("picture_seconds = nan", "sensible"),
        ("picture_seconds = inf", "sensible"),
        ("picture_seconds = 1e9", "sensible"),
        ("picture_megabytes = 99999999999999999999", "sensible"),
        ("weights_url = 3", "text in quotes"),
        ('inference = "magic"', '"auto", "openvino" or "tensorflow"'),
        ("inference = {}", "text in quotes"),
    ],
)
def test_a_wrong_value_is_complained_about_and_the_others_are_obeyed(home: Path, line: str, problem: str) -> None:
    settings, complaints = load(home, f'{line}\nweights_md5 = "abc"\n')
    assert settings == Settings(home, weights_md5="abc")
    assert len(complaints) == 1
    assert problem in complaints[0]
    assert line.split(" = ")[0] in complaints[0]


@pytest.mark.parametrize("name", ["closer_lok", "home", "models"])
def test_a_setting_that_does_not_exist_is_named(home: Path, name: str) -> None:
    settings, complaints = load(home, f'{name} = "/elsewhere"')
    assert settings == Settings(home)
    assert f'"{name}"' in complaints[0]


def test_a_home_that_is_no_folder_has_no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("PICTRACE_HOME", str(tmp_path / "file"))
    assert load_settings() == (Settings(tmp_path / "file"), [])


def test_everything_lies_in_the_home(home: Path) -> None:
    settings = Settings(home)
    assert {settings.models.parent, settings.catalogue.parent, settings.fingerprints("builtin").parent} == {home}


def test_a_home_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("PICTRACE_HOME", "~/remembered")
    assert load_settings()[0].home == tmp_path / "remembered"
