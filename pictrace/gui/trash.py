"""The way into the trash: what goes and what stays are looked at again right before, file by file."""

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from filelock import Timeout as LockTimeout

from pictrace.archives import find_picture
from pictrace.archives.folder import open_without_waiting
from pictrace.archives.place import INNER, splits
from pictrace.errors import PicTraceError
from pictrace.home import make_home, reason_of
from pictrace.language import _
from pictrace.picture import Digest, PictureRef
from pictrace.questions import GroupMember

_BUSY_SECONDS = 30.0
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Removal:
    victim: GroupMember
    keepers: tuple[GroupMember, ...]
    """One of every group that the victim is in."""


@dataclass(frozen=True, slots=True)
class Trashed:
    victim: GroupMember


@dataclass(frozen=True, slots=True)
class Stayed:
    victim: GroupMember
    reason: str


Identity = tuple[int, int, int, int, int]
"""Device, inode, size, and both times: the last one tells of changes also where somebody set the other one back."""


class _Refused(Exception):
    @property
    def reason(self) -> str:
        return str(self.args[0])


def why_not_deletable(picture: PictureRef) -> str | None:
    """As far as its name tells; None for a file of its own."""
    if INNER in picture.file_id:
        return _("It lies inside an archive, and archives are never changed.")
    if not _is_local(picture):
        return _("It lies on the web, not on this computer.")
    return None


def may_be_kept(member: GroupMember) -> bool:
    """A damaged picture is never the one to keep, and neither is one that only the web has."""
    return not member.damaged and _is_local(member.picture)


def move_to_trash(removals: Sequence[Removal], home: Path) -> Generator[Trashed | Stayed, None, None]:
    """One answer for each, in order. Whatever is not as it was when it was listed stays, and is said to.

    Slow: every file is read in full. One program at a time, so that two windows cannot each take what the other keeps.
    """
    going = {removal.victim.picture.key for removal in removals}
    seen: dict[str, tuple[Identity, Digest]] = {}
    for removal in removals:
        try:
            _check_plan(removal, going)
            with _turn(home):
                _move(removal, seen)
        except _Refused as refused:
            yield Stayed(removal.victim, refused.reason)
        else:
            yield Trashed(removal.victim)


def _check_plan(removal: Removal, going: set[str]) -> None:
    if (reason := why_not_deletable(removal.victim.picture)) is not None:
        raise _Refused(reason)
    if not removal.keepers or any(keeper.picture.key in going for keeper in removal.keepers):
        raise _Refused(_("Nothing of its group would stay."))
    if not all(map(may_be_kept, removal.keepers)):
        raise _Refused(_("The picture that would stay in its place is damaged."))


@contextmanager
def _turn(home: Path) -> Iterator[None]:
    try:
        make_home(home)
        lock = FileLock(home / "trash.lock", timeout=_BUSY_SECONDS, mode=0o600)
        lock.acquire()
    except LockTimeout as error:
        raise _Refused(_("Another PicTrace is moving pictures to the trash. Try again when it is done.")) from error
    except OSError as error:
        reason = _("{folder} cannot be written, which makes deleting unsafe ({reason}).")
        raise _Refused(reason.format(folder=home, reason=reason_of(error))) from error
    try:
        yield
    finally:
        lock.release()


def _move(removal: Removal, seen: dict[str, tuple[Identity, Digest]]) -> None:
    victim = removal.victim.picture
    path = _own_path(victim)
    for keeper in removal.keepers:
        _check_keeper(keeper, seen)
    facts, digest = _hashed(path)
    if digest != removal.victim.digest:
        raise _Refused(_("It has changed since the search."))
    # Reading takes a while, and much may happen in it.
    for keeper in removal.keepers:
        _check_it_stays(keeper, seen[keeper.picture.key][0], facts)
    if _facts(_own_path(victim)) != facts:
        raise _Refused(_("It has changed since the search."))
    _send(path)
    if os.path.lexists(path):
        raise _Refused(_("The system's trash did not take it."))


def _own_path(picture: PictureRef) -> str:
    """Where it lies, if it lies in the folder that was searched: behind a link may be anything."""
    inside = Path(os.path.realpath(picture.archive), picture.name)
    if inside != Path(picture.key) or os.path.realpath(picture.key) != picture.key:
        raise _Refused(_("It is reached through a link. Search the folder where it really lies to delete it there."))
    return picture.key


