"""How to use the window, in a few words that need no network."""

import tkinter

from pictrace.gui.dialogs import closing_row, side_window
from pictrace.gui.theme import Theme
from pictrace.language import _


def show_help(root: tkinter.Tk, theme: Theme) -> tkinter.Toplevel:
    window = side_window(root, theme, _("Help"), (640, 520))
    closing_row(window, theme)
    page = tkinter.Text(
        window,
        wrap="word",
        font=theme.font(0),
        background=theme.card,
        foreground=theme.ink,
        borderwidth=0,
        highlightthickness=0,
        padx=theme.px(20),
        pady=theme.px(16),
        spacing2=theme.px(3),
    )
    page.tag_configure("title", font=theme.font(1, bold=True), spacing1=theme.px(12), spacing3=theme.px(4))
    for title, words in _paragraphs():
        page.insert("end", f"{title}\n", "title", f"{words}\n")
    page.configure(state="disabled")
    page.pack(fill="both", expand=True)
    page.focus_set()
    return window


def _paragraphs() -> list[tuple[str, str]]:
    return [
        (
            _("Give a picture"),
            _(
                "Choose it, drop it on the window, or paste it: a picture, a file, a path or an address. Drag a frame "
                "over it to search for that part alone; click beside the frame to have the whole picture back."
            ),
        ),
        (
            _("Say where to look"),
            _(
                "Choose or drop a folder or a ZIP, also several. Every picture is read once and remembered, so the "
                "next search takes a moment. You can pause, cancel and close at any time: what was read is kept."
            ),
        ),
        (
            _("See what is alike"),
            _(
                "The slider decides how alike a match has to be. Rest on a match to read why it was found. Enter or a "
                "double click compares it with your picture, Space shows it large, the right button has the rest."
            ),
        ),
        (
            _("Clear up duplicates"),
            _(
                "“Find duplicates” lists groups and proposes which picture to keep. Nothing goes to the trash before "
                "you were asked, one of each group always stays, and archives are never changed."
            ),
        ),
        (
            _("What stays here"),
            _(
                "Your pictures are only read, and nothing leaves this computer. What is remembered of them lies in one "
                "folder, which “Cache…” in the menu names and clears."
            ),
        ),
    ]
