"""Pictures of the real window in all its states, from the sample pictures that the program draws.

python -m docs.make_screenshots            the few for the README, into docs/screenshots
python -m docs.make_screenshots FOLDER     all of them, at all densities, in both themes; the names of looks after
                                           the folder (light, dark, small, 2x …) choose some

Needs Xvfb, for screens of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageGrab

from pictrace.gui import dialogs
from pictrace.gui.app import Window
from pictrace.gui.compare_scene import Mode
from pictrace.gui.menus import card_menu, main_menu
from pictrace.gui.settings_window import show_settings
from pictrace.gui.shown import Act
from pictrace.samples import Samples, make_samples
from pictrace.settings import Settings
from tests.gui.windows import opened, press, until

README_FOLDER = Path(__file__).parent / "screenshots"
_LOOK = "SCREENSHOTS_LOOK"
_DPI = 96
_SIZE = (1180, 760)
_SMALL = (900, 600)
_CROWD = "Crowd"
_CROPPED = 3
"""The place of a match that shows well what a comparison tells."""
_COLOURS = 256


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    scale: float = 1.0
    dark: bool = False
    text_scale: float = 1.0
    size: tuple[int, int] = _SIZE


LOOKS = (
    Look("light"),
    Look("dark", dark=True),
    Look("small", size=_SMALL),
    Look("small-dark-large-text", size=_SMALL, dark=True, text_scale=1.5),
    Look("1.5x", scale=1.5),
    Look("2x", scale=2.0),
    Look("2x-dark", scale=2.0, dark=True),
)
FOR_README = {"light": ("results", "duplicates"), "dark": ("compare-points",)}


def main(words: list[str]) -> None:
    if _LOOK in os.environ:
        _take(LOOKS[int(os.environ[_LOOK])], Path(words[0]), Path(words[1]))
        return
    if words:
        chosen = words[1:] or [look.name for look in LOOKS]
        _take_all([place for place, look in enumerate(LOOKS) if look.name in chosen], Path(words[0]))
        return
    with tempfile.TemporaryDirectory() as folder:
        _take_all([place for place, look in enumerate(LOOKS) if look.name in FOR_README], Path(folder))
        README_FOLDER.mkdir(exist_ok=True)
        for look, names in FOR_README.items():
            for name in names:
                picture = Image.open(Path(folder) / f"{look}-{name}.png").convert("RGB")
                palette = picture.quantize(_COLOURS)
                small = picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
                small.save(README_FOLDER / f"{name}.png", optimize=True)


def _take_all(places: Sequence[int], folder: Path) -> None:
    """Each look in a process of its own: Tk never lets go of a screen that it has seen."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        _crowd(make_samples(Path(work) / "samples"))
        for place in places:
            with _screen(LOOKS[place]) as display:
                environment = {
                    **os.environ,
                    "DISPLAY": display,
                    _LOOK: str(place),
                    "KERAS_HOME": work,
                    "HOME": f"{work}/samples",
                }
                command = [sys.executable, "-m", "docs.make_screenshots", str(folder), work]
                subprocess.run(command, env=environment, check=True)


def _crowd(samples: Samples) -> None:
    """So many pictures that reading them can be watched."""
    folder = samples.folder.parent / _CROWD
    folder.mkdir()
    for picture in sorted(samples.folder.rglob("*.jpg")):
        with Image.open(picture) as opened_picture:
            for quality in range(60, 90, 3):
                opened_picture.save(folder / f"{picture.stem}, {quality}.jpg", quality=quality)


def _take(look: Look, folder: Path, work: Path) -> None:
    """One window, through all its states."""
    home = work / look.name
    home.mkdir()
    preferences = {
        "appearance": "dark" if look.dark else "light",
        "text_scale": look.text_scale,
        "geometry": f"{round(look.size[0] * look.scale)}x{round(look.size[1] * look.scale)}+0+0",
    }
    (home / "window.json").write_text(json.dumps(preferences))
    with opened(Settings(home)) as window:
        for name in _states(window, make_samples(work / "samples")):
            window.root.update()
            _grabbed(window).save(folder / f"{look.name}-{name}.png")


