"""The search for duplicates: its job, and the list that shows what it finds."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pictrace.events import Cancelled, Event, Failed, Finished, Found, Progress
from pictrace.gui import dialogs
from pictrace.gui.choosing import export_file
from pictrace.gui.files import path_text, show_in_folder
from pictrace.gui.theme import Theme
from pictrace.language import _
from pictrace.picture import PictureRef
from pictrace.questions import DuplicateGroup
from pictrace.wording import described
from pictrace.worker import Verb

if TYPE_CHECKING:
    from pictrace.catalogue import Catalogue
    from pictrace.gui.app import Window
    from pictrace.gui.duplicates_view import DuplicatesView
    from pictrace.job import Job


class Duplicating:
    def __init__(self, window: "Window") -> None:
        self._window = window
        self.view: DuplicatesView | None = None
        self._job: Job | None = None

    def open(self) -> None:
        from pictrace.gui.duplicates_model import DuplicatesModel
        from pictrace.gui.duplicates_view import DuplicatesView, Leaving
        from pictrace.gui.not_duplicates import NotDuplicates

        window = self._window
        archives = window.session.shown.archives
        if self.view is not None or not archives:
            return
        home = window.session.settings.home
        model = DuplicatesModel(NotDuplicates(home / "not-duplicates.txt"))
        leaving = Leaving(
            back=self.close,
            compare=window.comparing.open_members,
            open=window.actions.open_picture,
            show_in_folder=lambda picture: window.actions.run(lambda: show_in_folder(picture)),
            copy_path=self._copy_path,
            export=self._export,
            gone=lambda members: window.session.lose(member.picture.key for member in members),
            details=lambda title, text: _show(window, title, text),
        )
        self.view = DuplicatesView(window.root, window.theme, model, window.thumbnails.read, home, leaving)
        self.view.say(_("Looking for duplicates…"))
        window.layers.cover(self.view)
        self.view.focus_list()
        subfolders = window.session.preferences.subfolders
        self._job = window.session.ask(Verb.DUPLICATES, self._tell, archives=archives, subfolders=subfolders)

    def close(self) -> None:
        if self.view is None or self.view.moving:
            return
        self.view = None
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._window.layers.uncover()

    def escape(self) -> None:
        if self.view is not None and not self.view.escape():
            self.close()

    def set_theme(self, theme: Theme) -> None:
        if self.view is not None:
            self.view.set_theme(theme)

    def _tell(self, event: Event) -> None:
        view = self.view
        if view is None:
            return
        match event:
            case Progress():
                view.say(described(event))
            case Found(answer=DuplicateGroup() as group):
                view.add([group])
            case Finished():
                view.say(_("There are no duplicates here."))
            case Failed(error=error):
                view.say("")
                view.notice.tell(error.message, view.notice.button(_("Start again"), self._start_again))
            case Cancelled():
                view.say(_("Stopped."))

    def _start_again(self) -> None:
        self.close()
        self.open()

    def _copy_path(self, picture: PictureRef) -> None:
        self._window.copy(path_text(picture))

    def _export(self, groups: list[DuplicateGroup]) -> None:
        chosen = export_file(self._window.root, _("Export duplicates"), _("duplicates.html"))
        if chosen is not None:
            catalogue: Callable[[], Catalogue] = self._window.thumbnails.catalogue
            self._window.actions.run(lambda: _write(chosen, groups, catalogue()))


def _show(window: "Window", title: str, text: str) -> None:
    dialogs.show_text(window.root, window.theme, title, text)


def _write(file: Path, groups: list[DuplicateGroup], catalogue: "Catalogue") -> None:
    from pictrace.report import write_csv, write_groups_json, write_html

    if file.suffix.lower() == ".csv":
        write_csv(file, groups)
    elif file.suffix.lower() == ".json":
        write_groups_json(file, groups)
    else:
        digests = [member.digest for group in groups for member in group.members]
        write_html(file, groups, catalogue.thumbnails(digests))
