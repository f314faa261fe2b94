"""Scenes without people: lake, forest, aurora, desert."""

import numpy as np
from PIL import Image

from pictrace.samples.drawing import Field, Painting, blur, colour, mix, moved, smooth


def mountain_lake(seed: int, dusk: bool = True, shift: float = 0) -> Image.Image:
    """Snowy mountains over still water, and a jetty."""
    p = Painting(seed)
    horizon = 372
    if dusk:
        p.sky([(0, "26345f"), (0.45, "6d6a98"), (0.75, "d99a8c"), (1, "ffd9a0")], horizon)
        far, near, snow, glow = colour("8b7f9f"), colour("1d2740"), colour("ffc9ae"), colour("ffb070")
    else:
        p.sky([(0, "3c78b8"), (0.5, "85b4da"), (1, "e4eef2")], horizon)
        far, near, snow, glow = colour("93adc4"), colour("23402f"), colour("fbfdff"), colour("fff6dc")
    clouds = smooth(0.5, 0.78, p.noise(420, 60, 5)) * smooth(330, 120, p.y)
    p.lay(mix(snow, colour("ffffff"), 0.25), clouds * 0.65)
    p.glow(610 + shift, 330, 300, glow, 0.75)
    for nearness, height in ((0.0, 205), (0.4, 240), (0.85, 318)):
        peaks = p.outline([(300, 62), (110, 34), (44, 14), (17, 5), (7, 2.5)], shift * (0.3 + nearness)) * (
            1 - nearness * 0.5
        )
        peaks += height
        peaks -= 70 * np.exp(-(((p.x[0] - 300 - shift * nearness) / 210) ** 2)) * (1 - nearness)
        slopes = p.noise(130, 190, 6, 0.63)
        lit = np.clip((moved(slopes, 7, -9) - slopes) * 5 + 0.45, 0, 1)
        rock = mix(mix(far, near, nearness) * 1.1, mix(far, near, nearness) * 0.6, 1 - lit)
        depth = p.y - peaks[None, :]
        snowy = smooth(30, -12, depth - slopes * 170 + 62 + nearness * 40) * (1 - nearness * 1.1)
        p.lay(mix(rock, snow * (0.62 + 0.38 * lit), snowy), p.below(peaks))
        p.haze(mix(far, glow, 0.35), horizon - 5, 70, 0.42 - nearness * 0.3)
    base = np.full(p.width, horizon - 14, np.float32) + p.outline([(220, 5)])
    p.lay(near * 0.75, p.below(p.spruces(base - 4, 190, (14, 46))))
    p.haze(mix(far, glow, 0.5), horizon, 16, 0.35)
    p.mirror(horizon, near * 0.8, 0.12)
    _jetty(p, 250 + shift * 1.5, horizon)
    return p.develop(0.03 if dusk else 0.0, 0.55)


def _jetty(p: Painting, x: float, horizon: float) -> None:
    outline = [(x - 150, 600), (x + 48, 428), (x + 84, 428), (x + 60, 600)]
    p.shade(p.shapes().polygon([(a + 4, b + 14) for a, b in outline]).mask(7) * 0.55)
    deck = p.shapes().polygon(outline).mask()
    run = 1 / np.maximum(p.y - horizon, 1)
    boards = 0.5 + 0.5 * np.sin(run * 9500)
    grain = p.noise(70, 5, 4)
    wood = mix(colour("4a3b34"), colour("a98d76"), np.clip(grain * 0.9 + smooth(0, 0.3, boards) * 0.4 - 0.25, 0, 1))
    p.lay(wood, deck)
    posts = p.shapes()
    for at, side in ((440, 50), (440, 82), (500, -24), (500, 71)):
        size = (at - horizon) / 14
        posts.box(x + side - size / 2, at - size * 4, x + side + size / 2, at + size * 3)
    p.lay(colour("2a211f"), posts.mask(0.5))


