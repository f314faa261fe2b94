"""Makes any number of different JPEG files with the size and the detail of camera photographs.

python -m benchmarks.make_photographs FOLDER --count N [--megapixels 12] [--seed 0]
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Layer = npt.NDArray[np.uint8]

FILES_A_FOLDER = 500
QUALITY = 90
SPARE = 256
"""The texture is that much larger than a photograph, so each can take another part of it."""

MAKE, MODEL, ORIENTATION, TAKEN = 0x010F, 0x0110, 0x0112, 0x0132
UPRIGHT, ON_ITS_SIDE = 1, 6


def make_photographs(folder: Path, count: int, megapixels: float, seed: int = 0) -> Iterator[Path]:
    """One file a step. What a file holds depends on its number, the megapixels and the seed alone."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5 / 12) * 12
    width = height * 4 // 3
    texture = _texture(np.random.default_rng(seed), width + SPARE, height + SPARE)
    for index in range(count):
        file = folder / f"{index // FILES_A_FOLDER:03}" / f"IMG_{index:06}.jpg"
        if index % FILES_A_FOLDER == 0:
            file.parent.mkdir(parents=True, exist_ok=True)
        picture = _photograph(np.random.default_rng((seed, index)), texture, width, height)
        Image.fromarray(picture).save(file, "JPEG", quality=QUALITY, exif=_exif(index))
        yield file


def _texture(random: np.random.Generator, width: int, height: int) -> Layer:
    """Detail of every size around mid grey, from whole clouds down to the grain of a sensor."""
    total = np.zeros((height, width), np.float32)
    cell = max(width, height) / 4
    while cell >= 2:
        grid = random.standard_normal((int(height / cell) + 3, int(width / cell) + 3), np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(2 + 1.1 * np.log2(cell))
        cell /= 2
    coloured = np.empty((height, width, 3), np.uint8)
    for channel in range(3):
        grain = random.standard_normal((height, width), np.float32) * np.float32(5.0)
        coloured[..., channel] = np.clip(total + grain + 128, 0, 255)
    return coloured


def _photograph(random: np.random.Generator, texture: Layer, width: int, height: int) -> Layer:
    colours = random.integers(20, 236, (4, 5, 3), np.uint8)
    picture = cv2.resize(colours, (width, height), interpolation=cv2.INTER_LINEAR)
    for _shape in range(24):
        tint = [int(value) for value in random.integers(0, 256, 3)]
        middle = [int(value) for value in random.integers(0, (width, height))]
        size = [int(value) for value in random.integers(height // 60, height // 5, 2)]
        angle = float(random.uniform(0, 180))
        if random.random() < 0.5:
            cv2.ellipse(picture, middle, size, angle, 0, 360, tint, cv2.FILLED, cv2.LINE_AA)
        else:
            corners = cv2.boxPoints((middle, size, angle)).astype(np.int32)
            cv2.fillPoly(picture, [corners], tint, cv2.LINE_AA)
    left, top = (int(value) for value in random.integers(0, SPARE, 2))
    detail = texture[top : top + height, left : left + width]
    strength = float(random.uniform(0.8, 1.1))
    return np.asarray(cv2.addWeighted(picture, 1.0, detail, strength, -128 * strength), np.uint8)


def _exif(index: int) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "Benchmark", "B-1"
    exif[ORIENTATION] = ON_ITS_SIDE if index % 5 == 4 else UPRIGHT
    exif[TAKEN] = f"2020:{index // 28 % 12 + 1:02}:{index % 28 + 1:02} 12:00:00"
    return exif


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes JPEG files like a camera's, all different.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    started = time.perf_counter()
    sizes = [f.stat().st_size for f in make_photographs(wanted.folder, wanted.count, wanted.megapixels, wanted.seed)]
    seconds = time.perf_counter() - started
    print(f"{len(sizes)} files, {sum(sizes) / 1e6:.1f} MB, {seconds:.1f} s")


if __name__ == "__main__":
    main()
