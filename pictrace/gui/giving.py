"""Pictures and places from outside: chosen, dropped, pasted, typed."""

import tkinter
from pathlib import Path
from tkinter import filedialog
from typing import TYPE_CHECKING

from pictrace.errors import PicTraceError
from pictrace.fetching import FetchLimits, fetch_picture, is_address
from pictrace.gui.choosing import hide_hidden_files, nearest_folder
from pictrace.gui.clipboard import pasted
from pictrace.gui.query import is_archive, path_in, places_in
from pictrace.language import _
from pictrace.questions import Query

if TYPE_CHECKING:
    from pictrace.gui.app import Window


class Giving:
    def __init__(self, window: "Window") -> None:
        self._window = window
        hide_hidden_files(window.root)

    # Chosen

    def choose_picture(self) -> None:
        shown = self._window.session.shown
        last = () if shown.chosen is None else (shown.chosen.query.location,)
        location = filedialog.askopenfilename(
            parent=self._window.root, title=_("Choose a picture"), initialdir=nearest_folder(*last, *shown.archives)
        )
        if location:
            self.take_picture(str(location))

    def choose_folder(self) -> None:
        location = filedialog.askdirectory(
            parent=self._window.root,
            title=_("Choose the folder to look in"),
            mustexist=True,
            initialdir=self._place(),
        )
        if location:
            self.take_archives((str(location),))

    def choose_zip(self) -> None:
        kinds = [
            (_("Archives"), "*.zip *.cbz *.tar *.cbt *.tgz *.tar.*"),
            (_("Lists of addresses"), "*.txt *.json"),
            (_("All files"), "*"),
        ]
        chosen = filedialog.askopenfilenames(
            parent=self._window.root,
            title=_("Choose the archives to look in"),
            filetypes=kinds,
            initialdir=self._place(),
        )
        if chosen:
            self.take_archives(tuple(map(str, chosen)))

    def add_folder(self) -> None:
        location = filedialog.askdirectory(
            parent=self._window.root,
            title=_("Choose another folder to look in"),
            mustexist=True,
            initialdir=self._place(),
        )
        if location:
            self.take_archives((*self._window.session.shown.archives, str(location)))

    def choose_weights(self) -> None:
        location = filedialog.askopenfilename(
            parent=self._window.root, title=_("Choose the file with the ResNet50 weights")
        )
        if location:
            self._window.session.install_weights(Path(location))

    def _place(self) -> str:
        return nearest_folder(*self._window.session.shown.archives)

    # Taken

    def take_picture(self, location: str, data: bytes | None = None) -> None:
        self._window.session.choose_query(Query(location, data))

    def take_archives(self, archives: tuple[str, ...]) -> None:
        self._window.session.choose_archives(tuple(dict.fromkeys(archives)))

    def take_archive_text(self, text: str) -> None:
        """One place, or several as the toolbar shows them."""
        self.take_archives(places_in(text))

    def take_paths(self, paths: list[str]) -> None:
        """Archives become the place to look in, the first picture what is looked for."""

        def sort_out() -> tuple[tuple[str, ...], str | None]:
            archives = tuple(path for path in paths if is_archive(path))
            return archives, next((path for path in paths if path not in archives), None)

        def take(sorted_out: tuple[tuple[str, ...], str | None] | PicTraceError) -> None:
            if isinstance(sorted_out, PicTraceError):
                session.notify(sorted_out.message)
                return
            archives, picture = sorted_out
            if archives:
                self.take_archives(archives)
            if picture is not None:
                self.take_picture(picture)

        session = self._window.session
        session.errands.run(sort_out, take)

    def take_text(self, text: str) -> bool:
        """A path or an address; False for anything else."""
        if is_address(text):
            self.take_address(text.strip())
            return True
        path = path_in(text)
        if path is not None:
            self.take_paths([path])
        return path is not None

    def take_address(self, address: str) -> None:
        """Fetches the picture that lies there."""
        session = self._window.session

        def take(data: bytes | PicTraceError) -> None:
            if isinstance(data, bytes):
                self.take_picture(address, data)
            else:
                session.notify(data.message)

        limits = FetchLimits(session.settings.picture_megabytes << 20)
        session.errands.run(lambda: fetch_picture(address, limits), take)

    # Pasted

    def paste(self) -> None:
        """A picture, files, or a path as text. Another program hands it over, which may take its time."""
        try:
            text: str | None = self._window.root.clipboard_get()
        except tkinter.TclError:
            text = None
        if text and self.take_text(text):
            return

        def take(grabbed: list[str] | bytes | PicTraceError | None) -> None:
            if isinstance(grabbed, list):
                self.take_paths(grabbed)
            elif isinstance(grabbed, bytes):
                self.take_picture(_("Pasted picture"), grabbed)
            elif isinstance(grabbed, PicTraceError):
                session.notify(grabbed.message)
            else:
                session.notify(_("What was copied is no picture, and no path or address of one."))

        session = self._window.session
        session.errands.run(pasted, take)

    # Dropped

    def accept_drops(self) -> None:
        """Where the library for it cannot be loaded there is no dropping, and everything else works."""
        root = self._window.root
        try:
            from tkinterdnd2 import TkinterDnD

            TkinterDnD.require(root)
        except (ImportError, RuntimeError, tkinter.TclError):
            return
        root.tk.call("tkdnd::drop_target", "register", str(root), ("DND_Files", "DND_Text"))
        for kind, take in (("DND_Files", self._dropped_files), ("DND_Text", self._dropped_text)):
            root.tk.call("bind", str(root), f"<<Drop:{kind}>>", f"{root.register(take)} %D")

    def _dropped_files(self, data: str) -> str:
        items = self._window.root.tk.splitlist(data)
        if items and is_address(items[0]):
            self.take_address(items[0])
        else:
            self.take_paths([path_in(item) or item for item in items])
        return "copy"

    def _dropped_text(self, text: str) -> str:
        return "copy" if self.take_text(text) else "refuse_drop"

    def offer_archive_beside(self, folder: Path) -> None:
        """A photos.zip beside the program is where a first start looks."""
        session = self._window.session
        beside = folder / "photos.zip"
        if not session.shown.archives and not session.shown.preferences.recent and beside.is_file():
            self.take_archives((str(beside),))
