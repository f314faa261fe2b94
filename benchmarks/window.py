"""How quick the window is: its start, while it indexes, with long lists, and while large pictures are compared.

python -m benchmarks.window [start] [indexing] [grid] [duplicates] [compare]      needs a display, or Xvfb

Each is measured in a process of its own. The bars are those of a machine that has nothing else to do; the load that is
printed says whether it had. While pictures are read, a second process that only sleeps tells what the machine itself
adds to every delay.
"""

import gc
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
import tkinter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_MEASURING = "BENCHMARK_MEASURING"
_STARTED = "BENCHMARK_STARTED"
_STARTS = 8
_INDEXED = 2_000
_RESULTS = 100_000
_GROUPS = 5_000
_TICK_MS = 10
_LARGE = (6000, 4000)
_SCREEN = (3840, 2160)
Frame = tuple[float, float]
"""Milliseconds from an event until all that it changes is drawn; and those in which the window's thread worked."""

_SLEEPER = f"""
import sys, threading, time
threading.Thread(target=sys.stdin.read, daemon=True).start()
late = []
while threading.active_count() > 1:
    began = time.perf_counter()
    time.sleep({_TICK_MS / 1000})
    late.append((time.perf_counter() - began) * 1000 - {_TICK_MS})
print(sorted(late)[len(late) * 99 // 100], max(late))
"""


