"""Scenes in the country: balloons over fields, lavender."""

import numpy as np
from PIL import Image

from pictrace.samples.drawing import Painting, colour, mix, moved, smooth


def balloons(seed: int, x: float = 560, y: float = 190, size: float = 1, evening: bool = False) -> Image.Image:
    """Hot-air balloons over a patchwork of fields."""
    p = Painting(seed)
    horizon = 330
    low = "ffcf9a" if evening else "f3ead6"
    p.sky([(0, "5a5c98" if evening else "4b93d2"), (0.6, "e0a09a" if evening else "a9d3ea"), (1, low)], horizon)
    p.lay(colour("fff6e8"), smooth(0.5, 0.75, p.noise(380, 80, 6)) * smooth(horizon, 150, p.y) * 0.6)
    p.glow(180, 290, 300, colour("ffdca0"), 0.6)
    p.lay(mix(colour("8fa3b8"), colour(low), 0.3), p.below(p.outline([(300, 26), (90, 9), (30, 3)]) + horizon - 22))
    _fields(p, horizon)
    p.haze(colour(low), horizon, 20, 0.8)
    p.lay(colour(low), np.exp(-np.abs(p.y - horizon) / 52) * 0.85)
    for bx, by, bs, tints in (
        (x - 330, y + 40, 0.3, ("3a7ca5", "f6e7c8")),
        (x + 215, y - 62, 0.2, ("e0a526", "7a3b69")),
        (x, y, size, ("c8322b", "f5b83d")),
    ):
        _balloon(p, bx, by, bs, tints)
    return p.develop(0.03, 0.5)


def _fields(p: Painting, horizon: float) -> None:
    depth = 260 / np.maximum(p.y - horizon + 8, 4)
    u = (p.x - 430) / 260 * depth * 1.15 + (p.noise(420, 160, 2) - 0.5) * 1.3
    v = depth * 2.1 + (p.noise(500, 240, 2) - 0.5) * 0.7 + u * 0.12
    u = u + (np.floor(v) % 3) * 0.37
    cell = np.abs(np.sin(np.floor(u) * 127.1 + np.floor(v) * 311.7) * 43758.5)
    pick = ((cell - np.floor(cell)) * 8).astype(np.int32) % 8
    tints = np.concatenate(
        [colour(t) for t in ("7f9a48", "d9bd5e", "5d8a46", "b98f56", "a3b35a", "e3cf7c", "496f3b", "93a94e")], axis=2
    )
    rows = 0.5 + 0.5 * np.sin(np.where(pick % 2 == 0, u, v + u * 0.3) * 2 * np.pi * 11)
    calm = smooth(horizon + 40, 560, p.y)
    texture = p.ground_noise(horizon, 0.6) - 0.5
    paint = tints[:, 0, pick] * (0.9 + (rows * 0.16 * calm + texture * 0.55))
    ground = smooth(horizon - 1, horizon + 1, p.y)
    p.lay(paint, ground)
    edge = np.minimum(np.minimum(u % 1, 1 - u % 1) / depth * 2.2, np.minimum(v % 1, 1 - v % 1) / depth**2 * 3.5)
    hedge = smooth(0.055, 0.02, edge + (p.noise(14, 8, 3, 0.7) - 0.5) * 0.09)
    p.shade(moved(hedge, 4, 9) * ground * 0.28)
    p.lay(mix(colour("20381f"), colour("55733a"), p.noise(7, 5, 2)), hedge * ground * 0.9)


def _balloon(p: Painting, x: float, y: float, s: float, tints: tuple[str, str]) -> None:
    radius, foot = 118 * s, y + 178 * s
    down = (p.y - y) / (radius * 1.0)
    taper = np.where(
        down < 0, np.sqrt(np.clip(1 - down**2, 0, 1)), np.clip(np.cos(np.clip(down, 0, 1.5) * 0.88) ** 0.9, 0, 1)
    )
    half = (radius * taper + 0.01) * np.where(down > 1.42, 0, 1)
    across = np.clip((p.x - x) / np.maximum(half, 0.5), -1, 1)
    around = np.arcsin(across)
    gore = np.sin(around * 8)
    bands = smooth(-0.12, 0.12, gore)
    waist = smooth(0.16, 0.15, np.abs(down - 0.36 + 0.06 * np.abs(gore)))
    paint = mix(mix(colour(tints[0]), colour(tints[1]), bands), colour("fbf3e2"), waist * 0.9)
    lit = np.clip(0.5 + 0.62 * np.cos(around + 0.75) - 0.16 * down, 0.2, 1.15) * (0.93 + 0.07 * np.abs(gore) ** 0.5)
    inside = np.clip(half - np.abs(p.x - x) + 0.5, 0, 1) * (down > -1.02)
    basket = p.shapes()
    for side in (-1, 1):
        basket.line([(x + side * 20 * s, y + 160 * s), (x + side * 15 * s, foot + 26 * s)], max(0.7, 1.6 * s))
    basket.box(x - 17 * s, foot + 24 * s, x + 17 * s, foot + 50 * s)
    p.lay(colour("5d3b22"), basket.mask(0.3))
    p.lay(colour("c58f55"), p.shapes().box(x - 19 * s, foot + 22 * s, x + 19 * s, foot + 28 * s).mask(0.3))
    if s > 0.5:
        heads = p.shapes().disc(x - 7 * s, foot + 16 * s, 5 * s).disc(x + 7 * s, foot + 17 * s, 5 * s)
        p.lay(colour("3b2c28"), heads.mask(0.3))
        p.glow(x, foot - 10 * s, 22 * s, colour("ffcf6b"), 0.7)
    p.lay(paint * lit, inside)


