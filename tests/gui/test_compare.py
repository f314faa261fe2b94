"""The comparison of two pictures, in a real window: its modes, its keys, its mouse, and what it says."""

import gc
import io
import subprocess
import sys
import tkinter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import ttkbootstrap
from PIL import Image, ImageGrab

from pictrace.engine import Engine
from pictrace.errors import PictureUnreadable
from pictrace.events import Finished
from pictrace.gui.compare import CompareView
from pictrace.gui.compare_scene import Mode
from pictrace.gui.originals import Originals, Pair, Source
from pictrace.gui.preferences import Appearance
from pictrace.gui.theme import Theme, apply_theme
from pictrace.picture import Digest, Label, Match, PictureRef
from pictrace.questions import EmbedderChoice, Explanation, Overlay
from pictrace.settings import Settings
from pictrace.training.generated import picture
from tests.gui.windows import PATIENCE_SECONDS, until

SIZE = 1000, 640
WHOLE = picture(16, 320)


def written_on(canvas: tkinter.Canvas) -> list[str]:
    return [str(canvas.tk.call(canvas, "itemcget", item, "-text")) for item in canvas.find_withtag("words")]


@dataclass
class Heard:
    """What the view asked of the window around it."""

    explain: list[Pair] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    backs: list[bool] = field(default_factory=list)


@dataclass
class Shown:
    view: CompareView
    heard: Heard
    theme: Theme

    def wait(self, condition: Callable[[], object]) -> None:
        until(self.view, condition)

    def settle(self) -> None:
        """Until everything is loaded and drawn."""
        self.wait(lambda: self.view.settled)
        self.view.update()

    def press(self, key: str) -> None:
        self.view.canvas.focus_force()
        self.view.update()
        self.view.canvas.event_generate(f"<KeyPress-{key}>")
        self.view.update()

    def drawn(self) -> np.ndarray:
        self.settle()
        return np.asarray(self.view.canvas.scene.painted(), int)

    def words(self) -> list[str]:
        """All that is written on the canvas and in the labels around it."""
        self.settle()
        labels = self.view._score, self.view._reason, self.view._place
        return [*written_on(self.view.canvas), *(label.cget("text") for label in labels)]


@pytest.fixture(scope="module")
def root(screen: str) -> Iterator[ttkbootstrap.Window]:
    window = ttkbootstrap.Window(size=SIZE, position=(0, 0), scaling=4 / 3)
    yield window
    window.destroy()
    del window
    gc.collect()


