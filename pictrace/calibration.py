"""Which share of likeness a cosine stands for, with this embedder and in this archive."""

from collections.abc import Sequence

import numpy as np

from pictrace.closer_look import Knots, knots_from
from pictrace.embedders import Embedder
from pictrace.fingerprints import Fingerprints
from pictrace.picture import Digest

_PAIRS_DRAWN = 2_000


def knots_for(embedder: Embedder, fingerprints: Fingerprints, digests: Sequence[Digest]) -> Knots:
    """Measured ones, or what the cosines of pairs drawn from the archive suggest: most pairs are unrelated."""
    if embedder.knots:
        return embedder.knots
    # In the order of the digests: that of the rows depends on which picture was read first.
    rows = fingerprints.rows(sorted(set(digests)))
    if len(rows) < 2:
        return knots_from([])
    one, other = np.random.default_rng(len(rows)).choice(rows, (2, _PAIRS_DRAWN))
    vectors = fingerprints.matrix
    drawn = np.vecdot(vectors[one].astype(np.float32), vectors[other].astype(np.float32))
    return knots_from(drawn[one != other])
