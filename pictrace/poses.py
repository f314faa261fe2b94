"""A query as it is, mirrored, and turned by quarters: what is sought may lie on its side."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pictrace.embedders import Embedder
from pictrace.picture import Pixels, Vectors

TURNED_COSTS = 0.10
"""What the cosine of a turned query is lowered by: without it unlike pictures win by how they look on their side."""


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    vectors: Vectors
    costs: npt.NDArray[np.float32]

    def best(self, cosines: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Of cosines with a row a pose, the best of each column."""
        return np.asarray((cosines - self.costs[:, None]).max(axis=0), np.float32)


def quarter_turned(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels))


def poses_of(pixels: Pixels, embedder: Embedder, *, turned: bool) -> Poses:
    poses, costs = [pixels], [0.0]
    if turned:
        if not embedder.sees_mirrored:
            poses.append(np.ascontiguousarray(np.fliplr(pixels)))
            costs.append(0.0)
        for pose in list(poses):
            for _ in range(3):
                pose = quarter_turned(pose)
                poses.append(pose)
                costs.append(TURNED_COSTS)
    return Poses(embedder.embed(poses), np.array(costs, np.float32))
