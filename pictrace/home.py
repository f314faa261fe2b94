"""The private folder that holds what is remembered, and why it sometimes cannot be written."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

from pictrace.errors import MachineRefuses
from pictrace.language import _


def make_home(folder: Path) -> None:
    """A folder that is made here is for its owner alone. One that was there keeps its mode: it may serve others too."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def move_aside(file: Path) -> Path:
    """Gives a damaged file another name, so that a good one can take its place; returns that name."""
    aside = file.with_name(f"{file.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    file.replace(aside)
    return aside


def moved_aside(file: Path) -> list[Path]:
    """The damaged files that stood in this one's place before."""
    return sorted(other for other in file.parent.glob("*.corrupt-*") if other.name.startswith(f"{file.name}.corrupt-"))


def sync_folder(folder: Path) -> None:
    """Makes a new name in the folder survive a power cut."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def cannot_save(reason: str) -> MachineRefuses:
    return MachineRefuses(
        _("Cannot save the index ({reason}). Search works, but will be slower next time.").format(reason=reason)
    )


def reason_of(error: OSError) -> str:
    """Why a file could not be written, in words for cannot_save."""
    # EFBIG is what a quota on the size of files says.
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _("disk full")
    if error.errno == errno.EROFS:
        return _("the disk is read-only")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return _("a file stands where its folder should be")
    if error.errno in (errno.EACCES, errno.EPERM):
        return _("no permission to write there")
    if isinstance(error, TimeoutError):
        return _("another PicTrace keeps it busy")
    return error.strerror or str(error)
