"""How buttons, fields and menus look: rounded and smooth, which the library's own are not.

ttk paints a picture behind the words of a widget, cut into nine parts so that it fits every size.
"""

import base64
import tkinter
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import ttkbootstrap
from PIL import Image

from pictrace.gui.drawing import chevron, dot, mixed, rounded_frame, tick
from pictrace.gui.faces import HOVER, Face, Paint, disabled_paint, faces, field_face

if TYPE_CHECKING:
    from pictrace.gui.theme import Theme

_RADIUS = 6
_PADDING = (12, 6)
_FIELD_PADDING = (8, 5)
_MARK = 17
_MIDDLE = (96, 24)


def dress(root: Any, style: Any, theme: "Theme") -> None:
    """Gives the faces to the styles of the theme in use."""
    _have_styles_made(root)
    for name, face in faces(theme).items():
        element = _element(root, style, theme, name, face)
        _dress_words(style, theme, name, face)
        style.layout(name, _layout(style, root, theme, name, element))
    for name in ("TCombobox", "TEntry"):
        _dress_field(root, style, theme, name)
    for name in ("TCheckbutton", "primary.TCheckbutton", "TRadiobutton"):
        style.layout(name, _choice_layout(root, style, theme, name))
    style.configure("TLabel", borderwidth=0, padding=0)
    for ground in ("card", "warning"):
        _dress_bar(root, style, theme, ground)


def dress_menu(menu: tkinter.Menu, theme: "Theme") -> None:
    menu.configure(
        background=theme.card,
        foreground=theme.ink,
        activebackground=theme.accent,
        activeforeground=theme.on_accent,
        disabledforeground=theme.faint,
        selectcolor=theme.accent,
        font=theme.font(0),
        relief="groove",
        borderwidth=2,
        activeborderwidth=0,
        postcommand=lambda: _space_out(menu, theme),
    )


def _space_out(menu: tkinter.Menu, theme: "Theme") -> None:
    """Tk has no padding in menus, but pictures beside the words, which may be empty."""
    size = theme.px(4), round(-theme.font(0)[1] * 1.9)
    empty = f"pictrace-space-{size[1]}"
    if empty not in menu.image_names():
        menu.tk.call("image", "create", "photo", empty, "-width", size[0], "-height", size[1])
    for place in range((menu.index("end") or 0) + 1):
        if menu.type(place) != "separator":
            menu.entryconfigure(place, image=empty, compound="left")
            keys = menu.entrycget(place, "accelerator").rstrip()
            menu.entryconfigure(place, accelerator=f"{keys}  " if keys else "")


def on_ground(style: str, ground: str) -> str:
    """The style for a button that stands on "paper", "card" or "warning": its corners show what is behind it."""
    return f"{ground.title()}.{style}"


def bar_on_paper(ground: str) -> str:
    """The style for a frame with round corners that is coloured as "card" or "warning"."""
    return f"{ground.title()}.Bar.TFrame"


def _dress_bar(root: Any, style: Any, theme: "Theme", ground: str) -> None:
    element, radius = f"PicTrace.{ground}.bar", theme.px(_RADIUS)
    if element not in style.element_names():
        width, height = (2 * radius + 3 + theme.px(side) for side in _MIDDLE)
        face = rounded_frame((width, height), radius, getattr(theme, ground), theme.line, max(1, theme.px(1)))
        style.element_create(element, "image", _kept(root, face), border=radius + 1, padding=0, sticky="nswe")
    style.layout(bar_on_paper(ground), [(element, {"sticky": "nswe"})])
    style.configure(bar_on_paper(ground), background=theme.paper)