def forest_in_fog(seed: int) -> Image.Image:
    """Trunks behind trunks, and light that comes through the fog."""
    p = Painting(seed)
    p.sky([(0, "c9d6c4"), (0.55, "f1ecd2"), (1, "b9bd9a")])
    p.glow(520, 210, 420, colour("fff3cf"), 0.75)
    fog, dark = colour("d6dcc6"), colour("17201a")
    for depth in range(6):
        near = depth / 5
        trunks, leaves = p.shapes(), p.noise(130 - near * 40, 90, 6, 0.62)
        thickness = 5 + near**2 * 40
        foot = 410 + near * 150
        for x in np.arange(p.random.uniform(-60, 0), 940, 62 + near * 155):
            middle = x + p.random.uniform(-28, 28) * (1 + near)
            lean, half = p.random.uniform(-14, 14), thickness * p.random.uniform(0.35, 0.6)
            trunks.polygon(
                [
                    (middle - half * 1.5, foot + 60),
                    (middle + half * 1.5, foot + 60),
                    (middle + half, foot - 40),
                    (middle + lean + half * 0.62, -10),
                    (middle + lean - half * 0.62, -10),
                    (middle - half, foot - 40),
                ]
            )
            for _branch in range(4):
                start, side = p.random.uniform(60, foot - 130), p.random.choice((-1, 1))
                reach = p.random.uniform(25, 80) * (0.6 + near)
                trunks.line(
                    [
                        (middle + lean * 0.5, start),
                        (middle + side * reach * 0.6, start - reach * 0.22),
                        (middle + side * reach, start - reach * 0.2),
                    ],
                    max(0.8, half * 0.22),
                )
        tone = mix(fog, dark, near**1.25 * 0.9 + 0.1)
        bark = p.noise(9, 60, 3) - 0.5
        softness = 1.6 if near > 0.9 else 1.6 - near * 1.4
        p.lay(tone + (bark * 0.28 * near), trunks.mask(softness))
        crown = smooth(0.53, 0.62, leaves + (150 - p.y) / 900) * smooth(foot * 0.75, 0, p.y)
        p.lay(mix(fog, colour("2c4a25"), near * 0.75 + 0.08), crown * (0.25 + near * 0.5))
        floor = p.below(p.outline([(160, 9), (40, 4), (9, 2)]) + foot - 4)
        growth = p.noise(30 + 50 * near, 12 + 18 * near, 5, 0.65)
        moss = mix(colour("1d2a14"), colour("7f8a42"), smooth(0.3, 0.75, growth))
        p.lay(mix(fog, moss, near * 0.8 + 0.12), floor)
        if near < 1:
            p.haze(colour("efead0"), foot - 20, 130, 0.36)
    p.light(_rays(p, 560, -180) * smooth(620, 100, p.y) * 0.34, colour("fff0c0"))
    return p.develop(0.02, 0.5)


def _rays(p: Painting, x: float, y: float) -> Field:
    """Beams that fan out from a point above the picture."""
    angle = np.arctan2(p.x - x, p.y - y)
    knots = p.random.random(90)
    return smooth(0.5, 1.0, np.interp(angle, np.linspace(-1.6, 1.6, 90), knots))


def aurora(seed: int) -> Image.Image:
    """Green light over a snowy clearing with a cabin."""
    p = Painting(seed)
    horizon = 452
    p.sky([(0, "060b21"), (0.6, "0d2440"), (1, "1d4a58")], horizon)
    stars = p.random.random((p.height, p.width), np.float32)
    p.light(blur((stars > 0.9991), 0.7) * 3.0 * np.clip(stars * 60 - 59, 0.2, 1), colour("e8f0ff"))
    for strength, base, reach in ((0.75, 300, 240), (0.95, 372, 300), (0.5, 235, 170)):
        foot = p.outline([(420, 62), (150, 20), (60, 6)]) + base
        rays = 0.55 + 0.45 * p.outline([(38, 0.6), (13, 0.4), (5, 0.2)])
        wide = np.clip(0.62 + p.outline([(330, 0.6)]), 0, 1)
        above = foot[None, :] - p.y
        curtain = np.exp(-np.maximum(above, 0) / (reach * 0.36)) * smooth(-16, 8, above)
        curtain = curtain * (rays * wide)[None, :] * strength
        high = smooth(0, reach * 0.8, above)
        p.light(blur(curtain, 1.5, 7), mix(colour("4dffa6"), colour("9a5cff"), high))
    hills = p.outline([(360, 34), (120, 12), (30, 2)]) + horizon - 34
    p.lay(colour("16324a"), p.below(hills))
    treeline = p.outline([(300, 8)]) + horizon + 4
    p.lay(colour("0b1a2b"), p.below(p.spruces(treeline, 120, (26, 88))))
    snow = p.below(p.outline([(330, 12), (120, 4)]) + horizon + 14)
    drifts = p.ground_noise(horizon - 90, 1.6, 2.5)
    p.lay(mix(colour("123047"), colour("8fd8c8"), np.clip(drifts * 0.6 + (p.y - horizon) / 900 + 0.04, 0, 1)), snow)
    _cabin(p, 640, horizon + 38)
    rise: Field = 1000 - 420 * np.power(np.abs(p.x[0] / 450 - 1), 0.8)
    p.lay(colour("050d18"), blur(p.below(p.spruces(rise, 44, (90, 270), 4.2)), 0.8))
    return p.develop(-0.02, 0.5, 0.022, 0.4)


