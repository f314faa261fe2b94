"""Pictures that were read and are not remembered yet."""

import time
from dataclasses import dataclass, field

from pictrace.catalogue import HashedFile
from pictrace.picture import Digest, Picture, Pixels, Vector

_COMMIT_PICTURES = 64
_COMMIT_SECONDS = 2.0


@dataclass(slots=True)
class Batch:
    """What will be remembered together."""

    files: list[HashedFile] = field(default_factory=list)
    pictures: dict[Digest, Picture] = field(default_factory=dict)
    unreadable: dict[Digest, str] = field(default_factory=dict)
    pixels: dict[Digest, Pixels] = field(default_factory=dict)
    """Still to be embedded."""
    vectors: dict[Digest, Vector] = field(default_factory=dict)
    indexed: int = 0
    began: float = field(default_factory=time.monotonic)

    def is_due(self) -> bool:
        return len(self.files) >= _COMMIT_PICTURES or time.monotonic() - self.began > _COMMIT_SECONDS
