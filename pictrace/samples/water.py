"""Scenes at the water: lighthouse, sailing boat, beach."""

import numpy as np
from PIL import Image

from pictrace.samples.drawing import Colour, Field, Painting, blur, colour, curve_through, mix, moved, smooth


def lighthouse(seed: int, dusk: bool = False, x: float = 600, size: float = 1) -> Image.Image:
    """A red and white tower on a cliff above the surf."""
    p = Painting(seed)
    horizon = 392
    if dusk:
        p.sky([(0, "1d2950"), (0.4, "6b5a8c"), (0.72, "e0877c"), (1, "ffc98f")], horizon)
        deep, shallow, lit = colour("182a4a"), colour("b47f86"), colour("ff9f86")
    else:
        p.sky([(0, "3f86c6"), (0.55, "93c3e2"), (1, "e9f1ea")], horizon)
        deep, shallow, lit = colour("17597e"), colour("8fcbd0"), colour("fff8ea")
    puffs = p.noise(360, 130, 6, 0.55)
    cover = smooth(0.46, 0.66, puffs - np.abs(p.y - 190) / 1100)
    shadow_side = np.clip((moved(puffs, -14, 0) - puffs) * 3 + 0.55, 0, 1)
    p.lay(mix(lit * 0.72, lit, shadow_side), cover * smooth(horizon, 250, p.y) * 0.9)
    p.glow(190, 385, 330, colour("ffb777") if dusk else colour("fff4d6"), 0.8 if dusk else 0.35)
    sea(p, horizon, deep, shallow)
    p.haze(mix(shallow, lit, 0.5), horizon, 9, 0.5)
    _cliff(p, horizon, x, size, dusk)
    _tower(p, x, horizon - 62 * size, size, dusk)
    return p.develop(0.02, 0.6)


def sea(p: Painting, horizon: float, deep: Colour, shallow: Colour) -> Field:
    waves = p.ground_noise(horizon, 0.8, 2.6)
    crests = np.clip((waves - moved(waves, 3, 0)) * 5 + 0.42, 0, 1)
    water = mix(deep, shallow, np.clip(crests * 0.55 + smooth(horizon + 90, horizon, p.y) * 0.5 - 0.05, 0, 1))
    p.lay(water, p.y > horizon)
    foam = smooth(0.66, 0.78, waves) * smooth(horizon + 20, 560, p.y)
    p.lay(mix(shallow, colour("ffffff"), 0.7), foam * 0.7)
    return waves


def _cliff(p: Painting, horizon: float, x: float, size: float, dusk: bool) -> None:
    edge = (p.x[0] - (x - 190 * size)) / (80 * size)
    top = horizon - 62 * size - 6 * np.sin(p.x[0] / 60) + p.outline([(60, 5), (16, 3)])
    drop = np.where(edge < 1, np.maximum(1 - edge, 0) ** 1.7 * 150 * size, 0) * np.clip(edge + 3, 0, 3)
    line = top + np.where(edge < -2, 900, drop) + p.outline([(30, 6), (9, 3)]) * (edge < 1.2)
    foot = horizon + 128 * size + 34 * np.sin(p.x[0] / 130) + p.outline([(50, 12), (14, 5)])
    rock_mask = p.below(line) * (1 - p.below(foot))
    strata = p.noise(170, 22, 6, 0.65)
    cracks = p.noise(26, 110, 5, 0.65)
    light = np.clip((moved(strata + cracks, 0, 3) - strata - cracks) * 3 + 0.55, 0, 1)
    tone = np.clip(strata * 0.6 + light * 0.75 - 0.3 - np.clip((p.y - horizon) / 420, 0, 0.4), 0, 1)
    rock = mix(colour("3a332f"), colour("c9b393"), tone) * (colour("c88f86") if dusk else colour("ffffff"))
    p.shade(blur(rock_mask, 16) * smooth(horizon + 20, horizon + 160, p.y) * 0.6)
    p.lay(rock, rock_mask)
    grass_edge = p.noise(22, 30, 3) * 46 * size
    grass = rock_mask * smooth(20 * size + 4, 4, p.y - line[None, :] - grass_edge) * smooth(0.3, 1, edge[None, :])
    green = mix(colour("3d4a24"), colour("a3ab57"), p.noise(14, 6, 4, 0.7)) * (
        colour("c79a90") if dusk else colour("ffffff")
    )
    p.lay(green, grass)
    surf = np.exp(-(((p.y - foot[None, :]) / (13 * size)) ** 2)) * smooth(0.35, 0.62, p.noise(38, 16, 5, 0.7))
    surf = surf * np.clip(edge + 2.6, 0, 1)[None, :]
    p.lay(colour("f2d3cb") if dusk else colour("ffffff"), blur(surf, 1) * 0.95)


