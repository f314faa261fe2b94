"""Fingerprints of pictures turned by a quarter, which only duplicates need."""

from collections.abc import Iterable, Iterator

from pictrace.decode import thumbnail_pixels
from pictrace.embedders import Embedder
from pictrace.errors import MachineRefuses
from pictrace.events import Event, Notice, Stage
from pictrace.fingerprints import Fingerprints
from pictrace.pace import Pace
from pictrace.picture import Digest
from pictrace.poses import quarter_turned
from pictrace.thumbnails import Thumbnails

_SAVE_PICTURES = 64


def embed_turned(
    thumbnails: Thumbnails, turned: Fingerprints, embedder: Embedder, digests: Iterable[Digest]
) -> Iterator[Event]:
    """The fingerprint of every picture turned by a quarter, where it is not known yet."""
    turned.refresh()
    missing = [digest for digest in dict.fromkeys(digests) if digest not in turned]
    pace = Pace(Stage.TURNING, len(missing))
    cannot_save = None
    for start in range(0, len(missing), _SAVE_PICTURES):
        chunk = missing[start : start + _SAVE_PICTURES]
        pictures = thumbnails.of(chunk)
        pixels = [quarter_turned(thumbnail_pixels(thumbnail)) for thumbnail in pictures.values()]
        try:
            turned.append(list(pictures), embedder.embed(pixels))
        except MachineRefuses as error:
            cannot_save = error.message
        if pace.is_due():
            yield pace.progress(start + len(chunk))
    if cannot_save is not None:
        yield Notice(cannot_save)
