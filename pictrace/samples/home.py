"""Scenes in a room: a cat in the window, a bowl of fruit."""

import numpy as np
from PIL import Image

from pictrace.samples.drawing import Painting, blur, colour, curve_through, mix, smooth


def cat_in_window(seed: int) -> Image.Image:
    """A cat that looks out into the evening garden."""
    p = Painting(seed)
    p.sky([(0, "e9a35c"), (0.45, "f6cf8c"), (0.7, "9aa56a"), (1, "4c6a45")])
    p.lay(
        mix(colour("5a7a3c"), colour("f4d48a"), p.noise(120, 110, 4)),
        smooth(0.42, 0.6, p.noise(240, 200, 4) + (p.y - 300) / 900),
    )
    for tint in ("ffe9a8", "ffc46b", "fff6d8", "c9dd83", "fff0c0"):
        lights = p.shapes()
        for _light in range(8):
            x, y, radius = p.random.uniform(90, 810), p.random.uniform(30, 470), p.random.uniform(9, 34)
            lights.disc(x, y, radius, value=p.random.uniform(0.08, 0.36))
        p.light(lights.mask(1.4), colour(tint))
    room = p.shapes().box(0, 0, 900, 600).box(110, 36, 790, 500, 0).mask()
    wall = mix(colour("33241f"), colour("5d4034"), p.noise(200, 200, 5))
    p.lay(wall * (0.75 + 0.3 * smooth(560, 200, np.hypot(p.x - 450, p.y - 300))), room)
    wood = (
        p.shapes()
        .box(96, 22, 804, 46)
        .box(96, 22, 120, 510)
        .box(780, 22, 804, 510)
        .box(440, 40, 460, 506)
        .box(116, 196, 786, 208)
    )
    p.lay(mix(colour("cbb79d"), colour("7c6250"), smooth(0.3, 0.8, p.noise(30, 200, 4)) * 0.6), wood.mask(0.5) * 0.96)
    sill = p.shapes().polygon([(70, 500), (830, 500), (860, 548), (40, 548)]).mask()
    p.lay(mix(colour("f0d9b4"), colour("8c6c50"), smooth(498, 552, p.y) * 0.8 + p.noise(200, 6, 4) * 0.25), sill)
    p.lay(colour("3d2a22"), p.shapes().box(40, 548, 860, 562).mask(0.5))
    _cat(p, 560, 506)
    _plant(p, 255, 506)
    drape = curve_through([(0, -5), (185, -5), (174, 250), (120, 600), (0, 600)])
    for outline, flip in ((drape, 1), ([(900 - x, y) for x, y in drape], -1)):
        folds = 0.5 + 0.5 * np.sin(p.x / 13 + np.sin(p.y / 140) * 1.2 * flip)
        lit = folds * (0.35 + 0.5 * smooth(620, 60, p.y))
        p.lay(mix(colour("8e5a44"), colour("ffd9a6"), lit), p.shapes().polygon(outline).mask(1) * 0.9)
    return p.develop(0.03, 0.5, 0.02, 0.3)


def _cat(p: Painting, x: float, y: float) -> None:
    right = [
        (x + 12, y - 214),
        (x + 40, y - 202),
        (x + 46, y - 170),
        (x + 34, y - 142),
        (x + 60, y - 104),
        (x + 76, y - 52),
        (x + 70, y - 4),
    ]
    left = [
        (x - 66, y - 4),
        (x - 70, y - 60),
        (x - 50, y - 110),
        (x - 30, y - 142),
        (x - 42, y - 170),
        (x - 36, y - 202),
        (x - 12, y - 214),
    ]
    outline = p.shapes().polygon(curve_through([*right, (x, y + 3), *left], closed=True))
    outline.polygon([(x - 40, y - 190), (x - 43, y - 244), (x - 6, y - 211)]).polygon(
        [(x + 40, y - 190), (x + 44, y - 244), (x + 6, y - 211)]
    )
    tail = curve_through([(x + 52, y - 16), (x + 110, y - 10), (x + 150, y + 4), (x + 168, y + 34), (x + 148, y + 62)])
    outline.line(tail, 17).disc(x + 148, y + 62, 8)
    body = outline.mask()
    p.shade(p.shapes().disc(x, y + 14, 120, 16).mask(8) * 0.6)
    fur = smooth(0.44, 0.56, blur(body, 1.6) + (p.noise(5, 9, 2) - 0.5) * 0.3)
    p.lay(mix(colour("15100f"), colour("40302a"), p.noise(12, 26, 4, 0.7)), fur)
    p.light(np.clip(fur - blur(fur, 4), 0, 1) * smooth(y + 40, y - 160, p.y) * 1.3, colour("ffc37a"))