def _states(window: Window, samples: Samples) -> Iterator[str]:
    """Drives the window as a person would, and stops wherever there is something to see."""
    root, session, grid = window.root, window.session, window.grid
    _settle(window)
    yield "empty"
    session.prefer(threshold=0.35)
    window.giving.take_archives((str(samples.folder), str(samples.folder.parent / _CROWD)))
    window.giving.take_picture(str(samples.query))
    until(root, lambda: session.shown.look)
    session.find()
    until(root, lambda: session.shown.work and (session.shown.work.share or 0) > 0.4 and session.shown.results)
    yield "indexing"
    session.cancel()
    until(root, lambda: not session.shown.work)
    _settle(window)
    yield "stopped"
    window.giving.take_archives((str(samples.folder),))
    session.find()
    until(root, lambda: session.shown.heading == "Best matches" and not session.shown.work)
    _settle(window)
    yield "no-weights"
    session.do(Act.NO_WEIGHTS)
    grid.canvas.focus_force()
    _settle(window)
    yield "results"
    yield from _menus(window)
    yield from _comparisons(window)
    match = grid.current
    if match is not None:
        window.actions.quick_look.open(match)
        until(root, lambda: not session.errands.poll())
        _settle(window)
        yield "quick-look"
        window.actions.quick_look.close()
    yield from _side_windows(window)
    session.prefer(threshold=1.0)
    _settle(window)
    yield "no-results"
    window.toolbar.duplicates.invoke()
    view = window.duplicating.view
    until(root, lambda: view and view.model.groups())
    if view is not None:
        _settle(window)
        press(view.list.canvas, "Key-m")
        _settle(window)
        yield "duplicates"
        press(view.list.canvas, "Key-Delete")
        _settle(window)
        yield "duplicates-asking"


def _menus(window: Window) -> Iterator[str]:
    root, match, px = window.root, window.grid.current, window.theme.px
    for make, name, left, top in (
        (lambda: main_menu(window), "menu", root.winfo_width() - px(310), px(46)),
        (lambda: card_menu(window, match) if match else None, "card-menu", px(420), px(180)),
    ):
        menu = make()
        if menu is not None:
            menu.post(root.winfo_rootx() + left, root.winfo_rooty() + top)
            _settle(window)
            yield name
            menu.unpost()
    for _turn in range(4):
        focused = root.focus_get()
        if focused is not None:
            focused.event_generate("<Tab>")
        _settle(window)
        yield f"focus-{_turn}"
    window.grid.canvas.focus_force()


def _comparisons(window: Window) -> Iterator[str]:
    match = window.grid.go(_CROPPED)
    if match is None:
        return
    window.comparing.open(match)
    view = window.comparing.view
    if view is None:
        return
    until(window.root, lambda: view.canvas.scene.overlay and view.canvas.scene.complete)
    for mode, name in (
        (Mode.SIDE_BY_SIDE, "sides"),
        (Mode.POINTS, "points"),
        (Mode.DIFFERENCES, "differences"),
        (Mode.SLIDER, "slider"),
    ):
        view.set_mode(mode)
        _settle(window)
        yield f"compare-{name}"
    window.comparing.close()


def _side_windows(window: Window) -> Iterator[str]:
    for name, side_window in (
        ("settings", show_settings(window)),
        ("shortcuts", dialogs.show_shortcuts(window.root, window.theme)),
        ("about", dialogs.show_about(window.root, window.theme)),
    ):
        side_window.lift()
        _settle(window)
        yield name
        side_window.destroy()


def _settle(window: Window) -> None:
    """Until all that was asked for has been drawn."""
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        window.root.after(50, tick) if ticks < 12 else None

    tick()
    until(window.root, lambda: ticks >= 12)


def _grabbed(window: Window) -> Image.Image:
    root = window.root
    left, top, width, height = root.winfo_rootx(), root.winfo_rooty(), root.winfo_width(), root.winfo_height()
    return ImageGrab.grab(xdisplay=os.environ["DISPLAY"]).crop((left, top, left + width, top + height))


@contextmanager
def _screen(look: Look) -> Iterator[str]:
    read, write = os.pipe()
    size = "x".join(str(round(side * look.scale * 1.1)) for side in _SIZE)
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        [*command, "-dpi", str(round(_DPI * look.scale))], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        # The pipe stays open: the server ends when nobody reads it any more.
        with open(read, "rb") as told:  # noqa: PTH123
            display = ":" + told.readline().decode().strip()
            yield display
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
