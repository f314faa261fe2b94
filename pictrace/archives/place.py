"""Where an archive lies, and what its members are called from outside."""

import os
from dataclasses import dataclass

from pictrace.picture import PassedOver, PictureRef

MAX_BYTES = 512 * 1024 * 1024
"""No picture, and no archive inside an archive, is read beyond this."""

BOMB_RATIO = 1000
BOMB_BYTES = 50 * 1024 * 1024
"""What unpacks to more than both, in proportion and in bytes, is made to do harm."""

INNER = "!/"
"""Stands between an archive and the path inside it."""


@dataclass(frozen=True, slots=True)
class Place:
    location: str
    """As the person gave it."""
    prefix: str
    """Stands before the names of the members: "" or, for an inner archive, "2019.zip!/"."""
    key: str
    stamp: str
    file_id: str

    @classmethod
    def of_file(cls, location: str, prefix: str, real_path: str, facts: os.stat_result) -> "Place":
        return cls(location, prefix, real_path, file_stamp(facts), file_id(facts))

    @property
    def shown(self) -> str:
        """What a sentence calls this archive."""
        return self.prefix.removesuffix(INNER) or self.location

    def picture(self, member: str, stamp: str, size_bytes: int, modified_ns: int) -> PictureRef:
        return PictureRef(
            archive=self.location,
            name=self.prefix + member,
            key=self.key + INNER + member,
            stamp=stamp,
            size_bytes=size_bytes,
            modified_ns=modified_ns,
            file_id=self.file_id + INNER + member,
        )

    def passed_over(self, member: str, reason: str | None) -> PassedOver:
        return PassedOver(self.location, self.prefix + member, reason)

    def inside(self, member: str, stamp: str) -> "Place":
        """The place of an archive that is itself a member of this one."""
        return Place(
            self.location,
            self.prefix + member + INNER,
            self.key + INNER + member,
            stamp,
            self.file_id + INNER + member,
        )


def file_stamp(facts: os.stat_result) -> str:
    return f"{facts.st_size}:{facts.st_mtime_ns}"


def file_id(facts: os.stat_result) -> str:
    return f"{facts.st_dev}:{facts.st_ino}"


def splits(name: str) -> list[tuple[str, str]]:
    """Every way to read a name as an archive and a path inside it, the shortest archive first."""
    parts = name.split(INNER)
    return [(INNER.join(parts[:i]), INNER.join(parts[i:])) for i in range(1, len(parts))]
