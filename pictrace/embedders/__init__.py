"""From pixels to fingerprints."""

from collections.abc import Sequence
from typing import Protocol

from pictrace.picture import Pixels, Vectors


class Embedder(Protocol):
    @property
    def name(self) -> str:
        """Names everything that changes the vectors: kind, checksum of its parameters, version of the preprocessing.
        Letters, digits and "-" only: it is part of a file name."""

    @property
    def dimensions(self) -> int: ...

    @property
    def batch_size(self) -> int:
        """How many pictures at a time suit it best."""

    @property
    def sees_mirrored(self) -> bool:
        """A picture and its mirror image get nearly the same vector, so that nobody need try both."""

    @property
    def knots(self) -> tuple[tuple[float, float], ...]:
        """Cosine → share of likeness that a person would agree with, measured; empty where nobody could measure it."""

    def embed(self, pictures: Sequence[Pixels]) -> Vectors:
        """One unit vector a picture, in order, the same whatever else is in the batch."""

    def close(self) -> None: ...
