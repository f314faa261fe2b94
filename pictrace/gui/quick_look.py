"""A match as large as the window, until a key is pressed."""

import tkinter
from typing import TYPE_CHECKING

from PIL import Image, ImageTk

from pictrace.gui.describing import percent
from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import readable
from pictrace.gui.query import Look, look_at
from pictrace.language import _
from pictrace.picture import Match
from pictrace.questions import Query

if TYPE_CHECKING:
    from pictrace.errors import PicTraceError
    from pictrace.gui.app import Window

_CAPTION = 60
"""What is left free for it below the picture, in logical pixels."""


class QuickLook:
    def __init__(self, window: "Window") -> None:
        self._window = window
        self._sheet: tkinter.Canvas | None = None
        self._match: Match | None = None
        self._picture: ImageTk.PhotoImage | None = None

    @property
    def is_open(self) -> bool:
        return self._sheet is not None

    def open(self, match: Match) -> None:
        if self._sheet is None:
            self._sheet = tkinter.Canvas(self._window.root, highlightthickness=0, borderwidth=0, takefocus=True)
            self._sheet.place(relwidth=1, relheight=1)
            for sequence in ("<space>", "<Escape>", "<Return>", "<Button-1>"):
                self._sheet.bind(sequence, lambda _event: self.close())
            for key, step in (("Left", -1), ("Up", -1), ("Right", 1), ("Down", 1)):
                self._sheet.bind(f"<Key-{key}>", lambda _event, step=step: self._step(step))  # type: ignore[misc]
            self._sheet.focus_set()
        self._match = match
        self._sheet.configure(background=self._window.theme.paper)
        self._say(_("Opening…"))
        settings = self._window.session.settings
        query = Query(match.picture.key)
        self._window.session.errands.run(lambda: look_at(query, settings), lambda look: self._opened(match, look))

    def close(self) -> str:
        if self._sheet is not None:
            self._sheet.destroy()
            self._sheet = self._picture = None
            self._window.grid.canvas.focus_set()
        return "break"

    def _step(self, step: int) -> str:
        match = self._window.grid.go(step)
        if match is not None:
            self.open(match)
        return "break"

    def _opened(self, match: Match, look: "Look | PicTraceError") -> None:
        if self._sheet is None or match is not self._match:
            return
        if not isinstance(look, Look):
            self._say(look.message)
            return
        theme = self._window.theme
        self._sheet.update_idletasks()
        width, height = self._sheet.winfo_width(), self._sheet.winfo_height() - theme.px(_CAPTION)
        image = look.preview
        scale = min(width / image.width, height / image.height, theme.scale * max(1.0, look.width / image.width))
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        self._picture = ImageTk.PhotoImage(image.resize(size, Image.Resampling.LANCZOS), master=self._sheet)
        self._sheet.delete("all")
        # In the middle of the window, as far as the caption leaves room for that.
        middle = min(self._sheet.winfo_height() // 2, height - size[1] // 2)
        self._sheet.create_image(width // 2, middle, image=self._picture, tags="picture")
        font, caption = theme.font(0), height + theme.px(_CAPTION) // 2
        score, lettering = percent(match.score), Lettering(self._sheet)
        room = width - theme.px(24) - lettering.width(f"{score} ·  · {look.facts}", font)
        name = lettering.shortened(readable(match.picture.name), font, room)
        words = f"{score} · {name} · {look.facts}"
        self._sheet.create_text(width // 2, caption, text=words, font=font, fill=theme.ink, tags="caption")

    def _say(self, words: str) -> None:
        if self._sheet is None:
            return
        theme = self._window.theme
        self._sheet.delete("all")
        self._sheet.create_text(
            self._window.root.winfo_width() // 2,
            self._window.root.winfo_height() // 2,
            text=words,
            font=theme.font(0),
            fill=theme.faint,
            width=theme.px(600),
        )