def lavender(seed: int) -> Image.Image:
    """Rows that run towards a tree on the hill."""
    p = Painting(seed)
    horizon = 262
    p.sky([(0, "5d7fb8"), (0.5, "c5a9c6"), (0.85, "ffd0a0"), (1, "ffe6b4")], horizon)
    clouds = smooth(0.48, 0.8, p.noise(380, 55, 5)) * smooth(260, 150, p.y)
    p.lay(mix(colour("ffb49a"), colour("fff0dd"), smooth(190, 20, p.y)), clouds * 0.8)
    p.glow(330, 240, 260, colour("ffcf8a"), 0.85)
    p.lay(colour("8d88b0"), p.below(p.outline([(300, 16), (90, 6)]) + 236))
    p.haze(colour("ffd3a4"), 262, 26, 0.6)
    hill = p.outline([(500, 5)]) + horizon
    p.lay(colour("6f7a4c"), p.below(p.outline([(26, 5), (9, 3), (4, 1.5)]) + hill - 9))
    depth = 1 / np.maximum(p.y - (horizon - 16), 1)
    across = (p.x - 395) * depth
    rows = 0.5 + 0.5 * np.cos(across * 13.5 + np.sin(depth * 60) * 0.6)
    tufts = p.ground_noise(horizon - 16, 0.34, 0.75)
    fine = p.noise(9, 7, 3, 0.7)
    crown = smooth(0.22, 0.6, rows + (tufts - 0.5) * 0.75)
    flowers = mix(colour("3a2a63"), colour("b48be0"), np.clip(tufts * 0.75 + fine * 0.55 + rows * 0.3 - 0.42, 0, 1))
    flowers = mix(flowers, colour("ffc4b8"), smooth(0.6, 1, rows) * smooth(560, 270, p.y) * 0.4)
    soil = mix(colour("4b3a33"), colour("8d8558"), np.clip(fine * 1.2 - 0.2, 0, 1))
    p.lay(mix(soil, flowers, crown), p.below(hill))
    p.haze(colour("f6bfae"), horizon + 4, 30, 0.55)
    _tree(p, 640, 276)
    p.lay(colour("cbb39b"), p.shapes().box(196, 238, 236, 264).mask(0.4))
    p.lay(colour("8f4f3c"), p.shapes().polygon([(190, 240), (202, 226), (232, 226), (242, 240)]).mask(0.4))
    p.lay(colour("4c3a35"), p.shapes().box(206, 246, 212, 253).box(222, 246, 228, 264).mask(0.3))
    return p.develop(0.02, 0.6)


def _tree(p: Painting, x: float, y: float) -> None:
    p.shade(p.shapes().disc(x + 70, y + 8, 95, 8).mask(5) * 0.5)
    trunk = p.shapes().polygon([(x - 7, y + 4), (x - 3, y - 50), (x + 4, y - 50), (x + 8, y + 4)])
    for reach, height in ((-36, 92), (30, 98), (-12, 120), (14, 76)):
        trunk.line([(x, y - 40), (x + reach * 0.6, y - height * 0.75), (x + reach, y - height)], 3)
    p.lay(colour("2f211d"), trunk.mask())
    round_crown = p.shapes()
    for _blob in range(26):
        angle, away = p.random.uniform(0, 2 * np.pi), p.random.uniform(0.2, 1) ** 0.5
        round_crown.disc(
            x + np.cos(angle) * 62 * away, y - 104 + np.sin(angle) * 44 * away, p.random.uniform(14, 26), None
        )
    body = smooth(0.35, 0.6, round_crown.mask(5) * (0.62 + (p.noise(16, 13, 4, 0.75) - 0.5) * 1.3))
    light = np.clip(0.95 - (p.x - x + 70) / 190 - (p.y - y + 150) / 260 + (p.noise(14, 10, 3, 0.7) - 0.5) * 1.5, 0, 1)
    p.lay(mix(colour("1c2a1c"), colour("9d9a4c"), light), body)
