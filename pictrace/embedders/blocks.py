"""The four blocks of the built-in descriptor, before anything learned weighs their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from pictrace.embedders.colour_histogram import colour_histogram
from pictrace.embedders.fisher import Codebook, Numbers, fisher_vector
from pictrace.embedders.framing import without_even_borders
from pictrace.embedders.gist import gist
from pictrace.embedders.patches import MIRRORED_COLOURS, MIRRORED_EDGES, patches
from pictrace.picture import Pixels


@dataclass(frozen=True, slots=True)
class Block:
    name: str
    dimensions: int
    """How many are kept."""
    weight: float


BLOCKS = (
    Block("edge-patches", 512, weight=1.1),
    Block("colour-patches", 512, weight=1),
    Block("layout", 256, weight=0.9),
    Block("colour-shares", 256, weight=0.6),
)


def describe(pixels: Pixels, edges: Codebook, colours: Codebook) -> Mapping[str, Numbers]:
    """The numbers of each block, under its name."""
    inside = without_even_borders(pixels)
    seen = patches(inside)
    return {
        "edge-patches": fisher_vector(edges, seen.edges, MIRRORED_EDGES, seen.edge_weights),
        "colour-patches": fisher_vector(colours, seen.colours, MIRRORED_COLOURS),
        "layout": gist(inside),
        "colour-shares": colour_histogram(inside),
    }
