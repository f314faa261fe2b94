"""Colours, fonts and sizes of the window. Widgets take them from here, and from nowhere else."""

import tkinter
from dataclasses import dataclass
from tkinter import font as tkfont
from typing import Any

import ttkbootstrap

from pictrace.gui.density import screen_scale
from pictrace.gui.dressing import dress
from pictrace.gui.preferences import Appearance

_FAMILY = "pictrace"
_POINTS = {-1: 9, 0: 10, 1: 12, 2: 14, 3: 18}
"""Of a font's size step; at 96 dpi 10 points are 13 pixels."""
_STANDARD_FONTS = ("TkDefaultFont", "TkTextFont", "TkMenuFont", "TkHeadingFont", "TkTooltipFont", "TkCaptionFont")


@dataclass(frozen=True, slots=True)
class Theme:
    """Hex colours; every ink is readable (WCAG AA) on paper, panel and card."""

    dark: bool
    paper: str
    """Behind the results."""
    panel: str
    """Toolbar, status bar, the column of the query: what ttk widgets stand on."""
    card: str
    ink: str
    faint: str
    """Less important words."""
    line: str
    accent: str
    on_accent: str
    danger: str
    warning: str
    """A ground for bars, not an ink."""
    on_warning: str
    family: str = "TkDefaultFont"
    text_scale: float = 1.0
    scale: float = 1.0
    """Pixels for each logical pixel: 2 on a HiDPI screen."""

    def font(self, size_step: int = 0, bold: bool = False) -> tuple[str, int, str]:
        """Steps from -1 (small) to 3 (a page's title). In pixels, so that it fits what px() lays out."""
        points = _POINTS[min(max(size_step, -1), 3)]
        return self.family, -round(points * 4 / 3 * self.text_scale * self.scale), "bold" if bold else "normal"

    def px(self, logical: float) -> int:
        return round(logical * self.scale)


_LIGHT = {
    "paper": "#f1f3f5",
    "panel": "#ffffff",
    "card": "#ffffff",
    "ink": "#212529",
    "faint": "#5c636a",
    "line": "#dee2e6",
    "accent": "#0a53be",
    "on_accent": "#ffffff",
    "danger": "#b02a37",
    "warning": "#fff3cd",
    "on_warning": "#332701",
}
_DARK = {
    "paper": "#16191c",
    "panel": "#212529",
    "card": "#2b3035",
    "ink": "#f1f3f5",
    "faint": "#adb5bd",
    "line": "#3d444b",
    "accent": "#6ea8fe",
    "on_accent": "#0b1a30",
    "danger": "#ea868f",
    "warning": "#4d3d0a",
    "on_warning": "#ffe69c",
}


def apply_theme(root: tkinter.Tk, appearance: Appearance, text_scale: float) -> Theme:
    """Colours all ttk widgets and sizes the standard fonts; what is drawn by hand is to be drawn anew."""
    dark = appearance is Appearance.DARK or (appearance is Appearance.SYSTEM and _system_is_dark())
    style: Any = ttkbootstrap.Style.get_instance() or ttkbootstrap.Style()
    name = f"{_FAMILY}-{'dark' if dark else 'light'}"
    if name not in style.theme_names():
        _register_own_themes()
    scale = screen_scale(root)
    family = tkfont.nametofont("TkDefaultFont", root).actual("family")
    colours = _DARK if dark else _LIGHT
    theme = Theme(dark=dark, family=family, text_scale=text_scale, scale=scale, **colours)
    for standard in _STANDARD_FONTS:
        step = -1 if standard == "TkTooltipFont" else 0
        tkfont.nametofont(standard, root).configure(size=theme.font(step)[1])
    style.theme_use(name)
    dress(root, style, theme)
    root.configure(background=theme.panel)
    return theme


def _register_own_themes() -> None:
    """The library darkens its accents for the light variant by a fifth, and lightens them for the dark one."""
    shared: dict[str, Any] = {"success": "#198754", "info": "#0d9bb3", "warning": "#ffc107"}
    light = {"background": _LIGHT["panel"], "foreground": _LIGHT["ink"]}
    dark = {"background": _DARK["panel"], "foreground": _DARK["ink"]}
    ttkbootstrap.Theme(name=_FAMILY, primary="#0d68ee", danger="#dc3545", light=light, **shared).register()
    ttkbootstrap.Theme(name=_FAMILY, primary="#4c94fe", danger="#b02a37", dark=dark, **shared).register()


def _system_is_dark() -> bool:
    import darkdetect

    return bool(darkdetect.isDark())
