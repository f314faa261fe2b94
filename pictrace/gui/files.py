"""Files handed to the person: copies, the system's viewer, the folder where one lies. Nothing here may overwrite."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pictrace.archives import find_picture
from pictrace.archives.kinds import Kind, kind_of
from pictrace.archives.place import INNER, splits
from pictrace.errors import MachineRefuses, PictureUnreadable, Unreadable
from pictrace.fetching import is_address
from pictrace.home import reason_of
from pictrace.language import _
from pictrace.picture import PictureRef

_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
"""In names, on one system or another."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_NAME = 120
_MANAGER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Copied:
    picture: PictureRef
    to: Path


@dataclass(frozen=True, slots=True)
class NotCopied:
    picture: PictureRef
    reason: str


def path_text(picture: PictureRef) -> str:
    """What "Copy path" copies; the command line understands it, also where the picture lies in an archive or on the
    web."""
    return picture.key


def base_name(picture: PictureRef) -> str:
    """A name that every system allows, and that leads nowhere else: members of archives may be called anything."""
    path = unquote(urlsplit(picture.key).path) if is_address(picture.key) else picture.name
    name = _FORBIDDEN.sub("_", path.rpartition("/")[2].rpartition("\\")[2])
    stem, extension = os.path.splitext(name)  # noqa: PTH122 (a name, not a path)
    name = (stem[: _LONGEST_NAME - len(extension)] + extension[:_LONGEST_NAME]).rstrip(" .").lstrip(".")
    if _DEVICES.match(name):
        name = f"_{name}"
    return name or _("picture")


def save_copy(picture: PictureRef, to: Path) -> None:
    """Over what lies there, which the person was asked about. Raises Unreadable or MachineRefuses."""
    data = _read(picture)
    unfinished = to.with_name(f".{to.name[:_LONGEST_NAME]}.{os.getpid()}.part")
    try:
        if to.exists() and not is_address(picture.key) and to.samefile(_path_on_disk(picture)):
            raise MachineRefuses(_("This is the picture itself. Choose another name or folder for the copy."))
        try:
            _write_new(unfinished, data, picture.modified_ns)
            unfinished.replace(to)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(to, error) from error


def copy_to_folder(pictures: Sequence[PictureRef], folder: Path) -> Iterator[Copied | NotCopied]:
    """One answer for each. A name that is taken gets a number: nothing is overwritten."""
    for picture in pictures:
        try:
            yield Copied(picture, _copy(picture, folder))
        except (Unreadable, MachineRefuses) as error:
            yield NotCopied(picture, error.message)


class Viewer:
    """Opens pictures with the system's own viewer. Members of archives are unpacked for it, into a private folder that
    is deleted when this is closed."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def open(self, picture: PictureRef) -> None:
        """Only what is called a picture: the system would run a program. What lies on the web is left to the browser.
        Raises Unreadable or MachineRefuses.

        Reads the file, so it is not for the window's thread.
        """
        if is_address(picture.key):
            _hand_over(picture.key)
            return
        if kind_of(picture.name) is not Kind.PICTURE:
            sentence = _('"{name}" is not called like a picture, so it is not handed to another program.')
            raise MachineRefuses(sentence.format(name=picture.name))
        if INNER in picture.file_id:
            _hand_over(str(self._unpacked(picture)))
        elif Path(picture.key).is_file():
            _hand_over(picture.key)
        else:
            raise PictureUnreadable(_("It is gone: moved, renamed or deleted."))

    def close(self) -> None:
        """A viewer that still holds a file open may keep it from being deleted; the rest goes."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _unpacked(self, picture: PictureRef) -> Path:
        data = _read(picture)
        try:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="pictrace-", ignore_cleanup_errors=True)
            file = Path(tempfile.mkdtemp(dir=self._folder.name)) / base_name(picture)
            _write_new(file, data, picture.modified_ns)
            # What is changed in it would be lost.
            file.chmod(0o400)
        except OSError as error:
            raise _cannot_write(Path(tempfile.gettempdir()), error) from error
        return file


def show_in_folder(picture: PictureRef) -> None:
    """In the system's file manager, of a member its archive. Not for the window's thread: a file manager may take
    its time to answer. Raises Unreadable or MachineRefuses."""
    path = _path_on_disk(picture)
    if sys.platform == "win32":
        _start(["explorer", f"/select,{path}"])
    elif sys.platform == "darwin":
        _start(["open", "-R", path])
    elif not _manager_shows(path):
        _start(["xdg-open", os.path.dirname(path)])  # noqa: PTH120


def _path_on_disk(picture: PictureRef) -> str:
    if is_address(picture.key):
        raise PictureUnreadable(_("It lies on the web, in no folder."))
    candidates = [archive for archive, _member in splits(picture.key)] if INNER in picture.file_id else [picture.key]
    for path in candidates:
        if Path(path).is_file():
            return path
    raise PictureUnreadable(_("It is gone: moved, renamed or deleted."))


def _manager_shows(path: str) -> bool:
    command = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.FileManager1"]
    command += ["/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems"]
    command += [f"array:string:file://{quote(os.fsencode(path))}", "string:"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_MANAGER_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _hand_over(path: str) -> None:
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606
        except OSError as error:
            raise MachineRefuses(
                _("No program opens this picture ({reason}).").format(reason=reason_of(error))
            ) from error
    else:
        _start(["open" if sys.platform == "darwin" else "xdg-open", path])


def _start(command: list[str]) -> None:
    """The path in it is absolute, so that it cannot be taken for an option."""
    try:
        with suppress(subprocess.TimeoutExpired):
            # It either ends soon, or is the viewer itself, and then lives on for as long as the person likes.
            subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            ).wait(_MANAGER_SECONDS)
    except OSError as error:
        sentence = _('The program "{program}" is needed for this, and cannot be started ({reason}).')
        raise MachineRefuses(sentence.format(program=command[0], reason=reason_of(error))) from error


def _copy(picture: PictureRef, folder: Path) -> Path:
    data = _read(picture)
    stem, extension = os.path.splitext(base_name(picture))  # noqa: PTH122
    number = 1
    while True:
        file = folder / (f"{stem}{extension}" if number == 1 else f"{stem} ({number}){extension}")
        try:
            _write_new(file, data, picture.modified_ns)
        except FileExistsError:
            number += 1
        except OSError as error:
            raise _cannot_write(file, error) from error
        else:
            return file


def _read(picture: PictureRef) -> bytes:
    archive, found = find_picture(picture.key)
    try:
        return archive.read(found)
    finally:
        archive.close()


def _write_new(file: Path, data: bytes, modified_ns: int) -> None:
    """All of it or nothing; FileExistsError where there is a file already."""
    new = file.open("xb")
    try:
        with new:
            new.write(data)
        if modified_ns:
            os.utime(file, ns=(modified_ns, modified_ns))
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _cannot_write(file: Path, error: OSError) -> MachineRefuses:
    sentence = _('The copy cannot be written to "{place}" ({reason}).')
    return MachineRefuses(sentence.format(place=file, reason=reason_of(error)))