@pytest.fixture(params=[Appearance.LIGHT])
def shown(root: ttkbootstrap.Window, request: pytest.FixtureRequest) -> Iterator[Shown]:
    theme = apply_theme(root, request.param, 1.0)
    heard = Heard()
    view = CompareView(
        root,
        theme,
        Originals(64 << 20),
        explain=heard.explain.append,
        on_back=lambda: heard.backs.append(True),
        on_step=heard.steps.append,
    )
    view.pack(fill="both", expand=True)
    root.update()
    yield Shown(view, heard, theme)
    view.destroy()
    gc.collect()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    changed = WHOLE.copy()
    changed[110:210, 110:210] = (255, 0, 255)
    for name, pixels in (("whole", WHOLE), ("crop", WHOLE[60:260, 40:240]), ("changed", changed)):
        Image.fromarray(np.ascontiguousarray(pixels)).save(folder / f"{name}.png")
    Image.new("RGB", (300, 300), (200, 0, 0)).save(folder / "red.png")
    Image.new("RGB", (300, 300), (0, 0, 200)).save(folder / "blue.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return folder


@pytest.fixture(scope="module")
def explained(folder: Path) -> Iterator[Callable[[Pair], Explanation]]:
    """What the engine says, here without a process of its own."""
    (folder / "home").mkdir()
    with Engine(Settings(folder / "home"), EmbedderChoice.BUILTIN) as engine:

        @cache
        def explain(pair: Pair) -> Explanation:
            last = list(engine.explain(**pair.question))[-1]
            assert isinstance(last, Finished)
            answer: Explanation = last.result
            return answer

        yield explain


Explain = Callable[[Pair], Explanation]


def pair_of(folder: Path, one: str, other: str) -> Pair:
    return Pair(Source(str(folder / one)), Source(str(folder / other)))


def flat_answer(affine: tuple[float, float, float, float, float, float] | None = None) -> Explanation:
    """Of a pair that does not differ anywhere."""
    coded = io.BytesIO()
    Image.new("LA", (64, 64), (0, 255)).save(coded, "PNG")
    return Explanation(
        score=0.42,
        label=Label.SIMILAR_LOOK,
        reason="They look 42% alike.",
        same_content=False,
        cosine=0.5,
        share=0.42,
        structure=0.3,
        aligned_structure=None,
        keypoints=0.0,
        points_agreeing=0,
        points_found=(0, 0),
        mirrored=False,
        turned_degrees=0.0,
        scale=1.0,
        overlap=(0.0, 0.0),
        drawing=None,
        overlay=Overlay((), affine, coded.getvalue(), True),
    )


def match_of(folder: Path, name: str, structure: float | None) -> Match:
    file = folder / name
    reference = PictureRef(str(folder), name, str(file), "", file.stat().st_size, 0, "")
    return Match(
        3, reference, Digest(b""), 0.91, 0.8, structure, structure, Label.EDITED_COPY, "Because of its points."
    )


def reds(pixels: np.ndarray) -> np.ndarray:
    return (pixels[..., 0] > 150) & (pixels[..., 2] < 60)


def blues(pixels: np.ndarray) -> np.ndarray:
    return (pixels[..., 2] > 150) & (pixels[..., 0] < 60)


def test_both_pictures_stand_side_by_side_with_their_names_and_facts(shown: Shown, folder: Path) -> None:
    shown.view.show(pair_of(folder, "red.png", "blue.png"), place=(3, 24))
    pixels = shown.drawn()
    half = pixels.shape[1] // 2
    assert reds(pixels[:, :half]).sum() > 50_000 and not reds(pixels[:, half:]).any()
    assert blues(pixels[:, half:]).sum() > 50_000 and not blues(pixels[:, :half]).any()
    assert {"red.png", "blue.png", "3 of 24"} <= set(shown.words())
    assert {"Name ≠", "Dimensions", "300 × 300", "PNG"} <= set(written_on(shown.view.table))
    assert shown.heard.explain == [pair_of(folder, "red.png", "blue.png")]


def test_one_zoom_and_pan_for_both(shown: Shown, folder: Path) -> None:
    shown.view.show(pair_of(folder, "whole.png", "whole.png"))
    before = shown.drawn()
    canvas = shown.view.canvas
    for button in (4, 4, 4, 4):
        canvas.event_generate(f"<Button-{button}>", x=250, y=250)
    canvas.event_generate("<ButtonPress-1>", x=250, y=250)
    canvas.event_generate("<B1-Motion>", x=230, y=262)
    canvas.event_generate("<ButtonRelease-1>", x=230, y=262)
    after = shown.drawn()
    assert canvas.scene.lens.zoom > 2
    assert np.abs(after - before).mean() > 3
    left, right = canvas.scene.panes
    one, other = (
        after[pane.top : pane.top + pane.height, pane.left : pane.left + pane.width] for pane in (left, right)
    )
    assert np.abs(one - other).mean() < 1
    shown.press("0")
    assert np.array_equal(shown.drawn(), before)


def test_the_keys_1_to_4_choose_the_mode(shown: Shown, folder: Path, explained: Explain) -> None:
    pair = pair_of(folder, "changed.png", "whole.png")
    shown.view.show(pair)
    shown.view.explained(pair, explained(pair))
    seen = []
    for mode in Mode:
        shown.press(str(mode.value))
        assert shown.view.canvas.scene.mode is mode
        assert shown.view._mode.get() == mode.value
        seen.append(shown.drawn())
    assert len({picture.tobytes() for picture in seen}) == 4


@pytest.mark.parametrize("mode", Mode)
def test_a_large_canvas_is_drawn_roughly_at_once_and_finely_at_rest(
    shown: Shown, folder: Path, root: ttkbootstrap.Window, mode: Mode
) -> None:
    root.geometry("1600x1190")
    pair = pair_of(folder, "whole.png", "crop.png")
    shown.view.show(pair)
    shown.view.explained(pair, flat_answer((0.9, 0.1, 0.0, -0.1, 0.9, 0.1)))
    shown.view.set_mode(mode)
    canvas = shown.view.canvas
    shown.wait(lambda: canvas.winfo_width() > 1500 and shown.view.settled)
    assert not canvas.scene.quick
    drawn: list[Image.Image] = []
    show = canvas._show

    def watched(sheet: Image.Image) -> None:
        drawn.append(sheet)
        show(sheet)

    canvas._show = watched  # type: ignore[method-assign]
    canvas.event_generate("<Button-4>", x=600, y=500)
    shown.view.update()
    fine = np.asarray(canvas.scene.painted(), int)
    rough = np.asarray(drawn[0], int)
    assert rough.shape == fine.shape
    assert 0 < np.abs(rough - fine).mean() < 12
    shown.settle()
    assert np.array_equal(np.asarray(drawn[-1]), fine)
    root.geometry(f"{SIZE[0]}x{SIZE[1]}")
    shown.wait(lambda: canvas.winfo_width() == SIZE[0])


def test_points_are_joined_across_both_pictures(shown: Shown, folder: Path, explained: Explain) -> None:
    pair = pair_of(folder, "whole.png", "crop.png")
    shown.view.show(pair)
    shown.view.set_mode(Mode.POINTS)
    assert "Comparing…" in shown.words()
    left, right = shown.view.canvas.scene.panes
    between = slice(left.left + left.width + 2, right.left - 2)
    paper = shown.drawn()[:, between]
    answer = explained(pair)
    shown.view.explained(pair, answer)
    assert (shown.drawn()[:, between] != paper).any()
    assert any(f"{answer.points_agreeing} key points agree" in words for words in shown.words())


def test_only_what_differs_is_red_and_colourful(shown: Shown, folder: Path, explained: Explain) -> None:
    pair = pair_of(folder, "changed.png", "whole.png")
    shown.view.show(pair)
    shown.view.explained(pair, explained(pair))
    shown.view.set_mode(Mode.DIFFERENCES)
    pixels = shown.drawn()
    hot = (pixels[..., 0] - pixels[..., 1]) > 60
    rows, columns = np.flatnonzero(hot.any(axis=1)), np.flatnonzero(hot.any(axis=0))
    (pane,) = shown.view.canvas.scene.panes
    side = min(pane.width, pane.height)
    left = pane.left + (pane.width - side) / 2
    assert (columns[0] - left) / side == pytest.approx(110 / 320, abs=0.06)
    assert (columns[-1] - left) / side == pytest.approx(210 / 320, abs=0.06)
    assert (rows[0] - pane.top) / side == pytest.approx(110 / 320, abs=0.06)
    assert any("of what both show differs." in words for words in shown.words())


def test_the_slider_shows_the_one_left_of_it_and_the_other_right_of_it(shown: Shown, folder: Path) -> None:
    pair = pair_of(folder, "red.png", "blue.png")
    shown.view.show(pair)
    shown.view.explained(pair, flat_answer())
    shown.view.set_mode(Mode.SLIDER)
    (pane,) = shown.view.canvas.scene.panes
    middle = pane.left + pane.width // 2
    pixels = shown.drawn()
    assert reds(pixels[:, :middle]).any() and not blues(pixels[:, :middle]).any()
    assert blues(pixels[:, middle:]).any() and not reds(pixels[:, middle:]).any()
    canvas = shown.view.canvas
    canvas.event_generate("<ButtonPress-1>", x=middle, y=200)
    canvas.event_generate("<B1-Motion>", x=middle + 100, y=200)
    canvas.event_generate("<ButtonRelease-1>", x=middle + 100, y=200)
    pixels = shown.drawn()
    assert np.flatnonzero(reds(pixels).any(axis=0))[-1] == pytest.approx(middle + 100, abs=2)
    assert any("pressed into one frame" in words for words in shown.words())


def test_under_the_slider_the_pictures_are_aligned(shown: Shown, folder: Path, explained: Explain) -> None:
    pair = pair_of(folder, "whole.png", "crop.png")
    shown.view.show(pair)
    shown.view.explained(pair, explained(pair))
    shown.view.set_mode(Mode.SLIDER)
    (pane,) = shown.view.canvas.scene.panes
    canvas = shown.view.canvas
    canvas.slide(1.0)
    whole = shown.drawn()
    canvas.slide(-1.0)
    crop = shown.drawn()
    side = pane.height
    left = pane.left + (pane.width - side) // 2
    # Well within what both show; the crop fills only its part of the frame.
    inside = (
        slice(pane.top + side * 80 // 320, pane.top + side * 240 // 320),
        slice(left + side * 60 // 320, left + side * 220 // 320),
    )
    apart = np.abs(whole[inside] - crop[inside]).mean()
    assert 2 * apart < np.abs(whole[inside] - np.roll(crop, 6, axis=1)[inside]).mean()
    assert np.abs(crop[pane.top : pane.top + side * 40 // 320] - crop[0, 0]).max() == 0


@pytest.mark.parametrize("mode", Mode)
def test_b_flips_for_as_long_as_it_is_held(shown: Shown, folder: Path, mode: Mode) -> None:
    pair = pair_of(folder, "red.png", "blue.png")
    shown.view.show(pair)
    shown.view.explained(pair, flat_answer())
    shown.view.set_mode(mode)
    before = shown.drawn()
    shown.press("b")
    flipped = shown.drawn()
    assert not np.array_equal(before, flipped)
    if mode is Mode.SIDE_BY_SIDE:
        assert blues(flipped[:, : flipped.shape[1] // 2]).any()
    # A held key repeats, and must not flicker.
    shown.view.canvas.event_generate("<KeyRelease-b>")
    shown.press("b")
    assert shown.view.canvas.scene.flipped
    shown.view.canvas.event_generate("<KeyRelease-b>")
    shown.wait(lambda: not shown.view.canvas.scene.flipped)
    assert np.array_equal(shown.drawn(), before)


def test_arrows_step_through_the_matches_and_escape_goes_back(shown: Shown, folder: Path) -> None:
    shown.view.show(pair_of(folder, "red.png", "blue.png"), place=(1, 2))
    shown.press("Left")
    assert shown.heard.steps == []
    shown.press("Right")
    shown.view.show(pair_of(folder, "red.png", "whole.png"), place=(2, 2))
    shown.press("Right")
    shown.press("Left")
    assert shown.heard.steps == [1, -1]
    shown.press("Escape")
    assert shown.heard.backs == [True]


def test_the_score_and_its_sentence_are_those_of_the_match(shown: Shown, folder: Path) -> None:
    pair = pair_of(folder, "red.png", "blue.png")
    shown.view.show(pair, match_of(folder, "blue.png", 0.5))
    assert {"91% · edited copy", "Because of its points."} <= set(shown.words())
    shown.view.explained(pair, flat_answer())
    assert {"91% · edited copy", "Because of its points."} <= set(shown.words())


def test_a_match_that_was_not_looked_at_closer_is_explained_now(shown: Shown, folder: Path) -> None:
    pair = pair_of(folder, "red.png", "blue.png")
    shown.view.show(pair, match_of(folder, "blue.png", None))
    shown.view.explained(pair, flat_answer())
    assert {"91% · edited copy", "They look 42% alike."} <= set(shown.words())


def test_without_a_match_the_explanation_tells_the_score(shown: Shown, folder: Path) -> None:
    pair = pair_of(folder, "red.png", "blue.png")
    shown.view.show(pair)
    shown.view.explained(pair, flat_answer())
    assert {"42% · similar look", "They look 42% alike."} <= set(shown.words())


def test_an_answer_about_another_pair_comes_too_late(shown: Shown, folder: Path, explained: Explain) -> None:
    old, new = pair_of(folder, "whole.png", "crop.png"), pair_of(folder, "red.png", "blue.png")
    shown.view.show(old)
    shown.view.show(new)
    shown.view.explained(old, explained(old))
    assert shown.view.canvas.scene.overlay is None
    pixels = shown.drawn()
    assert reds(pixels).any() and blues(pixels).any()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("names", [("broken.jpg", "red.png"), ("red.png", "gone.png"), ("broken.jpg", "gone.png")])
def test_a_picture_that_cannot_be_opened_says_why_in_its_place(
    shown: Shown, folder: Path, names: tuple[str, str], mode: Mode
) -> None:
    pair = pair_of(folder, *names)
    shown.view.show(pair)
    shown.view.explained(pair, PictureUnreadable("It is damaged."))
    shown.view.set_mode(mode)
    told = " ".join(shown.words())
    assert ("damaged" in told) or ("There is no file" in told)
    assert "Opening…" not in told
    if "red.png" in names:
        assert reds(shown.drawn()).any()


def test_a_failed_explanation_leaves_the_pictures(shown: Shown, folder: Path) -> None:
    pair = pair_of(folder, "red.png", "blue.png")
    shown.view.show(pair)
    shown.view.explained(pair, PictureUnreadable("The search stopped unexpectedly."))
    shown.view.set_mode(Mode.DIFFERENCES)
    assert "The search stopped unexpectedly." in shown.words()
    assert shown.drawn().any()


def test_zooming_in_opens_the_picture_in_full(shown: Shown, tmp_path: Path) -> None:
    file = tmp_path / "large.jpg"
    Image.fromarray(picture(16, 640)).resize((3000, 3000)).save(file)
    shown.view.show(Pair(Source(str(file)), Source(str(file))))
    shown.settle()
    assert shown.view.canvas.scene._painted[0].size == (1024, 1024)  # type: ignore[union-attr]
    shown.view.canvas.zoom(4)
    shown.wait(lambda: shown.view.canvas.scene._painted[0].size != (1024, 1024))  # type: ignore[union-attr]
    shown.settle()
    assert max(shown.view.canvas.scene._painted[0].size) >= 2000  # type: ignore[union-attr]


@pytest.mark.parametrize("shown", [Appearance.LIGHT, Appearance.DARK], indirect=True)
def test_words_can_be_read_on_their_ground(shown: Shown, folder: Path, screen: str) -> None:
    """What is on the screen itself: the darkest and the lightest of each line of words are far apart."""
    shown.view.show(pair_of(folder, "red.png", "blue.png"), match_of(folder, "blue.png", 0.5), place=(2, 3))
    shown.settle()
    picture = ImageGrab.grab(xdisplay=screen).convert("RGB")
    view = shown.view
    for widget in (view._score, view._reason, view._place, *view.canvas.master.winfo_children()[0].winfo_children()):
        left, top = widget.winfo_rootx(), widget.winfo_rooty()
        part = picture.crop((left, top, left + widget.winfo_width(), top + widget.winfo_height()))
        shades = [_luminance(colour) for colour in np.unique(np.asarray(part).reshape(-1, 3), axis=0).tolist()]
        assert (max(shades) + 0.05) / (min(shades) + 0.05) >= 4.5, widget


def _luminance(colour: list[int]) -> float:
    linear = [part / 12.92 if part <= 0.04 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_another_theme_colours_everything_anew(shown: Shown, folder: Path, root: ttkbootstrap.Window) -> None:
    shown.view.show(pair_of(folder, "red.png", "blue.png"))
    light = shown.drawn()
    shown.view.set_theme(apply_theme(root, Appearance.DARK, 1.0))
    dark = shown.drawn()
    assert light[0, 0].mean() > 200 > 60 > dark[0, 0].mean()
    assert shown.view.table.cget("background") != shown.theme.panel


def test_closing_while_pictures_load_leaves_nothing_behind(shown: Shown, folder: Path) -> None:
    shown.view.show(pair_of(folder, "whole.png", "crop.png"))
    threads = shown.view._loader._threads
    shown.view.destroy()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads)


def test_the_window_compares_without_the_libraries_that_compute_the_evidence() -> None:
    program = (
        "import sys, pictrace.gui.compare; print(*sys.modules.keys() & {'cv2', 'skimage', 'tensorflow', 'openvino'})"
    )
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert process.stdout.split() == []
