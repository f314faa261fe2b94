"""The dialogs for files: where they begin, and what they offer."""

import tkinter
from contextlib import suppress
from pathlib import Path
from tkinter import filedialog

from pictrace.language import _

_HIDDEN = "::tk::dialog::file::showHidden"


def nearest_folder(*places: str) -> str:
    """The first of these places that is on this computer, or what it lies in; else a person's own folder.

    A place may be a member of an archive, an address, or the name of something that was pasted.
    """
    for place in places:
        path = Path(place)
        if not path.is_absolute():
            continue
        for folder in (path, *path.parents[:-1]):
            with suppress(OSError):
                if folder.is_dir():
                    return str(folder)
    return str(Path.home())


def export_file(parent: tkinter.Misc, title: str, proposed: str) -> Path | None:
    """Where a list is to be written: the extension says as what. None where the person wants it nowhere."""
    chosen = filedialog.asksaveasfilename(
        parent=parent,
        title=title,
        filetypes=[(_("Web page with thumbnails"), "*.html"), ("CSV", "*.csv"), ("JSON", "*.json")],
        defaultextension=".html",
        initialdir=nearest_folder(),
        initialfile=proposed,
    )
    return Path(chosen) if chosen else None


def hide_hidden_files(root: tkinter.Tk) -> None:
    """In Tk's own dialogs, which have a switch for them; other systems' dialogs decide for themselves."""
    if root.tk.call("tk", "windowingsystem") != "x11":
        return
    with suppress(tkinter.TclError):
        # An option that it does not know makes the dialog load what it needs, without being shown.
        root.tk.call("tk_getOpenFile", "-no-such-option")
    root.tk.setvar(f"{_HIDDEN}Btn", "1")
    root.tk.setvar(f"{_HIDDEN}Var", "0")
