"""The colours of the window: every word can be read."""

import gc
import itertools
import subprocess
import tkinter
from collections.abc import Callable
from dataclasses import replace

import pytest

from pictrace.gui.density import screen_scale, snapped
from pictrace.gui.duplicate_cards import Fate, pill_colours
from pictrace.gui.faces import faces
from pictrace.gui.theme import _DARK, _LIGHT, Theme

AA = 4.5
AA_SHAPES = 3.0


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
def test_every_ink_is_readable_on_every_ground(colours: dict[str, str]) -> None:
    inks, grounds = ("ink", "faint", "accent", "danger"), ("paper", "panel", "card")
    pairs = [*itertools.product(inks, grounds), ("on_accent", "accent"), ("on_warning", "warning")]
    unreadable = [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < AA]
    assert unreadable == []


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
def test_the_words_of_every_button_are_readable_in_every_state(colours: dict[str, str]) -> None:
    dressed = faces(Theme(dark=False, scale=1.0, text_scale=1.0, family="Sans", **colours))
    shown = [(name, paint.ink, paint.ground) for name, face in dressed.items() for paint in face.paints]
    assert [(name, ink, ground) for name, ink, ground in shown if contrast(ink, ground) < AA] == []
    rings = [(name, face.ring, face.rest.ground) for name, face in dressed.items()]
    assert [ring for ring in rings if contrast(*ring[1:]) < AA_SHAPES] == []


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
def test_the_pill_on_every_duplicate_is_readable(colours: dict[str, str]) -> None:
    theme = Theme(dark=False, scale=1.0, text_scale=1.0, family="Sans", **colours)
    pills = [(fate, warns, *pill_colours(theme, fate, warns=warns)) for fate in Fate for warns in (False, True)]
    assert [pill for pill in pills if contrast(*pill[2:]) < AA] == []


def test_text_and_lengths_grow_with_the_screen_and_text_also_with_its_size() -> None:
    small = Theme(dark=False, family="Sans", text_scale=1.0, scale=1.0, **_LIGHT)
    fine = replace(small, scale=2.0)
    large = replace(small, text_scale=1.5)
    assert small.font()[1] == -13
    assert fine.font()[1] == -27
    assert large.font()[1] == -20
    assert (small.px(10), fine.px(10), large.px(10)) == (10, 20, 10)
    assert small.font(3)[1] < small.font(2)[1] < small.font(1)[1] < small.font(0)[1] < small.font(-1)[1]


def test_things_are_as_large_as_the_desktop_says(screen: str, need_program: Callable[[str, str], str]) -> None:
    xprop = need_program("xprop", "apt-get install x11-utils")
    root = tkinter.Tk()
    try:
        assert screen_scale(root) == 1.0
        said = ["-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", "Xft.dpi:\t144\n"]
        subprocess.run([xprop, "-root", *said], check=True)
        assert screen_scale(root) == 1.5
        assert float(root.tk.call("tk", "scaling")) == pytest.approx(1.5 * 96 / 72, rel=0.01)
    finally:
        subprocess.run([xprop, "-root", "-remove", "RESOURCE_MANAGER"], check=True)
        root.destroy()
        del root
        gc.collect()


def test_a_screen_that_is_nearly_of_a_usual_density_is_taken_for_one() -> None:
    assert [snapped(scale) for scale in (1.04, 0.99, 2.02, 1.4)] == [1.0, 1.0, 2.0, 1.4]
    assert [snapped(scale) for scale in (0.4, 11.0)] == [1.0, 4.0]
