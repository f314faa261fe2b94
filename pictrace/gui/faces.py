"""How buttons and fields look: rounded and smooth, which the library's own are not.

ttk paints a picture behind the words of a widget, cut into nine parts so that it fits every size.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import ttkbootstrap
from PIL import Image

from pictrace.gui.drawing import chevron, mixed, rounded_frame

if TYPE_CHECKING:
    from pictrace.gui.theme import Theme

_RADIUS = 6
_PADDING = (12, 6)
_FIELD_PADDING = (8, 5)
_HOVER, _PRESSED = 0.07, 0.14


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
        hover=Paint(mixed(theme.panel, theme.ink, _HOVER), mixed(theme.panel, theme.ink, 0.4), theme.ink),
        pressed=Paint(mixed(theme.panel, theme.ink, _PRESSED), mixed(theme.panel, theme.ink, 0.4), theme.ink),
        disabled=_disabled(theme),
        ring=theme.accent,
        selected=Paint(theme.accent, theme.accent, theme.on_accent),
    )


def full_face(theme: "Theme", ground: str, ink: str) -> Face:
    """For the one button that matters most."""
    hover, pressed = mixed(ground, ink, 2 * _HOVER), mixed(ground, ink, 2 * _PRESSED * 0.8)
    return Face(
        rest=Paint(ground, ground, ink),
        hover=Paint(hover, hover, ink),
        pressed=Paint(pressed, pressed, ink),
        disabled=_disabled(theme),
        ring=ink,
    )


def outlined_face(theme: "Theme") -> Face:
    return Face(
        rest=Paint(theme.panel, theme.accent, theme.accent),
        hover=Paint(mixed(theme.panel, theme.accent, _HOVER), theme.accent, theme.accent),
        pressed=Paint(mixed(theme.panel, theme.accent, _PRESSED), theme.accent, theme.accent),
        disabled=_disabled(theme),
        ring=theme.accent,
    )


def bare_face(theme: "Theme") -> Face:
    """Nothing but words, until the pointer is there."""
    hover, pressed = mixed(theme.panel, theme.ink, _HOVER), mixed(theme.panel, theme.ink, _PRESSED)
    return Face(
        rest=Paint(theme.panel, theme.panel, theme.ink),
        hover=Paint(hover, hover, theme.ink),
        pressed=Paint(pressed, pressed, theme.ink),
        disabled=Paint(theme.panel, theme.panel, _disabled(theme).ink),
        ring=theme.accent,
    )


def _disabled(theme: "Theme") -> Paint:
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


def dress(root: Any, style: Any, theme: "Theme") -> None:
    """Gives the faces to the styles of the theme in use."""
    _have_styles_made(root)
    for name, face in faces(theme).items():
        element = _element(root, style, theme, name, face)
        _dress_words(style, theme, name, face)
        style.layout(name, _layout(style, root, theme, name, element))
    for name in ("TCombobox", "TEntry"):
        _dress_field(root, style, theme, name)
    style.configure("TLabel", borderwidth=0, padding=0)


def on_ground(style: str, ground: str) -> str:
    """The style for a button that stands on "paper", "card" or "warning": its corners show what is behind it."""
    return f"{ground.title()}.{style}"


def _have_styles_made(root: Any) -> None:
    """The library makes a style when it is first asked for it, and would undo what is done before."""
    for bootstyle in ("", "secondary-outline", "secondary-ghost", "primary", "primary-outline", "danger"):
        ttkbootstrap.Button(root, bootstyle=bootstyle).destroy()
    ttkbootstrap.Menubutton(root, bootstyle="secondary-outline").destroy()
    ttkbootstrap.Radiobutton(root, bootstyle="secondary-outline-toolbutton").destroy()
    for made in (ttkbootstrap.Combobox, ttkbootstrap.Entry, ttkbootstrap.Label):
        made(root).destroy()


def _dress_words(style: Any, theme: "Theme", name: str, face: Face) -> None:
    inks = [("disabled", face.disabled.ink), ("pressed", face.pressed.ink), ("hover", face.hover.ink)]
    if face.selected is not None and name.endswith("Toolbutton"):
        inks.insert(1, ("selected", face.selected.ink))
    padding = [theme.px(side) for side in _PADDING]
    style.configure(name, foreground=face.rest.ink, padding=padding, borderwidth=0, relief="flat")
    for ground in ("panel", "paper", "card", "warning"):
        colour = getattr(theme, ground)
        dressed = name if ground == "panel" else on_ground(name, ground)
        style.configure(dressed, background=colour)
        style.map(dressed, foreground=inks, background=[("disabled", colour), ("!disabled", colour)])


def _layout(style: Any, root: Any, theme: "Theme", name: str, element: str) -> Any:
    words: list[Any] = [("Button.label", {"sticky": "nswe"})]
    if name.endswith("TMenubutton"):
        arrow = _arrow(root, style, theme)
        words = [(arrow, {"side": "right", "sticky": ""}), ("Menubutton.label", {"side": "left", "sticky": ""})]
    return [(element, {"sticky": "nswe", "children": [("Button.padding", {"sticky": "nswe", "children": words})]})]


def _dress_field(root: Any, style: Any, theme: "Theme", name: str) -> None:
    line = mixed(theme.panel, theme.ink, 0.3)
    face = Face(
        rest=Paint(theme.panel, line, theme.ink),
        hover=Paint(theme.panel, mixed(theme.panel, theme.ink, 0.5), theme.ink),
        pressed=Paint(theme.panel, line, theme.ink),
        disabled=_disabled(theme),
        ring=theme.accent,
    )
    element = _element(root, style, theme, name, face)
    inside: list[Any] = [(f"{name[1:]}.textarea", {"sticky": "nswe"})]
    if name == "TCombobox":
        inside.insert(0, (_arrow(root, style, theme), {"side": "right", "sticky": ""}))
    padded = [(f"{name[1:]}.padding", {"sticky": "nswe", "expand": "1", "children": inside})]
    style.layout(name, [(element, {"sticky": "nswe", "children": padded})])
    style.configure(name, padding=[theme.px(side) for side in _FIELD_PADDING], foreground=theme.ink)


def _element(root: Any, style: Any, theme: "Theme", name: str, face: Face) -> str:
    """Elements belong to a theme and cannot be changed; there is one for each."""
    element = f"PicTrace.{name}.face"
    if element in style.element_names():
        return element
    radius, line = theme.px(_RADIUS), max(1, theme.px(1))
    ring = max(2, theme.px(2))

    def shown(paint: Paint, *, focused: bool = False) -> str:
        side = 2 * radius + 3
        picture = rounded_frame(side, radius, paint.ground, paint.line, line)
        if focused:
            picture = rounded_frame(side, radius, paint.ground, face.ring, ring)
            if face.ring == paint.ink and paint.ground == paint.line:
                # A ring of another colour than what is around shows only inside of the button.
                picture = rounded_frame(side, radius, paint.ground, face.ring, ring, inset=line)
        return _kept(root, picture)

    states: list[Sequence[str]] = [("disabled", shown(face.disabled))]
    if face.selected is not None and name.endswith("Toolbutton"):
        states.append(("selected", shown(face.selected)))
    states += [
        ("pressed", shown(face.pressed)),
        ("focus", "hover", shown(face.hover, focused=True)),
        ("focus", shown(face.rest, focused=True)),
        ("hover", shown(face.hover)),
    ]
    style.element_create(element, "image", shown(face.rest), *states, border=radius + 1, padding=0, sticky="nswe")
    return element


def _arrow(root: Any, style: Any, theme: "Theme") -> str:
    element = "PicTrace.arrow"
    if element not in style.element_names():
        picture = chevron(theme.px(12), theme.ink)
        room = Image.new("RGBA", (picture.width + theme.px(8), picture.height))
        room.paste(picture, (theme.px(8), 0))
        style.element_create(element, "image", _kept(root, room), sticky="")
    return element


def _kept(root: Any, picture: Image.Image) -> str:
    """Tk's own picture, which stays for as long as the window does."""
    coded = BytesIO()
    picture.save(coded, "PNG", compress_level=1)
    return str(root.tk.call("image", "create", "photo", "-data", base64.b64encode(coded.getvalue())))
