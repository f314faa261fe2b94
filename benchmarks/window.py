"""How quick the window is: its start, while it indexes, and with a hundred thousand results.

python -m benchmarks.window [start] [indexing] [grid]      needs a display, or Xvfb
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_STARTED = "BENCHMARK_STARTED"
_INDEXED = 2_000
_RESULTS = 100_000
_TICK_MS = 10


def main(words: list[str]) -> None:
    if _STARTED in os.environ:
        _tell_start()
        return
    with _display():
        for name, measure in (("start", start), ("indexing", indexing), ("grid", grid)):
            if not words or name in words:
                measure()


def start() -> None:
    """From the start of the process to the window on the screen, files cached."""
    seconds = []
    with tempfile.TemporaryDirectory() as home:
        for _run in range(6):
            environment = {**os.environ, "PICTRACE_HOME": home, _STARTED: str(time.monotonic())}
            said = subprocess.check_output([sys.executable, "-m", "benchmarks.window"], env=environment, text=True)
            seconds.append(float(said))
    print(f"start: on the screen after {min(seconds[1:]):.2f} s at best, {np.median(seconds[1:]):.2f} s median")


def _tell_start() -> None:
    from pictrace.gui.app import open_window

    window = open_window()
    while not window.main.winfo_viewable():
        window.root.update()
    print(time.monotonic() - float(os.environ[_STARTED]))
    window.close()


def indexing() -> None:
    """The window's ticks while pictures are read."""
    from pictrace.gui.app import open_window
    from pictrace.settings import Settings
    from tests.pictures import make_archive

    with tempfile.TemporaryDirectory() as folder:
        album = make_archive(Path(folder) / "photos", _INDEXED)
        window = open_window(Settings(Path(folder) / "home"))
        window.giving.take_archives((str(album),))
        window.giving.take_picture(str(album / "000.jpg"))
        window.session.prefer(threshold=0.0)
        window.session.find()
        late: list[float] = []
        due = time.perf_counter()

        def tick() -> None:
            nonlocal due
            late.append((time.perf_counter() - due) * 1000)
            due = time.perf_counter() + _TICK_MS / 1000
            window.root.after(_TICK_MS, tick)

        window.root.after(0, tick)
        while window.session.shown.heading != "Best matches" or window.session.shown.work is not None:
            window.root.update()
            time.sleep(0.001)
        window.close()
    print(
        f"indexing {_INDEXED:,}: {len(late):,} ticks, 99% less than {np.percentile(late, 99):.0f} ms late, "
        f"longest stall {max(late):.0f} ms"
    )


def grid() -> None:
    """A hundred thousand results: the first paint, scrolling, memory."""
    import ttkbootstrap
    from PIL import Image

    from pictrace.gui.grid import Grid
    from pictrace.gui.pictures import PictureLoader
    from pictrace.gui.preferences import Appearance
    from pictrace.gui.theme import apply_theme
    from pictrace.gui.thumbnails import Thumb
    from tests.gui.test_grid import match

    def read(thumb: Thumb) -> Image.Image:
        return Image.effect_noise((thumb.width, thumb.height), 60).convert("RGB")

    results = [match(number) for number in range(_RESULTS)]
    root = ttkbootstrap.Window(size=(1180, 780), iconphoto=None)
    theme = apply_theme(root, Appearance.LIGHT, 1.0)
    loader: PictureLoader[Thumb] = PictureLoader(read, megabytes=64)
    shown = Grid(
        root, theme, loader, on_open=lambda _match: None, on_menu=lambda *_place: None, on_zoom=lambda _step: None
    )
    shown.pack(fill="both", expand=True)
    while shown.canvas.winfo_width() < 100:
        root.update()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    shown.show(results)
    root.update()
    first = time.perf_counter() - began
    frames = []
    for turn in range(600):
        began = time.perf_counter()
        shown.canvas.event_generate("<Button-5>" if turn < 500 else "<Button-4>")
        root.update()
        frames.append((time.perf_counter() - began) * 1000)
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"grid of {_RESULTS:,}: first paint {first * 1000:.0f} ms, scroll frame {np.median(frames):.1f} ms median, "
        f"{np.percentile(frames, 95):.1f} ms at 95%, {more:.0f} MB more"
    )
    shown.destroy()
    loader.close()
    root.destroy()


@contextmanager
def _display() -> Iterator[None]:
    if os.environ.get("DISPLAY") or os.name != "posix":
        yield
        return
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1200x24", "-dpi", "96", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with open(read, "rb") as told:  # noqa: PTH123
        os.environ["DISPLAY"] = ":" + told.readline().decode().strip()
        yield
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
