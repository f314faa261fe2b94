"""Small windows beside the main one: lists, details, settings."""

import tkinter
from functools import partial
from typing import TYPE_CHECKING, Any

import ttkbootstrap

from pictrace import __version__
from pictrace.events import Skipped
from pictrace.gui.originals import readable
from pictrace.gui.preferences import Appearance
from pictrace.gui.theme import Theme
from pictrace.language import _, ngettext

if TYPE_CHECKING:
    from pictrace.gui.app import Window


def show_unreadable(root: tkinter.Tk, theme: Theme, skipped: tuple[Skipped, ...]) -> tkinter.Toplevel:
    """File and reason, and all of it for the clipboard."""
    title = ngettext("{count:,} file could not be read", "{count:,} files could not be read", len(skipped))
    window = _window(root, theme, title.format(count=len(skipped)), (720, 420))
    buttons = _buttons(window, theme)

    def copy() -> None:
        root.clipboard_clear()
        root.clipboard_append("\n".join(f"{readable(one.name)}\t{one.reason}" for one in skipped))

    ttkbootstrap.Button(buttons, text=_("Copy"), command=copy).pack(side="right", padx=(0, theme.px(8)))
    table = ttkbootstrap.Treeview(window, columns=("file", "reason"), show="headings", selectmode="browse")
    table.heading("file", text=_("File"), anchor="w")
    table.heading("reason", text=_("Reason"), anchor="w")
    table.column("file", width=theme.px(260), anchor="w")
    table.column("reason", width=theme.px(420), anchor="w")
    for one in skipped:
        table.insert("", "end", values=(readable(one.name or one.archive), one.reason))
    bar = ttkbootstrap.Scrollbar(window, command=table.yview)
    table.configure(yscrollcommand=bar.set)
    bar.pack(side="right", fill="y", pady=(theme.px(12), 0))
    table.pack(fill="both", expand=True, padx=(theme.px(12), 0), pady=(theme.px(12), 0))
    table.focus_set()
    return window


def show_text(root: tkinter.Tk, theme: Theme, title: str, text: str) -> tkinter.Toplevel:
    window = _window(root, theme, title, (720, 420))
    buttons = _buttons(window, theme)

    def copy() -> None:
        root.clipboard_clear()
        root.clipboard_append(text)

    ttkbootstrap.Button(buttons, text=_("Copy"), command=copy).pack(side="right", padx=(0, theme.px(8)))
    shown = tkinter.Text(
        window,
        wrap="word",
        font=theme.font(-1),
        background=theme.card,
        foreground=theme.ink,
        borderwidth=0,
        padx=theme.px(12),
        pady=theme.px(12),
    )
    shown.insert("1.0", text)
    shown.configure(state="disabled")
    shown.pack(fill="both", expand=True)
    return window


def show_shortcuts(root: tkinter.Tk, theme: Theme) -> tkinter.Toplevel:
    from pictrace.gui.shortcuts import shortcut_list

    window = _window(root, theme, _("Shortcuts"), None)
    _buttons(window, theme)
    table = ttkbootstrap.Frame(window, padding=theme.px(18))
    table.pack()
    for row, (keys, does) in enumerate(shortcut_list()):
        key_label = ttkbootstrap.Label(table, text=keys, font=theme.font(0, bold=True))
        key_label.grid(row=row, column=0, sticky="w", pady=theme.px(3), padx=(0, theme.px(24)))
        ttkbootstrap.Label(table, text=does).grid(row=row, column=1, sticky="w")
    return window


def show_about(root: tkinter.Tk, theme: Theme) -> tkinter.Toplevel:
    window = _window(root, theme, _("About PicTrace"), None)
    _buttons(window, theme)
    frame = ttkbootstrap.Frame(window, padding=theme.px(24))
    frame.pack()
    ttkbootstrap.Label(frame, text=f"PicTrace {__version__}", font=theme.font(2, bold=True)).pack(anchor="w")
    words = _(
        "Finds the photographs that look like this one, and shows how much and why. Everything is computed on this "
        "computer; nothing leaves it. Licensed under the Apache License 2.0."
    )
    ttkbootstrap.Label(frame, text=words, wraplength=theme.px(420)).pack(anchor="w", pady=(theme.px(10), 0))
    return window


def show_settings(window: "Window") -> tkinter.Toplevel:
    """Each change holds at once."""
    theme, session = window.theme, window.session
    top = _window(window.root, theme, _("Settings"), None)
    _buttons(top, theme)
    frame = ttkbootstrap.Frame(top, padding=theme.px(18))
    frame.pack(fill="both", expand=True)
    preferences = session.shown.preferences
    names = {Appearance.SYSTEM: _("System"), Appearance.LIGHT: _("Light"), Appearance.DARK: _("Dark")}
    appearance = tkinter.StringVar(top, preferences.appearance)
    scale = tkinter.StringVar(top, str(preferences.text_scale))
    offer = tkinter.BooleanVar(top, preferences.weights_bar)
    top.variables = (appearance, scale, offer)  # type: ignore[attr-defined]
    rows: list[tuple[str, list[Any]]] = [
        (
            _("Theme"),
            [
                ttkbootstrap.Radiobutton(
                    frame,
                    text=name,
                    value=str(one),
                    variable=appearance,
                    command=partial(session.prefer, appearance=one),
                )
                for one, name in names.items()
            ],
        ),
        (
            _("Text size"),
            [
                ttkbootstrap.Radiobutton(
                    frame,
                    text=f"{factor:.0%}",
                    value=str(factor),
                    variable=scale,
                    command=partial(session.prefer, text_scale=factor),
                )
                for factor in (0.9, 1.0, 1.15, 1.3, 1.5)
            ],
        ),
    ]
    for row, (words, choices) in enumerate(rows):
        label = ttkbootstrap.Label(frame, text=words, font=theme.font(0, bold=True))
        label.grid(row=row, column=0, sticky="w", padx=(0, theme.px(20)), pady=theme.px(6))
        for column, choice in enumerate(choices, start=1):
            choice.grid(row=row, column=column, sticky="w", padx=(0, theme.px(10)))
    ttkbootstrap.Checkbutton(
        frame,
        text=_("Offer to download the ResNet50 model where it is missing"),
        variable=offer,
        command=lambda: session.prefer(weights_bar=offer.get()),
    ).grid(row=len(rows), column=0, columnspan=8, sticky="w", pady=(theme.px(10), 0))
    return top


def _window(root: tkinter.Tk, theme: Theme, title: str, size: tuple[int, int] | None) -> tkinter.Toplevel:
    """Not modal; Escape closes it."""
    window = tkinter.Toplevel(root, background=theme.panel)
    window.withdraw()
    window.title(title)
    window.transient(root)
    if size is not None:
        window.geometry(f"{theme.px(size[0])}x{theme.px(size[1])}")
    window.bind("<Escape>", lambda _event: window.destroy())
    root.update_idletasks()
    window.geometry(f"+{root.winfo_rootx() + theme.px(80)}+{root.winfo_rooty() + theme.px(60)}")
    window.deiconify()
    window.focus_set()
    return window


def _buttons(window: tkinter.Toplevel, theme: Theme) -> ttkbootstrap.Frame:
    row = ttkbootstrap.Frame(window, padding=theme.px(12))
    row.pack(side="bottom", fill="x")
    ttkbootstrap.Button(row, text=_("Close"), bootstyle="primary", command=window.destroy).pack(side="right")
    return row
