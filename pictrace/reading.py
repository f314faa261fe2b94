"""Files read, hashed and decoded ahead, in a bounded number of threads."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from pictrace.archives import PictureArchive
from pictrace.decode import decode_picture, thumbnail_pixels
from pictrace.errors import PictureUnreadable
from pictrace.events import Decoding
from pictrace.picture import Digest, Picture, PictureRef, Pixels

_LOOK_SECONDS = 0.1
_TELL_SECONDS = 1.0
_CLOSING_SECONDS = 2.0
_NO_MORE = object()


@dataclass(frozen=True, slots=True)
class ToRead:
    archive: PictureArchive
    picture: PictureRef
    decode_anyway: bool = False
    """Although its contents are known: the thumbnail was lost."""
    data: bytes | None = None
    """Where it was fetched already."""


@dataclass(frozen=True, slots=True)
class Read:
    """What came of one file."""

    task: ToRead
    hashed_ns: int
    digest: Digest | None = None
    decoded: tuple[Picture, Pixels] | None = None
    """None where it failed, and where the contents are known already."""
    reason: str | None = None


def read_ahead(
    tasks: Iterable[ToRead | Read | None],
    is_known: Callable[[Digest], bool],
    max_bytes: int,
    *,
    one_at_a_time: bool = False,
) -> Iterator[Decoding | Read]:
    """Results as they come. What is about to be decoded is said before it is: whoever watches may then know what
    a process was doing when it died, and for how long the oldest has been at it.

    Among the tasks None says that there is none just now, and a Read is handed on: nothing was left to do for it."""
    threads = 1 if one_at_a_time else os.cpu_count() or 1
    ahead = 1 if one_at_a_time else 2 * threads
    remaining = iter(tasks)
    began: dict[str, float] = {}
    in_hand: dict[Future[Read], str] = {}
    told = time.monotonic()

    def decoding(*about_to: str) -> Decoding:
        now = time.monotonic()
        oldest = min((began.get(key, now) for future, key in in_hand.items() if not future.done()), default=now)
        return Decoding((*in_hand.values(), *about_to), now - oldest)

    pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")
    try:
        while True:
            while len(in_hand) < ahead and (task := next(remaining, _NO_MORE)) is not None:
                if isinstance(task, Read):
                    yield task
                    continue
                if not isinstance(task, ToRead):
                    ahead = 0
                    break
                key = task.picture.key
                yield decoding(key)
                in_hand[pool.submit(_read, task, is_known, max_bytes, began)] = key
            if not in_hand:
                yield decoding()
                if not ahead:
                    return
                continue
            done, _ = wait(in_hand, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                began.pop(in_hand.pop(future), None)
                yield future.result()
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                yield decoding()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        wait(in_hand, timeout=_CLOSING_SECONDS)


def _read(task: ToRead, is_known: Callable[[Digest], bool], max_bytes: int, began: dict[str, float]) -> Read:
    began[task.picture.key] = time.monotonic()
    hashed_ns = time.time_ns()
    digest = None
    try:
        data = task.archive.read(task.picture) if task.data is None else task.data
        digest = Digest(hashlib.sha256(data).digest())
        if is_known(digest) and not task.decode_anyway:
            return Read(task, hashed_ns, digest)
        picture = decode_picture(data, max_bytes)
        return Read(task, hashed_ns, digest, (picture, thumbnail_pixels(picture.thumbnail)))
    except PictureUnreadable as error:
        return Read(task, hashed_ns, digest, reason=error.message)