def _tower(p: Painting, x: float, foot: float, size: float, dusk: bool) -> None:
    s = size
    p.shade(
        p.shapes()
        .polygon(
            [(x - 30 * s, foot + 4), (x + 30 * s, foot + 4), (x + 190 * s, foot + 26 * s), (x + 120 * s, foot + 28 * s)]
        )
        .mask(5)
        * 0.35
    )
    house = p.shapes().box(x + 34 * s, foot - 44 * s, x + 128 * s, foot + 8 * s).mask()
    p.lay(mix(colour("f4ece0"), colour("c7b7ac"), smooth(x + 40 * s, x + 128 * s, p.x)), house)
    roof = [
        (x + 26 * s, foot - 42 * s),
        (x + 44 * s, foot - 74 * s),
        (x + 118 * s, foot - 74 * s),
        (x + 136 * s, foot - 42 * s),
    ]
    p.lay(colour("a8432f") * 0.92, p.shapes().polygon(roof).mask())
    holes = (
        p.shapes()
        .box(x + 52 * s, foot - 32 * s, x + 66 * s, foot - 14 * s)
        .box(x + 98 * s, foot - 32 * s, x + 112 * s, foot - 14 * s)
    )
    p.lay(
        colour("ffd27d") if dusk else colour("38495a"),
        holes.box(x + 76 * s, foot - 30 * s, x + 88 * s, foot + 8 * s, 0.8).mask(0.4),
    )
    tall, low, high = 226 * s, 33 * s, 20 * s
    body = (
        p.shapes()
        .polygon([(x - low, foot + 8), (x + low, foot + 8), (x + high, foot - tall), (x - high, foot - tall)])
        .mask()
    )
    up = (foot - p.y) / tall
    half = low + (high - low) * np.clip(up, 0, 1)
    round_light = np.clip(1.02 - ((p.x - x) / half + 0.45) ** 2 * 0.34, 0.25, 1.1)
    bent = up * 5 + 0.02 * ((p.x - x) / half) ** 2
    red = smooth(-0.03, 0.03, np.sin(bent * np.pi) * 0.5)
    paint = mix(colour("f7f1e8"), colour("c2342b"), red) * round_light
    paint = paint * (0.93 + 0.14 * p.noise(12, 40, 4)) * (colour("e6b0a4") if dusk else colour("ffffff"))
    p.lay(paint, body)
    windows = p.shapes()
    for at in (0.3, 0.52, 0.74):
        windows.box(x - 4 * s, foot - tall * at - 9 * s, x + 4 * s, foot - tall * at + 5 * s)
    p.lay(colour("ffd27d") if dusk else colour("2c3640"), windows.mask(0.4))
    top = foot - tall
    dark = p.shapes().box(x - 31 * s, top - 5 * s, x + 31 * s, top + 3 * s)
    for rail in range(-30, 31, 6):
        dark.line([(x + rail * s, top - 20 * s), (x + rail * s, top)], 1.2)
    dark.line([(x - 31 * s, top - 20 * s), (x + 31 * s, top - 20 * s)], 1.8 * s)
    p.lay(colour("2b2a30"), dark.mask())
    p.lay(
        colour("ffedb0") if dusk else colour("bcd6dc"),
        p.shapes().box(x - 14 * s, top - 40 * s, x + 14 * s, top - 5 * s).mask(0.4),
    )
    cap = p.shapes().polygon(
        [(x - 19 * s, top - 39 * s), (x + 19 * s, top - 39 * s), (x + 7 * s, top - 57 * s), (x - 7 * s, top - 57 * s)]
    )
    cap.disc(x, top - 60 * s, 4 * s).line([(x, top - 62 * s), (x, top - 78 * s)], 1.6)
    for bar in (-14, -5, 5, 14):
        cap.line([(x + bar * s, top - 40 * s), (x + bar * s, top - 5 * s)], 1.8 * s)
    p.lay(colour("8f2a24") * (0.75 if dusk else 1), cap.mask())
    if dusk:
        lamp = top - 24 * s
        beams = p.shapes().polygon([(x, lamp - 4), (x, lamp + 4), (-60, lamp + 70), (-60, lamp - 40)])
        beams.polygon([(x, lamp - 4), (x, lamp + 4), (960, lamp + 6), (960, lamp - 62)])
        p.light(beams.mask(6) * np.exp(-np.abs(p.x - x) / 330) * 0.55, colour("ffe6a8"))
        p.glow(x, lamp, 62 * s, colour("ffe9b0"), 1)