def main(words: list[str]) -> None:
    if _STARTED in os.environ:
        _tell_start()
    elif _MEASURING in os.environ:
        _MEASURES[words[0]]()
    else:
        with _display():
            for word in words or list(_MEASURES):
                _run(word, {_MEASURING: "1"})
                print(f"    load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def _run(word: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "benchmarks.window", word]
    subprocess.run(command, env={**os.environ, **environment}, check=True)


def start() -> None:
    """From the start of the process to the window on the screen, files cached."""
    seconds = []
    with tempfile.TemporaryDirectory() as home:
        for _each in range(_STARTS):
            environment = {**os.environ, "PICTRACE_HOME": home, _STARTED: str(time.monotonic())}
            said = subprocess.check_output([sys.executable, "-m", "benchmarks.window"], env=environment, text=True)
            seconds.append(float(said))
    warm = seconds[1:]
    print(
        f"start: on the screen after {min(warm):.2f} s at best, {np.median(warm):.2f} s median, {max(warm):.2f} s at "
        "worst (bar 0.5)"
    )


def _tell_start() -> None:
    from pictrace.gui.app import open_window

    window = open_window()
    while not window.main.winfo_viewable():
        window.root.update()
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
        window.root.update()
        gc.freeze()  # as `run` does
        window.giving.take_archives((str(album),))
        window.giving.take_picture(str(album / "000.jpg"))
        window.session.prefer(threshold=0.0)
        window.session.find()

        def done() -> bool:
            return window.session.shown.heading == "Best matches" and window.session.shown.work is None

        with subprocess.Popen(
            [sys.executable, "-c", _SLEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as sleeper:
            late = _ticks(window.root, done)
            said = sleeper.communicate()[0].split()
        window.close()
    share = np.mean(np.array(late) < 20)
    print(
        f"indexing {_INDEXED:,}: {len(late):,} ticks, {share:.1%} less than 20 ms late (bar 99%), longest stall "
        f"{max(late):.0f} ms (bar 100)\n    a process that only sleeps, meanwhile: 99% less than {float(said[0]):.0f} "
        f"ms late, longest {float(said[1]):.0f} ms"
    )


def _ticks(root: tkinter.Tk, done: Callable[[], bool]) -> list[float]:
    """By how many milliseconds each came too late."""
    late: list[float] = []
    due = time.perf_counter()

    def tick() -> None:
        nonlocal due
        late.append((time.perf_counter() - due) * 1000)
        if done():
            root.quit()
        due = time.perf_counter() + _TICK_MS / 1000
        root.after(_TICK_MS, tick)

    root.after(0, tick)
    root.mainloop()
    return late


def grid() -> None:
    """A hundred thousand results: the first paint, scrolling, memory."""
    from PIL import Image

    from pictrace.decode import thumbnail_pixels
    from pictrace.gui.app import THUMBNAIL_MEGABYTES
    from pictrace.gui.grid import Grid
    from pictrace.gui.pictures import PictureLoader
    from pictrace.gui.thumbnails import Thumb
    from tests.gui.test_grid import match

    stored = _stored_thumbnails()

    def read(thumb: Thumb) -> Image.Image:
        image = Image.fromarray(thumbnail_pixels(stored[thumb.digest[-1] % len(stored)]))
        image.thumbnail((thumb.width, thumb.height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return image

    before_results = _peak_megabytes()
    results = [match(number) for number in range(_RESULTS)]
    root, theme = _root((1180, 780))
    loader: PictureLoader[Thumb] = PictureLoader(read, megabytes=THUMBNAIL_MEGABYTES)
    shown = Grid(
        root, theme, loader, on_open=lambda _match: None, on_menu=lambda *_place: None, on_zoom=lambda _step: None
    )
    shown.pack(fill="both", expand=True)
    while shown.canvas.winfo_width() < 100:
        root.update()
    before = _peak_megabytes()
    began = time.perf_counter()
    shown.show(results)
    root.update()
    first = (time.perf_counter() - began) * 1000

    def turn(number: int) -> None:
        shown.canvas.event_generate("<Button-5>" if number < 500 else "<Button-4>")

    frames = _frames(root, turn, 600)
    # What the bound of the memory for thumbnails lets through, all of it used.
    for place in range(0, 12_000, 20):
        shown.go(20 if place else 0)
        until = time.monotonic() + 0.05
        while not loader.idle and time.monotonic() < until:
            root.update()
            time.sleep(0.002)
    print(
        f"grid of {_RESULTS:,}: first paint {first:.0f} ms (bar 200), {_told(frames)} (bar 16 at 95%), "
        f"{_peak_megabytes() - before:.0f} MB more (bar 100), the results themselves {before - before_results:.0f} MB"
    )
    shown.destroy()
    loader.close()
    root.destroy()


def duplicates() -> None:
    """Thousands of groups, as they arrive."""
    from PIL import Image

    from pictrace.gui.duplicates_model import DuplicatesModel
    from pictrace.gui.duplicates_view import DuplicatesView, Leaving
    from pictrace.gui.not_duplicates import NotDuplicates
    from pictrace.gui.thumbnails import Thumb
    from tests.gui.duplicate_groups import group, member

    def read(thumb: Thumb) -> Image.Image:
        return Image.new("RGB", (thumb.width, thumb.height // 2), (200, 80, 80))

    def pass_over(*_anything: object) -> None:
        pass

    groups = [group(*(member(f"{number}-{copy}.jpg") for copy in range(3))) for number in range(_GROUPS)]
    root, theme = _root((1180, 780))
    with tempfile.TemporaryDirectory() as home:
        model = DuplicatesModel(NotDuplicates(Path(home) / "not-duplicates.txt"))
        view = DuplicatesView(
            root, theme, model, read, Path(home), Leaving(**dict.fromkeys(Leaving.__annotations__, pass_over))
        )
        view.pack(fill="both", expand=True)
        root.update()
        view.add(groups)
        began = time.perf_counter()
        late = _ticks(root, lambda: len(model.groups()) == _GROUPS)
        took = time.perf_counter() - began
        frames = _frames(root, lambda _turn: view.list.canvas.event_generate("<Button-5>"), 300)
        view.destroy()
    root.destroy()
    print(
        f"duplicates: {_GROUPS:,} groups at once are listed after {took:.1f} s, longest stall {max(late):.0f} ms "
        f"(bar 100), {_told(frames)}"
    )


def compare() -> None:
    """Two photographs of 24 megapixels in a window of 4K: frames while they are zoomed, dragged and slid over."""
    from pictrace.gui.compare import CompareView
    from pictrace.gui.compare_scene import Mode
    from pictrace.gui.originals import Originals
    from tests.gui.test_compare import flat_answer

    root, theme = _root(_SCREEN)
    with tempfile.TemporaryDirectory() as folder:
        pair = _large_pair(Path(folder))
        view = CompareView(
            root,
            theme,
            Originals(1 << 30),
            explain=lambda _pair: None,
            on_back=lambda: None,
            on_step=lambda _step: None,
        )
        view.pack(fill="both", expand=True)
        view.show(pair)
        canvas = view.canvas
        late = _ticks(root, lambda: canvas.scene.complete and view.settled)
        print(f"compare: 24 megapixels in {_SCREEN[0]}×{_SCREEN[1]}: longest stall while opening {max(late):.0f} ms")
        view.explained(pair, flat_answer((0.98, 0.02, 0.01, -0.02, 0.98, 0.01)))
        x, y = canvas.winfo_width() // 3, canvas.winfo_height() // 2
        for mode in Mode:
            view.set_mode(mode)
            _ticks(root, lambda: view.settled)

            def zoom(turn: int) -> None:
                canvas.event_generate("<Button-4>" if turn % 24 < 12 else "<Button-5>", x=x, y=y)

            def drag(turn: int) -> None:
                canvas.event_generate("<B1-Motion>", x=x + turn * 6, y=y)

            frames = _frames(root, zoom, 48)
            canvas.zoom(3)
            canvas.event_generate("<ButtonPress-1>", x=x, y=y)
            frames += _frames(root, drag, 40)
            canvas.event_generate("<ButtonRelease-1>", x=x, y=y)
            frames += _frames(root, lambda _turn: canvas.slide(0.01), 40 if mode is Mode.SLIDER else 0)
            still = _ticks(root, lambda: view.settled)
            canvas.fit()
            still += _ticks(root, lambda: view.settled)
            print(
                f"    {mode.name.lower()}: {_told(frames)}, longest {max(frames)[0]:.0f} ms, at rest "
                f"{max(still):.0f} ms (bar 100)"
            )
        view.destroy()
    root.destroy()


def _large_pair(folder: Path) -> "Pair":  # type: ignore[name-defined]  # noqa: F821
    from PIL import Image

    from pictrace.gui.originals import Pair, Source
    from tests.pictures import make_picture

    sources = []
    for seed in (3, 4):
        file = folder / f"{seed}.jpg"
        make_picture(seed, 1024).resize(_LARGE, Image.Resampling.BICUBIC).save(file, quality=90)
        sources.append(Source(str(file)))
    return Pair(*sources)


def _stored_thumbnails() -> list[bytes]:
    from pictrace.settings import THUMBNAIL_SIDE
    from tests.pictures import make_picture

    stored = []
    for seed in range(20):
        coded = io.BytesIO()
        make_picture(seed, THUMBNAIL_SIDE).save(coded, "JPEG", quality=85)
        stored.append(coded.getvalue())
    return stored


def _root(size: tuple[int, int]) -> tuple[tkinter.Tk, "Theme"]:  # type: ignore[name-defined]  # noqa: F821
    import ttkbootstrap

    from pictrace.gui.preferences import Appearance
    from pictrace.gui.theme import apply_theme

    root = ttkbootstrap.Window(size=size, position=(0, 0), iconphoto=None)
    return root, apply_theme(root, Appearance.LIGHT, 1.0)


def _frames(root: tkinter.Tk, act: Callable[[int], object], count: int) -> list[Frame]:
    frames = []
    for number in range(count):
        began, worked = time.perf_counter(), time.thread_time()
        act(number)
        root.update()
        frames.append(((time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000))
    return frames


def _told(frames: Sequence[Frame]) -> str:
    whole, worked = np.array(frames).T
    return (
        f"a frame takes {np.median(whole):.1f} ms median, {np.percentile(whole, 95):.1f} ms at 95% "
        f"({np.percentile(worked, 95):.1f} ms of them the window's own work)"
    )


def _peak_megabytes() -> float:
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@contextmanager
def _display() -> Iterator[None]:
    if os.environ.get("DISPLAY") or os.name != "posix":
        yield
        return
    read, write = os.pipe()
    screen = f"{_SCREEN[0]}x{_SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-dpi", "96", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with open(read, "rb") as told:  # noqa: PTH123
        os.environ["DISPLAY"] = ":" + told.readline().decode().strip()
        try:
            yield
        finally:
            server.terminate()
            server.wait()


_MEASURES = {"start": start, "indexing": indexing, "grid": grid, "duplicates": duplicates, "compare": compare}


if __name__ == "__main__":
    main(sys.argv[1:])