def _have_styles_made(root: Any) -> None:
    """The library makes a style when it is first asked for it, and would undo what is done before."""
    for bootstyle in ("", "secondary-outline", "secondary-ghost", "primary", "primary-outline", "danger"):
        ttkbootstrap.Button(root, bootstyle=bootstyle).destroy()
    ttkbootstrap.Menubutton(root, bootstyle="secondary-outline").destroy()
    ttkbootstrap.Radiobutton(root, bootstyle="secondary-outline-toolbutton").destroy()
    ttkbootstrap.Checkbutton(root, bootstyle="primary").destroy()
    for name in ("Combobox", "Entry", "Label", "Checkbutton", "Radiobutton"):
        getattr(ttkbootstrap, name)(root).destroy()


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
    element = _element(root, style, theme, name, field_face(theme))
    inside: list[Any] = [(f"{name[1:]}.textarea", {"sticky": "nswe"})]
    if name == "TCombobox":
        inside.insert(0, (_arrow(root, style, theme), {"side": "right", "sticky": ""}))
    padded = [(f"{name[1:]}.padding", {"sticky": "nswe", "expand": "1", "children": inside})]
    style.layout(name, [(element, {"sticky": "nswe", "children": padded})])
    style.configure(name, padding=[theme.px(side) for side in _FIELD_PADDING], foreground=theme.ink)


def _choice_layout(root: Any, style: Any, theme: "Theme", name: str) -> Any:
    kind = name.rpartition(".")[2][1:]
    words = [(f"{kind}.label", {"sticky": "nswe"})]
    inside = [
        (_mark(root, style, theme, round_one=kind == "Radiobutton"), {"side": "left", "sticky": ""}),
        (f"{kind}.focus", {"side": "left", "sticky": "", "children": words}),
    ]
    return [(f"{kind}.padding", {"sticky": "nswe", "children": inside})]


def _mark(root: Any, style: Any, theme: "Theme", *, round_one: bool) -> str:
    """What is ticked; as large as its words."""
    side = theme.px(_MARK * max(1.0, theme.text_scale))
    element = f"PicTrace.{'radio' if round_one else 'check'}.{side}"
    if element in style.element_names():
        return element
    line, radius = max(1, theme.px(1)), side // 2 if round_one else theme.px(4)
    draw = dot if round_one else tick

    def shown(ground: str, edge: str, mark: str = "") -> str:
        picture = Image.new("RGBA", (side + theme.px(7), side))
        picture.paste(rounded_frame((side, side), radius, ground, edge, line))
        if mark:
            picture.paste(mark, (0, 0), draw(side))
        return _kept(root, picture)

    edge, pale = mixed(theme.panel, theme.ink, 0.5), disabled_paint(theme)
    style.element_create(
        element,
        "image",
        shown(theme.panel, edge),
        ("disabled", "selected", shown(pale.ground, pale.line, pale.ink)),
        ("disabled", shown(pale.ground, pale.line)),
        ("selected", shown(theme.accent, theme.accent, theme.on_accent)),
        ("hover", shown(mixed(theme.panel, theme.ink, HOVER), theme.ink)),
        padding=0,
        sticky="",
    )
    return element


def _element(root: Any, style: Any, theme: "Theme", name: str, face: Face) -> str:
    """Elements belong to a theme and cannot be changed; there is one for each."""
    element = f"PicTrace.{name}.face"
    if element in style.element_names():
        return element
    radius, line = theme.px(_RADIUS), max(1, theme.px(1))
    ring = max(2, theme.px(2))
    least = 2 * radius + 3
    # ttk repeats the middle until it fills the widget, slowly: a single pixel takes a third of a second a window.
    size = least + theme.px(_MIDDLE[0]), least + theme.px(_MIDDLE[1])

    def shown(paint: Paint, *, focused: bool = False) -> str:
        picture = rounded_frame(size, radius, paint.ground, paint.line, line)
        if focused:
            picture = rounded_frame(size, radius, paint.ground, face.ring, ring)
            if face.ring == paint.ink and paint.ground == paint.line:
                # A ring of another colour than what is around shows only inside of the button.
                picture = rounded_frame(size, radius, paint.ground, face.ring, ring, inset=line)
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
    style.element_create(
        element,
        "image",
        shown(face.rest),
        *states,
        border=radius + 1,
        padding=0,
        sticky="nswe",
        width=least,
        height=least,
    )
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
