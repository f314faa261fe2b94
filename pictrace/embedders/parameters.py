"""What the built-in descriptor has learned, and the file it is kept in."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pictrace.embedders.fisher import Codebook, Numbers

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Projection:
    """Keeps of a block what tells pictures apart, and little of what a crop or other light changes."""

    mean: Numbers
    steps: npt.NDArray[np.int8]
    """Shape (numbers of the block, dimensions kept)."""
    step_sizes: Numbers
    """What a step is worth, shape (dimensions kept,)."""

    def matrix(self) -> Numbers:
        return self.steps * self.step_sizes


@dataclass(frozen=True, slots=True)
class Parameters:
    edges: Codebook
    colours: Codebook
    projections: dict[str, Projection]
    """One a block, under the block's name."""

    def to_bytes(self) -> bytes:
        """The same parameters give the same bytes."""
        arrays: dict[str, npt.NDArray[np.generic]] = {"format": np.array(FORMAT)}
        for name, book in (("edges", self.edges), ("colours", self.colours)):
            for field in _CODEBOOK_FIELDS:
                arrays[f"{name}.{field}"] = getattr(book, field)
        for name, projection in self.projections.items():
            for field in _PROJECTION_FIELDS:
                arrays[f"{name}.{field}"] = getattr(projection, field)
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})
        return file.getvalue()


_CODEBOOK_FIELDS = ("mean", "axes", "weights", "centres", "deviations")
_PROJECTION_FIELDS = ("mean", "steps", "step_sizes")


def read_parameters(content: bytes) -> Parameters:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        if int(arrays["format"]) != FORMAT:
            raise ValueError("These parameters are of another version of the built-in descriptor.")
        blocks = sorted(name.removesuffix(".steps") for name in arrays.files if name.endswith(".steps"))
        return Parameters(
            edges=Codebook(*(arrays[f"edges.{field}"] for field in _CODEBOOK_FIELDS)),
            colours=Codebook(*(arrays[f"colours.{field}"] for field in _CODEBOOK_FIELDS)),
            projections={
                name: Projection(*(arrays[f"{name}.{field}"] for field in _PROJECTION_FIELDS)) for name in blocks
            },
        )


def shipped_parameters() -> bytes:
    return Path(__file__).with_name("builtin.npz").read_bytes()
