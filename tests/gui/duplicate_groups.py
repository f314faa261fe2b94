"""Groups of duplicates that tests make up, or make of real files."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from pictrace.archives.place import file_id, file_stamp
from pictrace.picture import Digest, PictureRef
from pictrace.questions import DuplicateGroup, GroupKind, GroupMember


def member(
    name: str,
    *,
    content: str = "same",
    side: int = 100,
    modified_ns: int = 1,
    file_id: str | None = None,
    damaged: bool = False,
    size_bytes: int = 1_000_000,
) -> GroupMember:
    if file_id is None:
        inode = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
        file_id = f"7:{inode}" + ("!/" + name.split("!/", 1)[1] if "!/" in name else "")
    picture = PictureRef("/album", name, f"/album/{name}", "1", size_bytes, modified_ns, file_id)
    digest = Digest(hashlib.sha256(content.encode()).digest())
    return GroupMember(picture, digest, 1.0, side, side, damaged)


def group(*members: GroupMember, kind: GroupKind = GroupKind.EXACT) -> DuplicateGroup:
    return DuplicateGroup(kind, members)


def real_member(folder: Path, name: str, content: bytes | None = None, *, damaged: bool = False) -> GroupMember:
    """A file in the folder, written first where its content is given."""
    file = folder / name
    if content is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    facts = file.stat()
    picture = PictureRef(
        archive=str(folder),
        name=name,
        key=os.path.realpath(file),
        stamp=file_stamp(facts),
        size_bytes=facts.st_size,
        modified_ns=facts.st_mtime_ns,
        file_id=file_id(facts),
    )
    return GroupMember(picture, Digest(hashlib.sha256(file.read_bytes()).digest()), 1.0, 100, 100, damaged)


def names(members: Sequence[GroupMember]) -> list[str]:
    return [one.picture.name for one in members]
