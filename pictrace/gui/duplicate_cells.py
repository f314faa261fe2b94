"""Places on the canvas that show one file after another, as the list of duplicates is scrolled."""

import time
import tkinter

from PIL import Image, ImageTk

from pictrace.gui.duplicate_cards import CardLayout, Face, Fate, Frame, paint, pill_colours
from pictrace.gui.duplicates_model import DuplicatesModel, size_words
from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import readable
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.trash import why_not_deletable
from pictrace.language import _
from pictrace.questions import GroupMember

_SEPARATOR = " · "


class FileCell:
    def __init__(self, canvas: tkinter.Canvas, lettering: Lettering) -> None:
        self._canvas = canvas
        self._lettering = lettering
        self._tag = f"file-{id(self)}"
        self._paint: ImageTk.PhotoImage | None = None
        self._back = canvas.create_image(0, 0, anchor="nw", tags=self._tag)
        self._lines = [canvas.create_text(0, 0, anchor="w", tags=self._tag) for _line in range(3)]
        self._pill = canvas.create_text(0, 0, anchor="center", tags=self._tag)
        self._shown: tuple[object, ...] = ()
        self._corner = (0, 0)
        self.thumb: Thumb | None = None

    def place(self, x: int, y: int) -> None:
        if (x, y) != self._corner:
            self._canvas.move(self._tag, x - self._corner[0], y - self._corner[1])
            self._corner = (x, y)

    def show(
        self,
        layout: CardLayout,
        member: GroupMember,
        fate: Fate,
        frame: Frame,
        thumb: Thumb,
        image: Image.Image | None,
        *,
        broken: bool,
    ) -> None:
        self.thumb = thumb
        shown = (layout, member, fate, frame, image is None, broken)
        if shown == self._shown:
            return
        self._shown = shown
        theme = layout.theme
        words = _pill_words(member, fate)
        small = theme.font(-1, bold=True)
        pill_width = self._lettering.width(words, small) if words else 0
        card = paint(Face(layout, fate, frame, pill_width, broken, member.damaged), image)
        if self._paint is None or (self._paint.width(), self._paint.height()) != card.size:
            self._paint = ImageTk.PhotoImage(card, master=self._canvas)
            self._canvas.itemconfigure(self._back, image=self._paint)
        else:
            self._paint.paste(card)
        self._canvas.itemconfigure(self._tag, state="normal")
        if words:
            place = layout.pill(pill_width)
            self._move(self._pill, place.left + place.width // 2, place.top + place.height // 2)
            ink = pill_colours(theme, fate, warns=member.damaged)[1]
            self._canvas.itemconfigure(self._pill, text=words, fill=ink, font=small)
        else:
            self._canvas.itemconfigure(self._pill, state="hidden")
        self._show_lines(layout, member, fate)

    def hide(self) -> None:
        self._canvas.itemconfigure(self._tag, state="hidden")
        self.thumb = None
        self._shown = ()

    def delete(self) -> None:
        self._canvas.delete(self._tag)

    def _show_lines(self, layout: CardLayout, member: GroupMember, fate: Fate) -> None:
        theme = layout.theme
        folder, _slash, name = member.picture.name.rpartition("/")
        lines = (
            (readable(name), theme.font(0, bold=fate is Fate.STAYS), theme.ink),
            (readable(_place_words(member.picture.archive, folder)), theme.font(-1), theme.faint),
            (self._facts(layout, member), theme.font(-1), theme.faint),
        )
        for number, (item, (text, font, colour)) in enumerate(zip(self._lines, lines, strict=True)):
            self._move(item, layout.pad, layout.line_middle(number))
            fitting = self._lettering.shortened(text, font, layout.width - 2 * layout.pad)
            self._canvas.itemconfigure(item, text=fitting, font=font, fill=colour)

    def _facts(self, layout: CardLayout, member: GroupMember) -> str:
        """As many of them as fit."""
        facts = facts_of(member)
        room = layout.width - 2 * layout.pad
        while len(facts) > 1 and self._lettering.width(_SEPARATOR.join(facts), layout.theme.font(-1)) > room:
            facts.pop()
        return _SEPARATOR.join(facts)

    def _move(self, item: int, right: int, down: int) -> None:
        self._canvas.coords(item, self._corner[0] + right, self._corner[1] + down)


def fate_of(model: DuplicatesModel, number: int, member: GroupMember) -> Fate:
    keeper = model.keeper(number)
    if model.is_marked(member):
        return Fate.GOES
    if keeper is not None and member.picture.key == keeper.picture.key:
        return Fate.STAYS
    return Fate.OPEN if why_not_deletable(member.picture) is None else Fate.FIXED


def facts_of(member: GroupMember) -> list[str]:
    """In words, what matters most first."""
    picture = member.picture
    facts = [_("{width}×{height}").format(width=member.width, height=member.height), size_words(picture.size_bytes)]
    if picture.modified_ns:
        facts.append(time.strftime("%Y-%m-%d", time.localtime(picture.modified_ns / 1e9)))
    return facts


def _pill_words(member: GroupMember, fate: Fate) -> str:
    if fate is Fate.GOES:
        return _("Trash")
    if member.damaged:
        return _("Damaged")
    if fate is Fate.STAYS:
        return _("Stays")
    if fate is Fate.FIXED:
        return _("In an archive") if "!/" in member.picture.file_id else _("On the web")
    return ""


def _place_words(archive: str, folder: str) -> str:
    root = archive.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return f"{root}/{folder}" if folder else root
