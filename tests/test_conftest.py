"""Nobody's own data is touched, and a missing system package is named."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

NeedProgram = Callable[[str, str], str]


def test_every_test_has_an_empty_home_of_its_own() -> None:
    assert list(Path(os.environ["PICTRACE_HOME"]).iterdir()) == []


def test_a_program_that_is_there_is_found(need_program: NeedProgram) -> None:
    assert Path(need_program(sys.executable, "nothing")).samefile(sys.executable)


def test_a_missing_program_skips_the_test_and_names_the_command_that_installs_it(
    need_program: NeedProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PICTRACE_TEST_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no-such-program is not installed; .*sudo apt install nothing"):
        need_program("no-such-program", "sudo apt install nothing")


def test_a_missing_program_fails_the_test_where_nothing_may_be_missing(
    need_program: NeedProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PICTRACE_TEST_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="sudo apt install nothing"):
        need_program("no-such-program", "sudo apt install nothing")
