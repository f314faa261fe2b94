"""A little archive of drawn photographs: enough to try every search with, and nobody's private pictures."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pictrace.errors import MachineRefuses
from pictrace.home import make_home
from pictrace.language import _
from pictrace.samples.album import VERSION, write_album

_LIST = "samples.json"


@dataclass(frozen=True, slots=True)
class SuggestedQuery:
    picture: Path
    finds: str
    """One sentence: what a search in the archive should find."""


@dataclass(frozen=True, slots=True)
class Samples:
    folder: Path
    """The archive to search."""
    query: Path
    """The picture to try first; it lies outside of the archive."""
    queries: tuple[SuggestedQuery, ...]
    """All that are worth a try, the first one first."""


def make_samples(folder: Path) -> Samples:
    """Draws the sample pictures into a folder that is theirs alone; takes seconds the first time and nothing later.

    The set is complete or it is not there: it is made beside the folder and moved into place. A set that lacks a file,
    or of another version, is replaced. Raises MachineRefuses when the folder holds anything else, or cannot be written.
    """
    if not _is_complete(folder):
        try:
            _make(folder)
        except OSError as error:
            raise MachineRefuses(
                _(
                    "The sample pictures cannot be written to {folder} ({reason}). Make room, or choose another folder."
                ).format(folder=folder, reason=error.strerror or error)
            ) from error
    queries = _queries(folder / "Find these")
    return Samples(folder / "Photos", queries[0].picture, queries)


def _queries(folder: Path) -> tuple[SuggestedQuery, ...]:
    return (
        SuggestedQuery(
            folder / "lighthouse, sent by a friend.jpg",
            _("Finds the photograph it was made from, its copies and edits, then other views of the lighthouse."),
        ),
        SuggestedQuery(folder / "bicycle, mirrored.jpg", _("Finds the red bicycle, and the copy that was turned.")),
        SuggestedQuery(
            folder / "skyline, part of a screenshot.png",
            _("Finds the skyline that this part was cut from, also in black and white."),
        ),
        SuggestedQuery(
            folder / "another sailing boat.jpg",
            _("Finds the sailing boat first: no copy of it, but the same kind of picture."),
        ),
    )


def _make(folder: Path) -> None:
    make_home(folder.parent)
    _refuse_foreign_files(folder)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
        fresh, old = Path(temporary) / "fresh", Path(temporary) / "old"
        fresh.mkdir()
        write_album(fresh / "Photos", fresh / "Find these")
        listed = {"version": VERSION, "files": _sizes(fresh)}
        (fresh / _LIST).write_text(json.dumps(listed, indent=1), encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            # Another process may have been faster; its set is as good.
            if not _is_complete(folder):
                raise


def _is_complete(folder: Path) -> bool:
    listed = _listed(folder)
    if listed is None or listed[0] != VERSION:
        return False
    try:
        return all((folder / name).stat().st_size == size for name, size in listed[1].items())
    except OSError:
        return False


def _listed(folder: Path) -> tuple[int, dict[str, int]] | None:
    """The version and the sizes of files that the folder's own list names; None if it has none that can be read."""
    try:
        said = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        return int(said["version"]), {str(name): int(size) for name, size in said["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _refuse_foreign_files(folder: Path) -> None:
    if not folder.exists():
        return
    listed = _listed(folder)
    ours = {_LIST, *(listed[1] if listed else ())}
    if foreign := sorted(set(_sizes(folder)) - ours):
        raise MachineRefuses(
            _(
                "{folder} holds {name}, which is none of the sample pictures. Move it away, or choose another folder."
            ).format(folder=folder, name=foreign[0])
        )


def _sizes(folder: Path) -> dict[str, int]:
    if not folder.is_dir():
        return {folder.name: 0}
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size for file in sorted(folder.rglob("*")) if file.is_file()
    }


__all__ = ["Samples", "SuggestedQuery", "make_samples"]