def _check_keeper(keeper: GroupMember, seen: dict[str, tuple[Identity, Digest]]) -> None:
    """Afterwards its facts, and the digest of what it holds, are among those seen."""
    try:
        file = _file_of(keeper.picture)
        facts = _facts(file)
        known = seen.get(keeper.picture.key)
        if known is None or known[0] != facts:
            seen[keeper.picture.key] = known = facts, _hashed_member(keeper) if _is_member(keeper) else _hashed(file)[1]
    except _Refused as refused:
        raise _keeper_gone(keeper, refused) from refused
    if known[1] != keeper.digest:
        raise _keeper_changed(keeper)


def _check_it_stays(keeper: GroupMember, seen: Identity, victim: Identity) -> None:
    """It is what it was a moment ago, and does not go with the victim."""
    try:
        facts = _facts(_file_of(keeper.picture))
    except _Refused as refused:
        raise _keeper_gone(keeper, refused) from refused
    if facts != seen:
        raise _keeper_changed(keeper)
    # One file on a server that is mounted twice has two device numbers.
    if facts[:2] == victim[:2] or facts[1:] == victim[1:]:
        raise _Refused(_('It and "{name}" are two names of one file.').format(name=keeper.picture.name))


def _keeper_gone(keeper: GroupMember, refused: _Refused) -> _Refused:
    sentence = _('The picture that would stay in its place, "{name}", is not there any more: {reason}')
    return _Refused(sentence.format(name=keeper.picture.name, reason=refused.reason))


def _keeper_changed(keeper: GroupMember) -> _Refused:
    sentence = _('The picture that would stay in its place, "{name}", has changed since the search.')
    return _Refused(sentence.format(name=keeper.picture.name))


def _is_local(picture: PictureRef) -> bool:
    """The id of what is on a disk begins with device and inode; that of what is on the web is its address."""
    device, _colon, inode = picture.file_id.partition(INNER)[0].partition(":")
    return device.isdecimal() and inode.isdecimal()


def _is_member(member: GroupMember) -> bool:
    return INNER in member.picture.file_id


def _file_of(picture: PictureRef) -> str:
    """The file on the disk that holds it."""
    if INNER not in picture.file_id:
        return picture.key
    for archive, _member in splits(picture.key):
        if os.path.isfile(archive):  # noqa: PTH113
            return archive
    raise _Refused(_("It is gone: moved, renamed or deleted."))


def _facts(path: str) -> Identity:
    try:
        facts = os.lstat(path)
    except OSError as error:
        raise _unreachable(error) from error
    if not stat.S_ISREG(facts.st_mode):
        raise _Refused(_("It is no ordinary file."))
    return _identity(facts)


def _identity(facts: os.stat_result) -> Identity:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def _hashed(path: str) -> tuple[Identity, Digest]:
    _facts(path)
    try:
        with open_without_waiting(path) as file:
            facts = _identity(os.fstat(file.fileno()))
            content = hashlib.sha256()
            while chunk := file.read(_CHUNK_BYTES):
                content.update(chunk)
            return facts, Digest(content.digest())
    except OSError as error:
        raise _unreachable(error) from error


def _hashed_member(member: GroupMember) -> Digest:
    try:
        archive, picture = find_picture(member.picture.key)
        try:
            return Digest(hashlib.sha256(archive.read(picture)).digest())
        finally:
            archive.close()
    except PicTraceError as error:
        raise _Refused(error.message) from error


def _unreachable(error: OSError) -> _Refused:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _Refused(_("It is gone: moved, renamed or deleted."))
    return _Refused(_("It cannot be read ({reason}).").format(reason=error.strerror or error))


def _send(path: str) -> None:
    from send2trash.exceptions import TrashPermissionError

    try:
        _system_trash()(path)
    except TrashPermissionError as error:
        raise _Refused(_("The drive it lies on has no trash, so it stays.")) from error
    except UnicodeError as error:
        # A desktop may want names as text, which not every name is.
        raise _Refused(_("The system's trash takes no file with such a name.")) from error
    except OSError as error:
        sentence = _("The system's trash did not take it ({reason}).")
        raise _Refused(sentence.format(reason=_words(error))) from error


def _system_trash() -> Callable[[str], None]:
    """Raises OSError where the system could only delete for good."""
    # Not imported before it is needed: it asks the environment where the trash is, once.
    if sys.platform == "win32":
        try:
            # Its other way to the Recycle Bin silently deletes for good what lies on a drive without one.
            from send2trash.win.modern import send2trash
        except ImportError as error:
            raise OSError(_("the package pywin32 is missing")) from error
    else:
        from send2trash import send2trash
    move: Callable[[str], None] = send2trash
    return move


def _words(error: OSError) -> str:
    return reason_of(error) if error.errno is not None else str(error)
