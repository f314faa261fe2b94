"""Small windows beside the main one: lists, details, settings."""

import tkinter
from typing import TYPE_CHECKING

import ttkbootstrap

from pictrace import __version__
from pictrace.events import Skipped
from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import readable
from pictrace.gui.theme import Theme
from pictrace.language import _, ngettext

if TYPE_CHECKING:
    from pictrace.gui.app import Window

_MEASURED = 200


def show_unreadable(root: tkinter.Tk, theme: Theme, skipped: tuple[Skipped, ...]) -> tkinter.Toplevel:
    """File and reason, and all of it for the clipboard."""
    title = ngettext("{count:,} file could not be read", "{count:,} files could not be read", len(skipped))
    window = side_window(root, theme, title.format(count=len(skipped)), (720, 420))
    buttons = closing_row(window, theme)

    def copy() -> None:
        root.clipboard_clear()
        root.clipboard_append("\n".join(f"{readable(one.name)}\t{one.reason}" for one in skipped))

    ttkbootstrap.Button(buttons, text=_("Copy"), command=copy).pack(side="right", padx=(0, theme.px(8)))
    table = ttkbootstrap.Treeview(window, columns=("file", "reason"), show="headings", selectmode="browse")
    table.heading("file", text=_("File"), anchor="w")
    table.heading("reason", text=_("Reason"), anchor="w")
    lettering, space = Lettering(window), theme.px(24)
    names = [lettering.width(readable(one.name or one.archive), theme.font(0)) for one in skipped[:_MEASURED]]
    longest = sorted({one.reason for one in skipped}, key=len)[-_MEASURED:]
    reasons = max((lettering.width(reason, theme.font(0)) for reason in longest), default=0) + space
    files = min(max(names, default=0) + space, theme.px(320))
    table.column("file", width=max(files, theme.px(120)), anchor="w", stretch=False)
    # As wide as it has to be: a sentence that is cut off helps nobody.
    table.column("reason", width=reasons, minwidth=reasons, anchor="w")
    for one in skipped:
        table.insert("", "end", values=(readable(one.name or one.archive), one.reason))
    room = root.winfo_screenwidth() - theme.px(160)
    width = min(max(theme.px(720), files + reasons + theme.px(60)), room)
    window.geometry(f"{width}x{theme.px(420)}")
    bar = ttkbootstrap.Scrollbar(window, command=table.yview)
    table.configure(yscrollcommand=bar.set)
    bar.pack(side="right", fill="y", pady=(theme.px(12), 0))
    across = ttkbootstrap.Scrollbar(window, orient="horizontal", command=table.xview)
    table.configure(xscrollcommand=across.set)
    across.pack(side="bottom", fill="x", padx=(theme.px(12), 0))
    table.pack(fill="both", expand=True, padx=(theme.px(12), 0), pady=(theme.px(12), 0))
    table.focus_set()
    return window


def show_text(root: tkinter.Tk, theme: Theme, title: str, text: str) -> tkinter.Toplevel:
    window = side_window(root, theme, title, (720, 420))
    buttons = closing_row(window, theme)

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

    window = side_window(root, theme, _("Shortcuts"), None)
    closing_row(window, theme)
    table = ttkbootstrap.Frame(window, padding=theme.px(18))
    table.pack()
    for row, (keys, does) in enumerate(shortcut_list()):
        key_label = ttkbootstrap.Label(table, text=keys, font=theme.font(0, bold=True))
        key_label.grid(row=row, column=0, sticky="w", pady=theme.px(3), padx=(0, theme.px(24)))
        ttkbootstrap.Label(table, text=does).grid(row=row, column=1, sticky="w")
    return window


def show_about(root: tkinter.Tk, theme: Theme) -> tkinter.Toplevel:
    window = side_window(root, theme, _("About PicTrace"), None)
    closing_row(window, theme)
    frame = ttkbootstrap.Frame(window, padding=theme.px(24))
    frame.pack()
    ttkbootstrap.Label(frame, text=f"PicTrace {__version__}", font=theme.font(2, bold=True)).pack(anchor="w")
    words = _(
        "Finds the photographs that look like this one, and shows how much and why. Everything is computed on this "
        "computer; nothing leaves it. Licensed under the Apache License 2.0."
    )
    ttkbootstrap.Label(frame, text=words, wraplength=theme.px(420)).pack(anchor="w", pady=(theme.px(10), 0))
    return window


def ask_address(window: "Window") -> tkinter.Toplevel:
    """Of a picture on the web, or of one on this computer."""
    theme = window.theme
    top = side_window(window.root, theme, _("Open address"), None)
    entry = ttkbootstrap.Entry(top, width=60)

    def take(_event: object = None) -> None:
        if window.giving.take_text(entry.get()):
            top.destroy()
        else:
            words.configure(text=_("This is no address: it has to begin with http:// or https://."))

    buttons = closing_row(top, theme, _("Cancel"))
    ttkbootstrap.Button(buttons, text=_("Open"), bootstyle="primary", command=take).pack(
        side="right", padx=(0, theme.px(8))
    )
    words = ttkbootstrap.Label(top, text=_("The address of a picture:"))
    words.pack(anchor="w", padx=theme.px(18), pady=(theme.px(18), theme.px(6)))
    entry.pack(padx=theme.px(18))
    entry.bind("<Return>", take)
    entry.focus_set()
    return top


def side_window(root: tkinter.Tk, theme: Theme, title: str, size: tuple[int, int] | None) -> tkinter.Toplevel:
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


def closing_row(window: tkinter.Toplevel, theme: Theme, close: str = "") -> ttkbootstrap.Frame:
    row = ttkbootstrap.Frame(window, padding=theme.px(12))
    row.pack(side="bottom", fill="x")
    ttkbootstrap.Button(row, text=close or _("Close"), command=window.destroy).pack(side="right")
    return row
