"""The duplicates: groups in one list, which of each stays, and the way of the others into the trash."""

import time
import tkinter
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ttkbootstrap
from PIL import Image

from pictrace.gui.dressing import dress_menu
from pictrace.gui.duplicates_list import DuplicatesList, Hooks
from pictrace.gui.duplicates_model import DuplicatesModel
from pictrace.gui.keep_rule import KeepRule
from pictrace.gui.notice_line import NoticeLine
from pictrace.gui.originals import readable
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.theme import Theme
from pictrace.gui.thumbnails import Thumb
from pictrace.gui.trash import Stayed
from pictrace.gui.trash_bar import TrashBar
from pictrace.language import _, ngettext
from pictrace.picture import PictureRef
from pictrace.questions import DuplicateGroup, GroupMember

_MOST_ENLARGED = 1.6
_TAKE_IN_MS = 20
_TAKE_IN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves the view."""

    back: Callable[[], None]
    compare: Callable[[GroupMember, GroupMember], None]
    """The one to keep, and the other one."""
    open: Callable[[PictureRef], None]
    show_in_folder: Callable[[PictureRef], None]
    copy_path: Callable[[PictureRef], None]
    export: Callable[[list[DuplicateGroup]], None]
    gone: Callable[[Sequence[GroupMember]], None]
    """These went to the trash."""
    details: Callable[[str, str], None]
    """A title and a longer text, to be shown in a window of its own."""


class DuplicatesView(ttkbootstrap.Frame):
    """Fills the window. Groups come by `add`, as they are found or all at once; `say` tells how far the search is."""

    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        model: DuplicatesModel,
        read: Callable[[Thumb], Image.Image],
        home: Path,
        leaving: Leaving,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.model = model
        self._home = home
        self._leaving = leaving
        self._loader: PictureLoader[Thumb] = PictureLoader(lambda thumb: _filling(read(thumb), thumb))
        self._stayed: Sequence[Stayed] = ()
        self._arriving: deque[DuplicateGroup] = deque()
        self._taking_in: str | None = None
        self._rule = tkinter.StringVar(self, model.rule)
        self._build()
        self._refresh()

    def add(self, groups: Iterable[DuplicateGroup]) -> None:
        """They are listed soon, and so many at a time that nobody has to wait."""
        self._arriving.extend(groups)
        if self._taking_in is None:
            self._taking_in = self.after_idle(self._take_in)

    def say(self, words: str) -> None:
        """While there are no groups."""
        self.list.set_empty_words(words)

    def focus_list(self) -> None:
        self.list.canvas.focus_set()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._dress()
        self.list.set_theme(theme)

    @property
    def moving(self) -> bool:
        """Files are on their way to the trash, and nothing can be decided meanwhile."""
        return self.bar.moving

    def escape(self) -> bool:
        """What the key does here; False where the view itself is to be left."""
        open_question = self.bar.asking or self.moving
        self.bar.withdraw()
        return open_question

    def destroy(self) -> None:
        if self._taking_in is not None:
            self.after_cancel(self._taking_in)
            self._taking_in = None
        self._loader.close()
        super().destroy()

    # Building

    def _build(self) -> None:
        px = self._theme.px
        bar = ttkbootstrap.Frame(self, padding=(px(12), px(8)))
        bar.pack(fill="x")
        back = ttkbootstrap.Button(bar, text=_("‹ Back"), bootstyle="secondary-outline", command=self._leaving.back)
        back.pack(side="left")
        self._title = ttkbootstrap.Label(bar, text=_("Duplicates"))
        self._title.pack(side="left", padx=(px(14), px(10)))
        self._count = ttkbootstrap.Label(bar)
        self._count.pack(side="left")
        self.export = ttkbootstrap.Button(bar, text=_("Export…"), bootstyle="secondary-outline", command=self._export)
        self.export.pack(side="right")
        self.rule = ttkbootstrap.Menubutton(bar, bootstyle="secondary-outline")
        self._rules = tkinter.Menu(self.rule, tearoff=False)
        for rule in KeepRule:
            self._rules.add_radiobutton(
                label=_first_large(rule.words), value=rule.value, variable=self._rule, command=self._choose_rule
            )
        self.rule["menu"] = self._rules
        self.rule.pack(side="right", padx=px(8))
        self._line = tkinter.Frame(self, height=1)
        self._line.pack(fill="x")
        self.notice = NoticeLine(self, self._theme, below=self._line)
        self.undo = self.notice.button(_("Undo"), self._undo_dismissal)
        self.why = self.notice.button(_("Why?"), self._show_why)
        self.bar = TrashBar(self, self._theme, self.model, self._home, on_gone=self._gone, on_done=self._tell_outcome)
        self.bar.pack(fill="x", side="bottom")
        self._lower_line = tkinter.Frame(self, height=1)
        self._lower_line.pack(fill="x", side="bottom")
        hooks = Hooks(
            toggle=lambda _number, member: self._decide(lambda: self.model.toggle(member)),
            keep=lambda number, member: self._decide(lambda: self.model.keep(number, member)),
            mark_others=self._mark_others,
            dismiss=self._dismiss,
            open=self._compare,
            menu=lambda number, member, x, y: self._menu(number, member).tk_popup(x, y),
        )
        self.list = DuplicatesList(self, self._theme, self.model, self._loader, hooks)
        self.list.pack(fill="both", expand=True)
        self.list.canvas.bind("<Delete>", lambda _event: self.bar.ask())
        self._dress()

    def _dress(self) -> None:
        theme = self._theme
        self._title.configure(font=theme.font(2, bold=True))
        self._count.configure(foreground=theme.faint)
        self.bar.set_theme(theme)
        for line in (self._line, self._lower_line):
            line.configure(background=theme.line)
        self.notice.set_theme(theme)
        dress_menu(self._rules, theme)

    # Showing

    def _take_in(self) -> None:
        self._taking_in = None
        until = time.perf_counter() + _TAKE_IN_SECONDS
        while self._arriving and time.perf_counter() < until:
            self.model.add([self._arriving.popleft()])
        if not self._arriving or self.bar.asking:
            self._refresh()
        else:
            # What is to be said about all of them takes long, and can wait until they are here.
            self._refresh_list()
        if self._arriving:
            self._taking_in = self.after(_TAKE_IN_MS, self._take_in)

    def _refresh_list(self) -> None:
        self.list.refresh()
        count = len(self.model.groups())
        words = ngettext("{count:,} group", "{count:,} groups", count).format(count=count)
        self._count.configure(text=words if count else "")

    def _refresh(self) -> None:
        self._refresh_list()
        self.rule.configure(text=_("Keep {which}").format(which=self.model.rule.words) + "  ")
        self.export.configure(state="normal" if self.model.groups() else "disabled")
        self.bar.refresh()

    # Deciding

    def _decide(self, decision: Callable[[], str | None]) -> None:
        """It may be refused, with a reason."""
        if self.moving:
            return
        refusal = decision()
        self.notice.pack_forget()
        self._refresh()
        if refusal is not None:
            self.notice.tell(refusal)

    def _choose_rule(self) -> None:
        self._decide(lambda: self.model.set_rule(KeepRule(self._rule.get())))
        self._rule.set(self.model.rule)

    def _mark_others(self, number: int) -> None:
        marks = self.model.unmark if self.model.has_marks(number) else self.model.mark_others
        self._decide(lambda: marks(number))

    def _dismiss(self, number: int) -> None:
        if self.moving:
            return
        trouble = self.model.dismiss(number)
        self._refresh()
        words = trouble or _("Not duplicates: these will not be shown again, wherever they lie.")
        self.notice.tell(words, self.undo)

    def _undo_dismissal(self) -> None:
        if self.model.can_undo:
            self._decide(self._show_again)
            self.focus_list()

    def _show_again(self) -> None:
        number = self.model.undo_dismiss()
        self.list.refresh()
        self.list.show_group(number)

    def _compare(self, number: int, member: GroupMember) -> None:
        """The one to keep is compared with the one after it."""
        members = self.model.members(number)
        kept = members[0]
        other = members[1] if member.picture.key == kept.picture.key else member
        self._leaving.compare(kept, other)

    def _export(self) -> None:
        self._leaving.export([self.model.as_shown(number) for number in self.model.groups()])

    def _menu(self, number: int, member: GroupMember) -> tkinter.Menu:
        # By its name it takes the place of the one before, which nobody sees any more.
        menu = tkinter.Menu(self, name="popup", tearoff=False)
        dress_menu(menu, self._theme)
        picture = member.picture
        marked = self.model.is_marked(member)
        possible = marked or self.model.why_not_markable(member) is None
        menu.add_command(
            label=_("Take the mark away") if marked else _("Mark for the trash"),
            accelerator=_("Space"),
            state="normal" if possible else "disabled",
            command=lambda: self._decide(lambda: self.model.toggle(member)),
        )
        menu.add_command(
            label=_("Keep this one"),
            accelerator="K",
            command=lambda: self._decide(lambda: self.model.keep(number, member)),
        )
        menu.add_command(label=_("Not duplicates"), accelerator="N", command=lambda: self._dismiss(number))
        menu.add_separator()
        menu.add_command(label=_("Compare"), accelerator=_("Enter"), command=lambda: self._compare(number, member))
        menu.add_command(label=_("Open"), command=lambda: self._leaving.open(picture))
        menu.add_command(label=_("Show in folder"), command=lambda: self._leaving.show_in_folder(picture))
        menu.add_command(label=_("Copy path"), command=lambda: self._leaving.copy_path(picture))
        return menu

    def _gone(self, members: Sequence[GroupMember]) -> None:
        self._leaving.gone(members)
        self._refresh()

    def _tell_outcome(self, trashed: int, stayed: Sequence[Stayed]) -> None:
        self._stayed = stayed
        words = ngettext("{count:,} file is in the trash.", "{count:,} files are in the trash.", trashed)
        told = words.format(count=trashed)
        if stayed:
            rest = ngettext("{count:,} stayed where it is.", "{count:,} stayed where they are.", len(stayed))
            told = f"{told} {rest.format(count=len(stayed))}"
        self.notice.tell(told, self.why if stayed else None)
        self.focus_list()

    def _show_why(self) -> None:
        text = "\n\n".join(f"{readable(one.victim.picture.key)}\n{one.reason}" for one in self._stayed)
        self._leaving.details(_("What stayed, and why"), text)


def _filling(image: Image.Image, thumb: Thumb) -> Image.Image:
    """Somewhat enlarged where a fine screen has more pixels than were remembered; a tiny picture stays small."""
    factor = min(thumb.width / image.width, thumb.height / image.height, _MOST_ENLARGED)
    if factor <= 1:
        return image
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)


def _first_large(words: str) -> str:
    return words[:1].upper() + words[1:]