def _plant(p: Painting, x: float, y: float) -> None:
    p.shade(p.shapes().disc(x + 8, y + 12, 70, 12).mask(7) * 0.5)
    for number, angle in enumerate(np.linspace(-1.25, 1.25, 15)):
        reach = 150 + 26 * np.sin(number * 2.3)
        tip = (x + np.sin(angle) * reach, y - 84 - np.cos(angle) * reach * 0.8 + abs(angle) * 26)
        bend = (x + np.sin(angle) * reach * 0.4, y - 84 - reach * 0.52)
        side = curve_through([(x - 4, y - 80), (bend[0] - 9, bend[1]), tip])
        leaf = side + curve_through([tip, (bend[0] + 9, bend[1] + 4), (x + 4, y - 80)])
        tone = mix(colour("20351c"), colour("86a04a"), 0.35 + 0.35 * np.cos(number * 1.9))
        p.lay(tone, p.shapes().polygon(leaf).mask() * 0.96)
    pot = (
        p.shapes()
        .polygon([(x - 44, y - 78), (x + 44, y - 78), (x + 33, y + 6), (x - 33, y + 6)])
        .box(x - 50, y - 88, x + 50, y - 68)
        .mask()
    )
    p.lay(
        mix(colour("c0623c"), colour("4f2418"), smooth(x - 40, x + 56, p.x) * 0.8 + p.noise(30, 20, 3) * 0.2),
        pot,
    )


def fruit_bowl(seed: int) -> Image.Image:
    """Oranges, apples and a lemon in a blue bowl, light from the window."""
    p = Painting(seed)
    wall = mix(colour("75695d"), colour("d8cbb5"), smooth(820, 60, np.hypot(p.x - 120, p.y - 80)))
    p.lay(mix(wall, wall * 0.9, p.noise(300, 300, 4)), np.ones_like(p.y))
    panes = p.shapes()
    for left in (60, 190):
        for top in (30, 150):
            panes.polygon([(left, top), (left + 110, top + 26), (left + 110, top + 126), (left, top + 100)])
    p.light(panes.mask(9) * 0.36, colour("fff0cf"))
    x, table = 450, 372
    grain = p.noise(330, 7, 5, 0.65) * 0.65 + p.noise(900, 46, 3) * 0.5
    wood = mix(colour("5a3620"), colour("c08a55"), np.clip(grain * 1.3 - 0.3, 0, 1))
    wood = wood * (0.62 + 0.62 * smooth(900, 100, np.hypot(p.x - 160, (p.y - 420) * 1.4)))
    p.lay(wood, smooth(table - 5, table + 5, p.y))
    p.shade(np.exp(-(((p.y - table) / 16) ** 2)) * 0.3)
    p.shade(p.shapes().disc(x + 110, 508, 300, 40).mask(20) * 0.62)
    p.lay(
        mix(colour("1f4a6b"), colour("0f2a40"), smooth(x - 220, x + 240, p.x)),
        p.shapes().disc(x, 330, 236, 52).mask(),
    )
    fruits = (
        ("e9902a", -118, 268, 72, 3),
        ("b8262b", 30, 238, 76, 12),
        ("8fae3a", 150, 282, 68, 11),
        ("e88a22", 76, 300, 66, 3),
        ("f0cf3f", -28, 310, 60, 4),
        ("a81f2b", -150, 320, 58, 12),
    )
    for tint, dx, fy, radius, spots in fruits:
        _fruit(p, x + dx, fy, radius, tint, spots)
    _bowl(p, x, 330)
    _fruit(p, x + 300, 492, 58, "e8872a", 3, shadow=True)
    _fruit(p, x - 300, 508, 46, "f0cf3f", 4, shadow=True)
    return p.develop(0.04, 0.5)


