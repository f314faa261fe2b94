"""What the tests of the remembering modules share: predictable vectors, a machine that refuses."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pytest

from pictrace.picture import Digest, PictureRef

NOBODY = 65534


def digest(number: int) -> Digest:
    return Digest(hashlib.sha256(str(number).encode()).digest())


def vectors(digests: Sequence[Digest], dimensions: int) -> npt.NDArray[np.float32]:
    """Always the same vector for the same picture."""
    rows = [np.random.default_rng(list(one)).standard_normal(dimensions) for one in digests]
    return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(len(digests), dimensions)


def picture_ref(name: str, stamp: str = "1", modified_ns: int = 0) -> PictureRef:
    return PictureRef("/album", name, f"/album/{name}", stamp, 100, modified_ns, name)


@contextmanager
def full_disk(largest_file_bytes: int) -> Iterator[None]:
    """No file may grow beyond this: as close to a full disk as one gets without a disk of one's own."""
    resource = pytest.importorskip("resource", reason="only POSIX systems limit the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def without_privileges() -> Iterator[None]:
    """Permissions count, even when the tests are run by root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
