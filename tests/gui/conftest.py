"""A display of the tests' own."""

import gc
import os
import subprocess
import tkinter
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_callback_fails(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tk prints what a callback raises, and goes on; here the test fails."""
    raised: list[BaseException] = []

    def remember(_root: tkinter.Tk, _kind: type, error: BaseException, _trace: object) -> None:
        raised.append(error)

    monkeypatch.setattr(tkinter.Tk, "report_callback_exception", remember)
    yield
    if raised:
        raise raised[0]


@pytest.fixture(scope="session")
def screen(need_program: Callable[[str, str], str]) -> Iterator[str]:
    """DISPLAY of an X server without a monitor, started for this run of the tests."""
    xvfb = need_program("Xvfb", "apt-get install xvfb")
    read, write = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(write), "-screen", "0", "1600x1200x24", "-dpi", "96", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    # The pipe stays open: the server ends when nobody reads it any more.
    with open(read, "rb") as told:  # noqa: PTH123
        display = ":" + told.readline().decode().strip()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DISPLAY", display)
            yield display
        # Tk's last objects must go on this thread, while there is a server.
        gc.collect()
        server.terminate()
        server.wait()
