"""The cells of the list of duplicates."""

import time
import tkinter

from pictrace.gui.cards import Mark, Missing, Thumbnail
from pictrace.gui.cells import Cell, Photos
from pictrace.gui.duplicate_cards import CardLayout, Fate, paint_card, paint_face, pill_colours
from pictrace.gui.duplicates_model import DuplicatesModel
from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import readable
from pictrace.gui.summary import size_words
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.trash import why_not_deletable
from pictrace.language import _
from pictrace.questions import GroupMember

_SEPARATOR = " · "


class FileCell(Cell):
    def __init__(self, canvas: tkinter.Canvas, photos: Photos, lettering: Lettering) -> None:
        super().__init__(canvas, photos, lettering)
        self._back, self._face = self._image_item("nw"), self._image_item("nw")
        *self._lines, self._pill = self._text_items(("w", "w", "w", "center"))
        self._pictured: tuple[object, ...] = ()
        self._worded: tuple[object, ...] = ()

    def show(
        self, layout: CardLayout, member: GroupMember, fate: Fate, mark: Mark, thumb: Thumb, thumbnail: Thumbnail
    ) -> None:
        self.thumb = thumb
        missing = thumbnail if isinstance(thumbnail, Missing) else None
        shown = (layout, member, fate, mark, missing)
        if shown == self._shown:
            return
        if not self._shown:
            self._show_all()
        self._shown = shown
        self._show_photo(
            self._back, self._photos.get(("card", layout, mark, fate), lambda: paint_card(layout, mark, fate))
        )
        words, small = _pill_words(member, fate), layout.theme.font(-1, bold=True)
        pill_width = self._lettering.width(words, small) if words else 0
        if (layout, thumb, missing, fate) != self._pictured:
            self._pictured = (layout, thumb, missing, fate)
            self._show_thumbnail(layout, thumbnail, fate, pill_width, warns=member.damaged)
        if (layout, member, fate) != self._worded:
            self._worded = (layout, member, fate)
            self._move(self._pill, *layout.pill(pill_width).middle)
            self._write(self._pill, words, small, pill_colours(layout.theme, fate, warns=member.damaged)[1])
            self._show_lines(layout, member, fate)

    def _show_thumbnail(
        self, layout: CardLayout, thumbnail: Thumbnail, fate: Fate, pill_width: int, *, warns: bool
    ) -> None:
        self._move(self._face, layout.picture.left, layout.picture.top)
        if isinstance(thumbnail, Missing):
            about = ("missing", layout, thumbnail, fate, pill_width, warns)
            field = self._photos.get(about, lambda: paint_face(layout, thumbnail, fate, pill_width, warns=warns))
            self._show_photo(self._face, field)
        else:
            self._show_image(self._face, paint_face(layout, thumbnail, fate, pill_width, warns=warns))

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
            self._write(item, fitting, font, colour)

    def _facts(self, layout: CardLayout, member: GroupMember) -> str:
        """As many of them as fit."""
        facts = facts_of(member)
        room = layout.width - 2 * layout.pad
        while len(facts) > 1 and self._lettering.width(_SEPARATOR.join(facts), layout.theme.font(-1)) > room:
            facts.pop()
        return _SEPARATOR.join(facts)


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
