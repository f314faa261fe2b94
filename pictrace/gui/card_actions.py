"""What can be done with a match: open, show, copy, save."""

from collections.abc import Callable
from pathlib import Path
from tkinter import filedialog
from typing import TYPE_CHECKING

from pictrace.errors import PicTraceError
from pictrace.gui.choosing import export_file
from pictrace.gui.clipboard import copy_picture
from pictrace.gui.files import Viewer, base_name, path_text, save_copy, show_in_folder
from pictrace.gui.quick_look import QuickLook
from pictrace.language import _
from pictrace.picture import Match, PictureRef
from pictrace.questions import SearchAnswer

if TYPE_CHECKING:
    from pictrace.catalogue import Catalogue
    from pictrace.gui.app import Window


class CardActions:
    """What takes a while is done in a thread; what goes wrong is said in a bar."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self._viewer = Viewer()
        self.quick_look = QuickLook(window)

    def open(self, match: Match) -> None:
        self.open_picture(match.picture)

    def open_picture(self, picture: PictureRef) -> None:
        """With the system's viewer."""
        self.run(lambda: self._viewer.open(picture))

    def show_in_folder(self, match: Match) -> None:
        self.run(lambda: show_in_folder(match.picture))

    def copy_path(self, match: Match) -> None:
        self._window.copy(path_text(match.picture))

    def search_with(self, match: Match) -> None:
        self._window.giving.take_picture(path_text(match.picture))

    def save_copy(self, match: Match) -> None:
        chosen = filedialog.asksaveasfilename(
            parent=self._window.root, title=_("Save a copy"), initialfile=base_name(match.picture)
        )
        if chosen:
            self.run(lambda: save_copy(match.picture, Path(chosen)))

    def copy_picture(self, match: Match) -> None:
        """Itself, so that other programs can paste it."""
        max_bytes = self._window.session.settings.picture_megabytes << 20
        self.run(lambda: copy_picture(match.picture, max_bytes))

    def copy_results(self) -> None:
        """All that are shown."""
        chosen = filedialog.askdirectory(
            parent=self._window.root, title=_("Choose the folder for the copies"), mustexist=True
        )
        if chosen:
            self._window.session.copy_to(Path(chosen))

    def export(self) -> None:
        """All results that are shown, as CSV, JSON, or a page with thumbnails: the extension says which."""
        answer = self._window.session.shown_answer
        if answer is None:
            return
        chosen = export_file(self._window.root, _("Export results"), _("matches.html"))
        if chosen is not None:
            catalogue = self._window.thumbnails.catalogue
            self.run(lambda: _export(chosen, answer, catalogue()))

    def close(self) -> None:
        self._viewer.close()

    def run(self, work: Callable[[], None]) -> None:
        """In a thread."""

        def then(answer: PicTraceError | None) -> None:
            if isinstance(answer, PicTraceError):
                self._window.session.notify(answer.message)

        self._window.session.errands.run(work, then)


def _export(file: Path, answer: SearchAnswer, catalogue: "Catalogue") -> None:
    from pictrace.report import write_matches_csv, write_matches_html, write_matches_json

    if file.suffix.lower() == ".csv":
        write_matches_csv(file, answer)
    elif file.suffix.lower() == ".json":
        write_matches_json(file, answer)
    else:
        write_matches_html(file, answer, catalogue.thumbnails([match.digest for match in answer.matches]))
