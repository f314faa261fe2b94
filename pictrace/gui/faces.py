"""The colours of buttons and fields, in every state."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pictrace.gui.drawing import mixed

if TYPE_CHECKING:
    from pictrace.gui.theme import Theme

HOVER, PRESSED = 0.07, 0.14
"""So much of the ink comes into the ground."""


@dataclass(frozen=True, slots=True)
class Paint:
    """In one state. No line is one in the ground's colour."""

    ground: str
    line: str
    ink: str


@dataclass(frozen=True, slots=True)
class Face:
    rest: Paint
    hover: Paint
    pressed: Paint
    disabled: Paint
    ring: str
    """Shows where the keyboard is."""
    selected: Paint | None = None

    @property
    def paints(self) -> tuple[Paint, ...]:
        """In which there is something to be read."""
        return tuple(paint for paint in (self.rest, self.hover, self.pressed, self.selected) if paint is not None)


def plain_face(theme: "Theme") -> Face:
    line = mixed(theme.panel, theme.ink, 0.24)
    return Face(
        rest=Paint(theme.panel, line, theme.ink),
        hover=Paint(mixed(theme.panel, theme.ink, HOVER), mixed(theme.panel, theme.ink, 0.4), theme.ink),
        pressed=Paint(mixed(theme.panel, theme.ink, PRESSED), mixed(theme.panel, theme.ink, 0.4), theme.ink),
        disabled=disabled_paint(theme),
        ring=theme.accent,
        selected=Paint(theme.accent, theme.accent, theme.on_accent),
    )


def full_face(theme: "Theme", ground: str, ink: str) -> Face:
    """For the one button that matters most."""
    hover, pressed = mixed(ground, ink, HOVER), mixed(ground, ink, PRESSED)
    return Face(
        rest=Paint(ground, ground, ink),
        hover=Paint(hover, hover, ink),
        pressed=Paint(pressed, pressed, ink),
        disabled=disabled_paint(theme),
        ring=ink,
    )


def outlined_face(theme: "Theme") -> Face:
    return Face(
        rest=Paint(theme.panel, theme.accent, theme.accent),
        hover=Paint(mixed(theme.panel, theme.accent, HOVER), theme.accent, theme.accent),
        pressed=Paint(mixed(theme.panel, theme.accent, PRESSED), theme.accent, theme.accent),
        disabled=disabled_paint(theme),
        ring=theme.accent,
    )


def bare_face(theme: "Theme") -> Face:
    """Nothing but words, until the pointer is there."""
    hover, pressed = mixed(theme.panel, theme.ink, HOVER), mixed(theme.panel, theme.ink, PRESSED)
    return Face(
        rest=Paint(theme.panel, theme.panel, theme.ink),
        hover=Paint(hover, hover, theme.ink),
        pressed=Paint(pressed, pressed, theme.ink),
        disabled=Paint(theme.panel, theme.panel, disabled_paint(theme).ink),
        ring=theme.accent,
    )


def disabled_paint(theme: "Theme") -> Paint:
    return Paint(
        mixed(theme.panel, theme.ink, 0.03), mixed(theme.panel, theme.ink, 0.1), mixed(theme.panel, theme.ink, 0.48)
    )


def faces(theme: "Theme") -> dict[str, Face]:
    """By the name of the style."""
    plain = plain_face(theme)
    return {
        "TButton": plain,
        "secondary.Outline.TButton": plain,
        "secondary.Outline.TMenubutton": plain,
        "secondary.Outline.Toolbutton": plain,
        "secondary.Ghost.TButton": bare_face(theme),
        "primary.TButton": full_face(theme, theme.accent, theme.on_accent),
        "primary.Outline.TButton": outlined_face(theme),
        "danger.TButton": full_face(theme, theme.danger, theme.on_accent),
    }


def field_face(theme: "Theme") -> Face:
    """Of what can be written into."""
    line = mixed(theme.panel, theme.ink, 0.3)
    return Face(
        rest=Paint(theme.panel, line, theme.ink),
        hover=Paint(theme.panel, mixed(theme.panel, theme.ink, 0.5), theme.ink),
        pressed=Paint(theme.panel, line, theme.ink),
        disabled=disabled_paint(theme),
        ring=theme.accent,
    )
