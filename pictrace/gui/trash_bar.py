"""The bar below the duplicates: what is marked, the question before it goes to the trash, and the way there."""

import time
import tkinter
from collections.abc import Callable, Sequence
from pathlib import Path

import ttkbootstrap

from pictrace.gui.duplicates_model import DuplicatesModel
from pictrace.gui.theme import Theme
from pictrace.gui.trash import Stayed, Trashed
from pictrace.gui.trash_run import TrashRun
from pictrace.language import _
from pictrace.questions import GroupMember

_POLL_MS = 40
_HASTY_SECONDS = 0.5


class TrashBar(ttkbootstrap.Frame):
    def __init__(
        self,
        parent: tkinter.Misc,
        theme: Theme,
        model: DuplicatesModel,
        home: Path,
        *,
        on_gone: Callable[[Sequence[GroupMember]], None],
        on_done: Callable[[int, Sequence[Stayed]], None],
    ) -> None:
        """`on_gone` is called with files that have left the model, `on_done` at the end, with how many went."""
        super().__init__(parent, padding=(theme.px(12), theme.px(8)))
        self._theme = theme
        self._model = model
        self._home = home
        self._on_gone, self._on_done = on_gone, on_done
        self._run: TrashRun | None = None
        self._asking = False
        self._asked_at = 0.0
        self._trashed, self._going = 0, 0
        self._stayed: list[Stayed] = []
        self._polling: str | None = None
        self.words = ttkbootstrap.Label(self, anchor="w", justify="left")
        self.words.bind("<Configure>", lambda event: self.words.configure(wraplength=event.width))
        self.go = ttkbootstrap.Button(self, bootstyle="danger", command=self._press)
        self.cancel = ttkbootstrap.Button(self, bootstyle="secondary-outline", command=self.withdraw)
        self._progress = ttkbootstrap.Progressbar(self, length=theme.px(160), maximum=1.0)
        self.go.bind("<Button-1>", self._clicked)
        # The words last, so that a narrow window makes two lines of them and cuts no button.
        self.go.pack(side="right")
        self.words.pack(side="left", fill="x", expand=True)
        self.set_theme(theme)

    @property
    def asking(self) -> bool:
        return self._asking

    @property
    def moving(self) -> bool:
        return self._run is not None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.words.configure(font=theme.font(0, bold=True))

    def refresh(self) -> None:
        """The marks have changed: whatever was asked, was asked about others."""
        self._asking = False
        self._show()

    def ask(self) -> None:
        if not self.moving and self._model.summary().files:
            self._asking = True
            self._asked_at = time.monotonic()
            self._show()
            self.cancel.focus_set()  # a key held down answers, and must not answer yes

    def withdraw(self) -> None:
        """Takes the question back; of the files that are being moved, the one in hand is finished, the others stay."""
        if self._run is not None:
            self._run.stop()
        self._asking = False
        self._show()

    def destroy(self) -> None:
        if self._run is not None:
            self._run.stop()
        if self._polling is not None:
            self.after_cancel(self._polling)
            self._polling = None
        super().destroy()

    def _clicked(self, _event: object) -> str | None:
        """The second click of a double one is no answer to the question that the first one asked."""
        return "break" if self._asking and time.monotonic() - self._asked_at < _HASTY_SECONDS else None

    def _press(self) -> None:
        if not self._asking:
            self.ask()
            return
        removals = self._model.removals()
        self._asking = False
        self._trashed, self._going, self._stayed = 0, len(removals), []
        self._run = TrashRun(removals, self._home)
        self._show()
        self._polling = self.after(_POLL_MS, self._poll)

    def _poll(self) -> None:
        self._polling = None
        if self._run is None:
            return
        running = self._run.running
        answers = self._run.poll()
        gone = [answer.victim for answer in answers if isinstance(answer, Trashed)]
        self._trashed += len(gone)
        self._stayed += [answer for answer in answers if isinstance(answer, Stayed)]
        self._model.gone(gone)
        if not running:
            self._run = None
        if gone:
            self._on_gone(gone)
        self._show()
        if running:
            self._polling = self.after(_POLL_MS, self._poll)
        else:
            self._on_done(self._trashed, self._stayed)

    def _show(self) -> None:
        summary = self._model.summary()
        space = self._theme.px(8)
        for widget in (self.go, self.cancel, self._progress):
            widget.pack_forget()
        if self.moving:
            done = self._trashed + len(self._stayed)
            words = _("Moving to the trash: {done:,} of {total:,}").format(done=done, total=self._going)
            self.cancel.configure(text=_("Stop"))
            self.cancel.pack(side="right", before=self.words)
            self._progress.configure(value=done / max(1, self._going))
            self._progress.pack(side="right", padx=space, before=self.words)
        elif self._asking:
            words = summary.question
            self.go.configure(text=_("Move to the trash"))
            self.go.pack(side="right", before=self.words)
            self.cancel.configure(text=_("Cancel"))
            self.cancel.pack(side="right", padx=space, before=self.words)
        else:
            words = summary.words if self._model.groups() else ""
            self.go.configure(text=_("Move to the trash…"), state="normal" if summary.files else "disabled")
            self.go.pack(side="right", before=self.words)
        self.words.configure(text=words)
