"""As a new user does it: from starting the program to a first comparison, by real mouse and keyboard events."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageGrab

PATIENCE_SECONDS = 60


@pytest.fixture
def xdotool(screen: str, need_program: Callable[[str, str], str]) -> Callable[..., str]:
    program = need_program("xdotool", "apt-get install xdotool")

    def run(*words: object) -> str:
        return subprocess.run(
            [program, *map(str, words)], check=False, capture_output=True, text=True, timeout=20
        ).stdout.strip()

    return run


@pytest.fixture
def program(screen: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PICTRACE_HOME": str(tmp_path / "home"), "KERAS_HOME": str(tmp_path / "keras")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    process = subprocess.Popen([sys.executable, "-m", "pictrace"], env=environment, cwd=tmp_path)
    yield process
    process.kill()
    process.wait()


def wait(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


def test_from_the_start_to_a_match_by_mouse_and_keyboard(
    xdotool: Callable[..., str], program: subprocess.Popen[bytes], screen: str
) -> None:
    wait(lambda: xdotool("search", "--onlyvisible", "--name", "^PicTrace$"))
    window = xdotool("search", "--onlyvisible", "--name", "^PicTrace$").split()[0]
    facts = dict(
        line.split("=") for line in xdotool("getwindowgeometry", "--shell", window).splitlines() if "=" in line
    )
    left, top, width, height = (int(facts[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))

    def picture() -> np.ndarray:
        return np.asarray(ImageGrab.grab(xdisplay=screen).crop((left, top, left + width, top + height)), int)

    def accent_places() -> np.ndarray:
        """Where in the right part the colour of buttons and scores is."""
        seen = picture()[:, 300:]
        return np.argwhere(np.abs(seen - (0x0A, 0x53, 0xBE)).sum(axis=2) < 8)

    def button() -> tuple[int, int]:
        """The middle of the lowest broad field in the accent's colour: "Try it with sample pictures"."""
        places = accent_places()
        rows = [row for row in np.unique(places[:, 0]) if (places[:, 0] == row).sum() > 100]
        row = rows[len(rows) // 2]
        columns = places[places[:, 0] == row][:, 1]
        return left + 300 + int(columns.mean()), top + int(row)

    wait(lambda: len(accent_places()) > 2000)
    xdotool("mousemove", *button(), "click", 1)
    ground = np.array((0xF1, 0xF3, 0xF5))

    def results_are_shown() -> bool:
        """Cards are white, and photographs are of many colours."""
        seen = picture()[150:500, 300:]
        return bool((np.abs(seen - ground).sum(axis=2) > 30).mean() > 0.25) and len(np.unique(seen // 16)) > 12

    wait(results_are_shown)
    before = Image.fromarray(picture().astype(np.uint8))
    first_card = left + 400, top + 260
    xdotool("mousemove", *first_card, "click", 1)
    xdotool("key", "Right", "Left", "Return")

    def has_changed() -> bool:
        return bool((np.abs(picture() - np.asarray(before, int)).sum(axis=2) > 60).mean() > 0.2)

    wait(has_changed)
    xdotool("key", "Escape")
    wait(results_are_shown)
    xdotool("key", "ctrl+q")
    assert program.wait(60) == 0