def _fruit(p: Painting, x: float, y: float, radius: float, tint: str, spots: int, shadow: bool = False) -> None:
    if shadow:
        p.shade(p.shapes().disc(x + radius * 0.6, y + radius * 0.86, radius * 1.35, radius * 0.24).mask(8) * 0.65)
    u, v = (p.x - x) / radius, (p.y - y) / (radius * 0.95)
    inside = u * u + v * v
    z = np.sqrt(np.clip(1 - inside, 0, 1))
    rough = (p.noise(spots, spots, 2) - 0.5) * 0.14 + (p.noise(60, 70, 2) - 0.5) * 0.12
    light = np.clip(-0.55 * u - 0.58 * v + 0.6 * z, 0, 1)
    skin = colour(tint) * (0.2 + 0.95 * light + rough + 0.1 * smooth(0.3, 1, v))
    if spots > 10:
        streaks = smooth(0.45, 0.8, p.noise(8, 44, 3)) * smooth(-0.1, -0.9, v)
        skin = mix(skin, colour("e8c15a") * (0.3 + 0.9 * light), streaks * 0.55)
    mask = np.clip((1 - np.sqrt(inside)) * radius + 0.5, 0, 1)
    p.shade(blur(mask, 7) * 0.45)
    p.lay(skin, mask)
    shine = np.exp(-((u + 0.42) ** 2 + (v + 0.45) ** 2) * 26) * (0.75 if spots > 10 else 0.4)
    p.light(shine * mask, colour("fff6e6"))
    if spots > 10:
        stem = curve_through([(x + 2, y - radius * 0.78), (x + 5, y - radius * 0.98), (x + 14, y - radius * 1.18)])
        p.lay(colour("4b3220"), p.shapes().line(stem, 3.4).mask())


def _bowl(p: Painting, x: float, y: float) -> None:
    side = curve_through(
        [
            (x - 236, y),
            (x - 214, y + 74),
            (x - 140, y + 142),
            (x - 70, y + 166),
            (x + 70, y + 166),
            (x + 140, y + 142),
            (x + 214, y + 74),
            (x + 236, y),
        ]
    )
    rim = [(x + 236 * np.cos(a), y + 52 * np.sin(a)) for a in np.linspace(0, np.pi, 60)]
    foot = [(x + 78 * np.cos(a), y + 163 + 17 * np.sin(a)) for a in np.linspace(0, np.pi, 30)]
    body = p.shapes().polygon(side + rim).polygon(foot).mask()
    around = np.clip((p.x - x) / 236, -1, 1)
    light = np.clip(0.92 - 0.85 * np.abs(around + 0.42) ** 1.5 - (p.y - y - 60) / 420, 0.06, 1)
    bend = (p.y - y - 52 * np.sqrt(1 - around**2)) / 110
    stripe = smooth(0.045, 0.02, np.abs(bend - 0.3)) + smooth(0.02, 0.008, np.abs(bend - 0.42))
    glaze = mix(colour("2f6f9a"), colour("f1ead8"), np.clip(stripe, 0, 1))
    p.lay(glaze * (0.2 + light + (p.noise(40, 30, 4) - 0.5) * 0.12), body)
    p.light(
        np.exp(-(((p.x - x + 118) / 26) ** 2 + ((p.y - y - 84) / 34) ** 2)) * 0.5 * body,
        colour("ffffff"),
    )
    edge = [(x + 236 * np.cos(a), y + 52 * np.sin(a)) for a in np.linspace(-0.03, np.pi + 0.03, 60)]
    p.lay(
        mix(colour("e9f3f7"), colour("4f8db0"), smooth(x - 200, x + 230, p.x)),
        p.shapes().line(edge, 6).mask(),
    )
