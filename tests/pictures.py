"""Pictures that tests make for themselves."""

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