def _cabin(p: Painting, x: float, y: float) -> None:
    p.glow(x + 2, y - 4, 110, colour("ffb04a"), 0.55)
    p.lay(colour("1d1512"), p.shapes().box(x - 46, y - 34, x + 46, y + 8).mask())
    logs = p.shapes()
    for row in range(6):
        logs.box(x - 46, y - 33 + row * 7, x + 46, y - 30 + row * 7)
    p.lay(colour("3a2a20"), logs.mask(0.6) * 0.8)
    roof = p.shapes().polygon([(x - 60, y - 30), (x - 34, y - 68), (x + 34, y - 68), (x + 60, y - 30)])
    roof.box(x + 18, y - 84, x + 28, y - 58)
    p.lay(mix(colour("8fc4c0"), colour("dff6ee"), smooth(y - 30, y - 68, p.y)), roof.mask())
    panes = p.shapes().box(x - 32, y - 22, x - 12, y - 4).box(x + 14, y - 22, x + 34, y - 4)
    p.lay(colour("ffd27a"), panes.mask(0.4))
    bars = p.shapes().box(x - 23, y - 22, x - 21, y - 4).box(x + 23, y - 22, x + 25, y - 4)
    p.lay(colour("3a2415"), bars.mask(0.3))
    spill = p.shapes().polygon([(x - 32, y + 8), (x + 34, y + 8), (x + 74, y + 60), (x - 72, y + 60)]).mask(9)
    p.light(spill * smooth(y + 64, y, p.y) * 0.5, colour("ffb95e"))


def desert(seed: int) -> Image.Image:
    """Dunes with sharp crests before a low sun."""
    p = Painting(seed)
    p.sky([(0, "4f86ad"), (0.3, "a9c2c4"), (0.46, "f6d9a4"), (0.6, "ffc27c")])
    p.lay(colour("fff0d8"), smooth(0.5, 0.75, p.noise(500, 36, 5)) * smooth(260, 60, p.y) * 0.5)
    p.glow(668, 205, 250, colour("ffd890"), 0.5)
    p.lay(colour("fffbe8"), p.shapes().disc(668, 205, 27).mask(1.5))
    sand, shadow, air = colour("e8a560"), colour("7a3f2c"), colour("f4c795")
    for depth, (peak, crest, tall) in enumerate(
        ((180, 268, 42), (760, 300, 50), (330, 330, 78), (640, 416, 96), (170, 520, 90))
    ):
        near = depth / 4
        rise = np.exp(-(np.abs((p.x[0] - peak) / (190 + 120 * near)) ** 1.25))
        line = crest + 42 - tall * rise + p.outline([(420, 9), (170, 4)])
        ridge = peak + (p.y - crest) * 0.55 + 46 * np.sin((p.y - crest) / (46 + 40 * near)) * smooth(0, 60, p.y - crest)
        edge = (3 + 4 * near) * (1 if peak < 668 else -1)
        sun = smooth(-edge, edge, p.x - ridge)
        across = p.y - line[None, :] + p.noise(160, 70, 3) * 44
        ripples = np.sin((across + p.x * 0.16) / (1.1 + 1.9 * near) + p.noise(120, 60, 2) * 14)
        face = sun * (0.86 - np.clip((p.y - line[None, :]) / 700, 0, 0.4)) + (1 - sun) * (0.1 + (p.y - crest) / 900)
        tone = face + ripples * (0.035 + 0.05 * near * sun) + (p.noise(240, 60, 3) - 0.5) * 0.16
        paint = mix(shadow, sand, np.clip(tone, 0, 1))
        paint = mix(paint, colour("ffdf9f"), smooth(0.72, 1.1, tone) * 0.55)
        p.lay(mix(air, paint, 0.45 + 0.55 * near), p.below(line))
        p.haze(colour("ffd9a4"), crest + 40, 46, 0.3 * (1 - near))
    return p.develop(0.02, 0.6)