def sailing_boat(seed: int, sunset: bool = False, x: float = 400, size: float = 1) -> Image.Image:
    """A boat under full sail, and the sun on the water."""
    p = Painting(seed)
    horizon = 330
    if sunset:
        p.sky([(0, "43325f"), (0.45, "b65a63"), (0.8, "ff9d5c"), (1, "ffd684")], horizon)
        deep, shallow, sun, cloth = colour("2d2a4c"), colour("ff9a62"), colour("ffcf7a"), colour("f3b48d")
    else:
        p.sky([(0, "2f7cc0"), (0.6, "86bfe6"), (1, "dbeaf0")], horizon)
        deep, shallow, sun, cloth = colour("0d4f86"), colour("74bfd6"), colour("fffbe6"), colour("fffaf0")
    p.lay(
        mix(sun, colour("ffffff"), 0.4), smooth(0.5, 0.74, p.noise(420, 70, 6)) * smooth(horizon - 10, 130, p.y) * 0.6
    )
    p.glow(650, 262 if sunset else 40, 260, sun, 0.9 if sunset else 0.5)
    if sunset:
        p.lay(colour("fff3c4"), p.shapes().disc(650, 262, 30).mask(1.2))
    p.lay(mix(shallow, deep, 0.35), p.below(p.outline([(240, 15), (80, 7), (20, 2)]) + horizon - 10) * (p.x < 900))
    waves = sea(p, horizon, deep, shallow * 0.85)
    column = np.exp(-(((p.x - 650) / (40 + (p.y - horizon) * 0.55)) ** 2)) * (p.y > horizon)
    sparkle = smooth(0.55, 0.68, waves + (p.noise(10, 3, 2) - 0.5) * 0.3)
    p.light(column * sparkle * (1.0 if sunset else 0.7), sun)
    _boat(p, x, 420, size, cloth)
    return p.develop(0.02, 0.55)


def _boat(p: Painting, x: float, y: float, s: float, cloth: Colour) -> None:
    mirrored = p.shapes().polygon(
        [
            (x - 96 * s, y),
            (x + 104 * s, y),
            (x + 50 * s, y + 150 * s),
            (x - 10 * s, y + 170 * s),
            (x - 60 * s, y + 90 * s),
        ]
    )
    wobble = smooth(0.38, 0.6, p.noise(60, 7, 3))
    p.lay(cloth * 0.8, mirrored.mask(3) * wobble * 0.4)
    p.shade(p.shapes().disc(x, y + 7 * s, 120 * s, 9 * s).mask(4) * 0.55)
    main = curve_through(
        [(x + 4 * s, y - 292 * s), (x + 60 * s, y - 160 * s), (x + 104 * s, y - 44 * s)]
    ) + curve_through([(x + 104 * s, y - 44 * s), (x + 52 * s, y - 35 * s), (x + 5 * s, y - 40 * s)])
    jib = (
        curve_through([(x - 6 * s, y - 262 * s), (x - 66 * s, y - 130 * s), (x - 112 * s, y - 26 * s)])
        + curve_through([(x - 112 * s, y - 26 * s), (x - 52 * s, y - 46 * s), (x - 16 * s, y - 44 * s)])
        + [(x - 26 * s, y - 140 * s)]
    )
    for sail, side in ((main, 1.0), (jib, -1.0)):
        fold = np.clip(0.86 + 0.2 * np.cos((p.x - x) / (34 * s) * side - (p.y - y) / (150 * s)), 0, 1.06)
        seams = 1 - 0.12 * (np.abs((p.y - y + 0.25 * (p.x - x)) % (34 * s)) < 1.1)
        p.lay(cloth * (fold * seams), p.shapes().polygon(sail).mask())
    rig = (
        p.shapes()
        .line([(x, y - 306 * s), (x, y - 14 * s)], 4 * s)
        .line([(x, y - 38 * s), (x + 112 * s, y - 42 * s)], 4 * s)
    )
    rig.line([(x, y - 300 * s), (x - 118 * s, y - 22 * s)], 1).line([(x, y - 304 * s), (x + 108 * s, y - 16 * s)], 1)
    p.lay(colour("3b2a20"), rig.mask())
    p.lay(colour("c43a34"), p.shapes().polygon([(x, y - 306 * s), (x + 26 * s, y - 300 * s), (x, y - 293 * s)]).mask())
    hull = curve_through([(x - 124 * s, y - 24 * s), (x - 20 * s, y - 15 * s), (x + 112 * s, y - 20 * s)])
    hull += curve_through([(x + 100 * s, y + 6 * s), (x, y + 17 * s), (x - 82 * s, y + 8 * s)])
    body = p.shapes().polygon(hull).mask()
    p.lay(mix(colour("f3efe6"), colour("16324f"), smooth(y - 9 * s, y - 6 * s, p.y)), body)
    p.lay(colour("a8352c"), body * (p.y > y + 5 * s))
    crew = p.shapes().box(x + 30 * s, y - 34 * s, x + 42 * s, y - 16 * s).disc(x + 36 * s, y - 40 * s, 5.5 * s)
    p.lay(colour("d9772f"), crew.mask(0.4))
    foam = (
        np.exp(-(((p.y - y - 12 * s) / (5 * s)) ** 2))
        * smooth(150 * s, 90 * s, np.abs(p.x - x))
        * smooth(0.35, 0.6, p.noise(24, 6, 4, 0.7))
    )
    p.lay(colour("ffffff"), foam * 0.85)


