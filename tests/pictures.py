"""Pictures that tests make for themselves."""

import os
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image

from pictrace.training.generated import picture


@cache
def make_picture(seed: int, side: int = 96) -> Image.Image:
    return Image.fromarray(picture(seed, side))


def make_archive(folder: Path, count: int, *, side: int = 96, first: int = 0) -> Path:
    """A folder of different JPEGs named 000.jpg, 001.jpg, …"""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        make_picture(seed, side).save(folder / f"{seed:03}.jpg", quality=90)
    return folder


def aged(folder: Path) -> Path:
    """As if all in it had been there for long: what changes while it is being hashed is hashed again."""
    for file in folder.rglob("*"):
        os.utime(file, ns=(10**18, 10**18))
    return folder


def zipped(folder: Path, file: Path, only: Sequence[str] | None = None) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name in only or sorted(picture.name for picture in folder.iterdir()):
            archive.write(folder / name, name)
    return file
