"""A suspension bridge in the morning fog."""

import numpy as np
from PIL import Image

from pictrace.samples.drawing import Painting, colour, mix, smooth
from pictrace.samples.water import sea


def suspension_bridge(seed: int) -> Image.Image:
    """A red suspension bridge over the strait."""
    p = Painting(seed)
    horizon = 420
    warm = colour("ffe3c4")
    p.sky([(0, "5b8fb9"), (0.6, "c3d3d6"), (1, "ffe9cf")], horizon)
    p.lay(colour("ffffff"), smooth(0.48, 0.75, p.noise(420, 80, 6)) * 0.55)
    p.glow(200, 350, 330, warm, 0.5)
    hills = p.outline([(360, 52), (120, 20), (40, 5)]) + 355
    folds = p.noise(120, 60, 5)
    p.lay(mix(colour("7d93a0"), colour("a7b2a8"), folds), p.below(hills))
    near = p.outline([(300, 34), (90, 14), (25, 4)]) + 398 - 60 * smooth(620, 900, p.x[0])
    p.lay(mix(colour("4c6153"), colour("8c8b62"), smooth(0.3, 0.7, folds)), p.below(near))
    sea(p, horizon, colour("2c5a70"), colour("b9cfd0"))
    p.haze(warm, horizon - 30, 60, 0.4)
    _span(p, 215, 745, horizon)
    bank = smooth(0.42, 0.68, p.noise(460, 90, 5) + np.exp(-(((p.y - 428) / 64) ** 2)) * 0.3 - 0.06)
    p.lay(colour("fdf3e6"), bank * np.exp(-(((p.y - 430) / 82) ** 2)) * 0.88)
    return p.develop(0.03, 0.6)


def _span(p: Painting, left: float, right: float, horizon: float) -> None:
    red, shaded = colour("c8452f"), colour("7d2a22")
    deck_left, deck_right, low = 376.0, 352.0, 18
    span = right - left

    def deck(x: float) -> float:
        return deck_left + (deck_right - deck_left) * (x - left) / span - 12 * (1 - ((x - left) / span * 2 - 1) ** 2)

    cables, hangers = p.shapes(), p.shapes()
    heads = {left: 128.0, right: 118.0}
    middle = [
        (
            left + span * t,
            heads[left] * (1 - t) + heads[right] * t + (deck(left + span * t) - low - 123) * (1 - (2 * t - 1) ** 2),
        )
        for t in np.linspace(0, 1, 49)
    ]
    outer_left = [
        (left - 300 * t, heads[left] + (deck(left) + 8 - heads[left]) * (1 - (1 - t) ** 1.25))
        for t in np.linspace(0, 1, 25)
    ]
    outer_right = [
        (right + 300 * t, heads[right] + (deck(right) + 8 - heads[right]) * (1 - (1 - t) ** 1.25))
        for t in np.linspace(0, 1, 25)
    ]
    for cable in (middle, outer_left, outer_right):
        cables.line(cable, 4)
        for x, y in cable[1:-1]:
            hangers.line([(x, y), (x, deck(x))], 1)
    p.lay(shaded, hangers.mask() * 0.8)
    for tower, wide in ((left, 15.0), (right, 17.0)):
        reflection = p.shapes().box(tower - wide, horizon + 14, tower + wide, horizon + 150).mask(4) * smooth(
            0.4, 0.6, p.noise(50, 6, 3)
        )
        p.lay(red * 0.7, reflection * smooth(horizon + 150, horizon, p.y) * 0.55)
        for side in (-1, 1):
            leg = p.shapes().polygon(
                [
                    (tower + side * wide - 6, 436),
                    (tower + side * wide + 7, 436),
                    (tower + side * wide * 0.8 + 5, heads[tower] - 8),
                    (tower + side * wide * 0.8 - 5, heads[tower] - 8),
                ]
            )
            p.lay(mix(red, shaded, 0.15 if side < 0 else 0.5), leg.mask())
        beams = p.shapes()
        for at in (122, 180, 240, 300):
            beams.box(tower - wide, at, tower + wide, at + 13)
        p.lay(mix(red, shaded, 0.3), beams.mask())
        p.lay(colour("8d8478"), p.shapes().box(tower - wide * 2, 424, tower + wide * 2, 442).mask(0.6))
    p.lay(red, cables.mask())
    xs = np.linspace(-40, 940, 60)
    road = p.shapes().polygon([(x, deck(x)) for x in xs] + [(x, deck(x) + 15) for x in xs[::-1]]).mask()
    p.lay(mix(red, shaded, 0.55), road)
    truss = p.shapes().line(
        [(x, deck(x) + (3 if step % 2 else 13)) for step, x in enumerate(np.linspace(-40, 940, 150))], 1.2
    )
    p.lay(red, (truss.line([(x, deck(x)) for x in xs], 3)).mask())
