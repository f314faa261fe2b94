"""The pictures of some archives that are ready to be searched."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from pictrace.picture import Digest, PictureRef


@dataclass(slots=True)
class Collection:
    """It grows while the archives are indexed."""

    pictures: list[PictureRef] = field(default_factory=list)
    digests: list[Digest] = field(default_factory=list)
    _places: dict[Digest, int] = field(default_factory=dict)
    _by_name: list[int] = field(default_factory=list)

    def add(self, picture: PictureRef, digest: Digest) -> None:
        self._places.setdefault(digest, len(self.pictures))
        self.pictures.append(picture)
        self.digests.append(digest)

    def file_of(self, digest: Digest) -> PictureRef | None:
        """One with these contents."""
        place = self._places.get(digest)
        return None if place is None else self.pictures[place]

    def drop(self, places: Container[int]) -> None:
        """Pictures that are gone, by their places."""
        kept = [
            (picture, digest)
            for place, (picture, digest) in enumerate(zip(self.pictures, self.digests, strict=True))
            if place not in places
        ]
        self.pictures, self.digests, self._places, self._by_name = [], [], {}, []
        for picture, digest in kept:
            self.add(picture, digest)

    def page(self, archives: Sequence[str], start: int, count: int) -> list[tuple[PictureRef, Digest]]:
        """In the order of the archives, and in each by name: that in which they were read depends on chance."""
        if len(self._by_name) != len(self.pictures):
            turn = {archive: number for number, archive in enumerate(archives)}
            self._by_name.extend(range(len(self._by_name), len(self.pictures)))
            self._by_name.sort(key=lambda place: (turn[self.pictures[place].archive], self.pictures[place].name))
        return [(self.pictures[place], self.digests[place]) for place in self._by_name[start : start + count]]