def beach_from_above(seed: int) -> Image.Image:
    """Sunshades on the sand, and surf that comes in aslant."""
    p = Painting(seed)
    across = p.x * 0.93 + p.y * 0.42 + (p.noise(360, 360, 3) - 0.5) * 150
    grains = p.noise(5, 5, 2)
    sand = mix(colour("d9bd8c"), colour("fbe9c6"), np.clip(p.noise(60, 60, 5, 0.6) * 0.8 + grains * 0.5 - 0.15, 0, 1))
    p.lay(sand, np.ones_like(p.y))
    p.lay(colour("a98a60"), smooth(455, 520, across) * 0.75)
    swell = p.noise(170, 170, 6, 0.6)
    sea = mix(colour("7fe0d2"), colour("0f7fa8"), smooth(560, 930, across + (swell - 0.5) * 260))
    sea = mix(sea, colour("0a4f7d"), smooth(820, 1250, across + (swell - 0.5) * 200))
    caustics = smooth(0.06, 0.0, np.abs(p.noise(70, 70, 3) - 0.5)) * smooth(980, 600, across)
    p.lay(mix(sea, colour("e8fff6"), caustics * 0.28), smooth(520, 548, across))
    lace = p.noise(46, 46, 5, 0.72)
    for at, wide, strength in ((530, 20, 1.0), (585, 34, 0.8), (668, 22, 0.75), (785, 14, 0.5)):
        wave = across + (p.noise(230, 230, 3) - 0.5) * 70 - at
        crest = np.where(wave < 0, np.exp(-((wave / 5) ** 2)), np.exp(-((wave / wide) ** 2)) * smooth(0.38, 0.6, lace))
        p.shade(np.exp(-(((wave + 9) / 8) ** 2)) * 0.22 * strength)
        p.lay(colour("ffffff"), crest * strength)
    stripes = (
        ("d9483b", "fff6ea"),
        ("2a7f9e", "fff6ea"),
        ("f2b632", "fff6ea"),
        ("e86f52", "ffe2c4"),
        ("3b9c86", "fff6ea"),
    )
    for number, (x, y) in enumerate(((96, 92), (262, 150), (118, 262), (64, 436), (226, 360))):
        _sunshade(p, x, y, 40 + number % 3 * 5, stripes[number])
    return p.develop(0.02, 0.5, 0.014, 0.15)


def _sunshade(p: Painting, x: float, y: float, radius: float, tints: tuple[str, str]) -> None:
    towel = [(x + 34, y + 30), (x + 62, y + 12), (x + 104, y + 74), (x + 76, y + 92)]
    p.shade(p.shapes().polygon([(a + 3, b + 4) for a, b in towel]).mask(3) * 0.4)
    bands = smooth(-0.2, 0.2, np.sin((p.x * 0.56 + p.y * 0.83) / 3.4))
    p.lay(mix(colour("fbf6ec"), colour(tints[0]), bands * 0.85), p.shapes().polygon(towel).mask())
    p.shade(p.shapes().disc(x + 24, y + 26, radius).mask(5) * 0.5)
    angle = np.arctan2(p.y - y, p.x - x)
    slices = smooth(-0.06, 0.06, np.sin(angle * 5 + 0.6))
    lit = 0.86 + 0.2 * np.cos(angle + 2.3) * np.minimum(np.hypot(p.x - x, p.y - y) / radius, 1)
    lit = lit - 0.1 * smooth(0.93, 1, np.abs(np.cos(angle * 5 + 0.6)))
    p.lay(
        mix(colour(tints[0]), colour(tints[1]), slices) * lit,
        p.shapes().disc(x, y, radius).mask(),
    )
    p.lay(colour("fffaf0"), p.shapes().disc(x, y, 3).mask(0.5))
