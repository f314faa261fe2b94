from pathlib import Path

import numpy as np

from pictrace.calibration import knots_for
from pictrace.embedders import Embedder
from pictrace.embedders.resnet50 import ResNet50
from pictrace.fingerprints import Fingerprints
from pictrace.picture import Vectors
from tests.remembering import digest, vectors

DIMENSIONS = 4


class _Network:
    batch_size = 1

    def run(self, pictures: object) -> Vectors:
        raise AssertionError("nothing is to be embedded")

    def close(self) -> None:
        pass


def unmeasured() -> Embedder:
    return ResNet50("unmeasured", _Network())


def remembered(file: Path, order: list[int]) -> Fingerprints:
    fingerprints = Fingerprints(file, "unmeasured", DIMENSIONS)
    digests = [digest(number) for number in order]
    fingerprints.append(digests, vectors(digests, DIMENSIONS))
    return fingerprints


def test_the_order_in_which_pictures_were_remembered_changes_no_percentage(tmp_path: Path) -> None:
    numbers = list(range(40))
    archive = [digest(number) for number in numbers]
    found = {
        knots_for(unmeasured(), remembered(tmp_path / str(place), order), digests)
        for place, (order, digests) in enumerate(
            [(numbers, archive), (numbers[::-1], archive), ([99, *numbers], archive[::-1]), (numbers, archive * 2)]
        )
    }
    assert len(found) == 1


def test_an_archive_of_one_picture_gets_cautious_percentages(tmp_path: Path) -> None:
    knots = knots_for(unmeasured(), remembered(tmp_path / "one", [1]), [digest(1)] * 3)
    assert knots == knots_for(unmeasured(), remembered(tmp_path / "none", [2]), [])
    shares = [share for _cosine, share in knots]
    assert shares == sorted(shares)
    assert np.isfinite(knots).all()
