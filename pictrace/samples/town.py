"""Scenes in the streets: a skyline, a bicycle."""

import numpy as np
from PIL import Image

from pictrace.samples.drawing import Field, Painting, Shapes, blur, colour, curve_through, mix, moved, smooth


def skyline(seed: int, night: bool = True, shift: float = 0) -> Image.Image:
    """Towers with lit windows over a river."""
    p = Painting(seed)
    horizon = 430
    if night:
        p.sky([(0, "070b1f"), (0.6, "1d2c5e"), (1, "86577c")], horizon)
        air, body = colour("5d4c7c"), colour("0b1022")
        stars = p.random.random((p.height, p.width), np.float32)
        p.light(blur((stars > 0.9994), 0.6) * 2 * smooth(300, 60, p.y), colour("dfe6ff"))
    else:
        p.sky([(0, "33518f"), (0.55, "b58aa6"), (0.85, "ffb68a"), (1, "ffdca6")], horizon)
        air, body = colour("c99a9a"), colour("2b2a44")
    p.lay(air * 0.9, smooth(0.5, 0.8, p.noise(420, 60, 5)) * smooth(horizon, 160, p.y) * 0.5)
    p.glow(450, horizon + 10, 420, colour("ff9d6b"), 0.5 if night else 0.55)
    for depth in range(3):
        near = depth / 2
        walls, warm, cool = p.shapes(), p.shapes(), p.shapes()
        x = -30.0 + shift * (0.3 + 0.7 * near)
        while x < 930:
            wide = p.random.uniform(34, 62) + near * 18
            hill = np.exp(-(((x - 470) / 260) ** 2))
            tall = p.random.uniform(50, 120) + hill * p.random.uniform(40, 235) * (1 - near * 0.5) + (1 - near) * 46
            _building(p, walls, warm, cool, x, horizon - tall, wide, horizon, 0.5 if night else 0.24)
            x += wide + p.random.uniform(-6, 12)
        mask = walls.mask()
        face = mix(air, body, 0.35 + near * 0.55) * (0.85 + 0.3 * p.noise(70, 400, 2))
        p.lay(
            mix(face, air * 1.15, smooth(horizon - 160, horizon, p.y) * 0.5),
            mask,
        )
        shine = 0.75 + 0.25 * near
        p.lay(colour("ffcf7d"), warm.mask() * shine)
        p.lay(colour("dcecff"), cool.mask() * shine * 0.8)
        p.haze(air, horizon - 10, 70, 0.22 * (1 - near))
    quay = p.shapes().box(0, horizon - 7, 900, horizon)
    p.lay(mix(body, air, 0.15), quay.mask())
    lamps = p.shapes()
    for lamp in range(14, 900, 47):
        lamps.disc(lamp + shift % 47, horizon - 12, 2.4)
        p.glow(lamp + shift % 47, horizon - 12, 16, colour("ffc277"), 0.55 if night else 0.15)
    p.lay(colour("fff0cc"), lamps.mask())
    p.mirror(horizon, colour("0b1024") if night else colour("5d5374"), 0.16, 1.4)
    for plane in p.pixels:
        plane[horizon + 3 :] = plane[horizon + 3 :] * 0.5 + blur(plane[horizon:], 1.5, 13)[3:] * 0.85
    return p.develop(0.0, 0.5, 0.02, 0.5)


def _building(
    p: Painting, walls: Shapes, warm: Shapes, cool: Shapes, x: float, top: float, wide: float, foot: float, lit: float
) -> None:
    walls.box(x, top, x + wide, foot + 2)
    kind = p.random.integers(4)
    if kind == 0:
        walls.box(x + wide * 0.22, top - 16, x + wide * 0.78, top).box(x + wide * 0.46, top - 58, x + wide * 0.53, top)
    elif kind == 1:
        walls.polygon([(x, top), (x + wide, top), (x + wide, top - wide * 0.4)])
    elif kind == 2:
        walls.box(x + wide * 0.15, top - 10, x + wide * 0.5, top)
    pitch, story = p.random.choice((6.0, 7.0, 8.5)), p.random.choice((8.0, 9.5, 11.0))
    columns, rows = int((wide - 6) / pitch), int((foot - top - 14) / story)
    glowing = p.random.random((max(rows, 0), max(columns, 0))) < lit * p.random.uniform(0.5, 1.4)
    tint = warm if p.random.random() < 0.72 else cool
    for row, column in np.argwhere(glowing):
        left, up = x + 4 + column * pitch, top + 6 + row * story
        tint.box(left, up, left + pitch * 0.56, up + story * 0.5, p.random.uniform(0.35, 1))


def red_bicycle(seed: int) -> Image.Image:
    """A bicycle that leans at an old wall in the afternoon."""
    p = Painting(seed)
    plaster = mix(colour("c98f55"), colour("f2cf94"), np.clip(p.noise(300, 260, 6, 0.62) * 1.3 - 0.15, 0, 1))
    p.lay(plaster, np.ones_like(p.y))
    p.shade(
        smooth(0.02, 0.0, np.abs(p.noise(170, 170, 6, 0.62) - 0.5)) * smooth(0.45, 0.7, p.noise(300, 300, 2)) * 0.35
    )
    _bricks(p)
    _shutters(p, 640, 60)
    ground = 508.0
    p.shade(smooth(ground - 90, ground, p.y) * 0.22)
    slabs = p.ground_noise(330, 0.7, 1)
    stone = mix(colour("6f665e"), colour("b8aa97"), np.clip(slabs, 0, 1))
    p.lay(stone, smooth(ground - 1, ground + 1, p.y))
    joint = np.abs((((p.x - 450) / (p.y - 330) * 1.35) % 1) - 0.5) < 0.018
    rows = np.abs(np.sqrt(np.maximum(p.y - ground, 0)) / 5.2 % 1 - 0.5) < 0.035
    p.shade(blur(((joint | rows) & (p.y > ground)), 0.8) * 0.4)
    frame, thin = _bicycle(p, 410, 420)
    both = np.maximum(frame, thin)
    cast = moved(both, 16, 30)
    p.shade(blur(cast, 2.2) * (p.y < ground + 20) * 0.5, colour("5a2a2a"))
    p.shade(p.shapes().disc(425, 548, 250, 9).mask(6) * 0.5)
    p.lay(colour("26221f"), thin)
    lit = np.clip(0.72 + (moved(frame, -2, 0) - moved(frame, 2, 0)) * 0.7, 0.35, 1.35)
    p.lay(colour("c8241f") * lit, frame)
    _saddle_and_basket(p, 410, 420)
    leaves = smooth(
        0.5, 0.6, (p.noise(42, 42, 4, 0.7) - 0.5) * 0.9 + smooth(420, 60, np.hypot(p.x - 30, (p.y + 20) * 1.25)) * 0.62
    )
    p.shade(blur(moved(leaves, 14, 18), 6) * 0.35)
    p.lay(mix(colour("1f3a1a"), colour("8fae4c"), np.clip(p.noise(13, 13, 3, 0.8) * 1.7 - 0.4, 0, 1)), leaves)
    p.light(smooth(500, -100, np.hypot(p.x - 120, p.y)) * 0.16, colour("ffe0a0"))
    return p.develop(0.03, 0.55)


def _bricks(p: Painting) -> None:
    tall, wide = 19.0, 46.0
    row = np.floor(p.y / tall)
    along = (p.x + (row % 2) * wide / 2) / wide
    edge = np.minimum(
        np.minimum(along % 1, 1 - along % 1) * wide, np.minimum(p.y / tall % 1, 1 - p.y / tall % 1) * tall
    )
    tone = np.sin(np.floor(along) * 12.9898 + row * 78.233) * 43758.5453
    tone = (tone - np.floor(tone)) * 0.5 + p.noise(20, 14, 4, 0.7) * 0.6
    brick = mix(colour("6e3a2a"), colour("b5684a"), np.clip(tone, 0, 1))
    brick = mix(colour("a4927c"), brick, smooth(1.0, 2.4, edge))
    where = np.maximum(
        smooth(170, 60, np.hypot(p.x - 470, p.y - 40)), smooth(150, 40, np.hypot((p.x - 80) * 0.7, p.y - 470))
    )
    bare = smooth(0.52, 0.56, where * 0.5 + (p.noise(90, 90, 6, 0.6) - 0.5) * 0.9 + 0.2)
    p.shade(np.maximum(blur(bare, 4) - bare, 0) * 0.9)
    p.lay(brick, bare)


def _shutters(p: Painting, x: float, y: float) -> None:
    p.lay(colour("dccbb0"), p.shapes().box(x - 12, y - 12, x + 172, y + 236).mask(0.8))
    p.lay(
        mix(colour("1c2a33"), colour("4b6675"), smooth(y + 220, y, p.y + p.x * 0.4)),
        p.shapes().box(x + 50, y, x + 110, y + 220).mask(),
    )
    panels = p.shapes().box(x, y, x + 62, y + 220).box(x + 98, y, x + 160, y + 220).mask()
    slats = smooth(0.0, 0.5, ((p.y - y) / 11) % 1)
    p.lay(mix(colour("24565c"), colour("5f9c9a"), slats * 0.75 + p.noise(10, 60, 3) * 0.3), panels)
    frames = p.shapes()
    for left in (x, x + 98):
        for bar in (0, 106, 212):
            frames.box(left, y + bar, left + 62, y + bar + 9)
        frames.box(left, y, left + 7, y + 220).box(left + 55, y, left + 62, y + 220)
    p.lay(colour("4a8a8a"), frames.mask())
    p.shade(p.shapes().box(x - 14, y + 246, x + 190, y + 266).mask(7) * 0.4)
    p.lay(colour("cdbb9f"), p.shapes().box(x - 20, y + 232, x + 180, y + 248).mask(0.6))


def _bicycle(p: Painting, x: float, y: float) -> tuple[Field, Field]:
    """Its painted frame, and everything thin and dark."""
    back, front, radius = (x - 150.0, y + 32.0), (x + 160.0, y + 32.0), 96.0
    crank, seat, head = (x - 22.0, y + 40.0), (x - 62.0, y - 92.0), (x + 104.0, y - 96.0)
    frame, thin = p.shapes(), p.shapes()
    for start, end in ((crank, seat), (crank, (head[0] + 5, head[1] + 18)), (seat, head), (crank, back), (back, seat)):
        frame.line([start, end], 8 if end != back else 5)
    frame.line(curve_through([(head[0] - 4, head[1] - 12), (x + 124, y - 30), (x + 136, y), front]), 7)
    for wheel in (back, front):
        thin.ring(*wheel, radius, 6.5).disc(*wheel, 6)
        frame.line(
            [
                (wheel[0] + (radius + 7) * np.cos(a), wheel[1] + (radius + 7) * np.sin(a))
                for a in np.linspace(np.pi * 1.02, np.pi * 1.72, 20)
            ],
            4,
        )
        for spoke in range(18):
            angle = spoke * np.pi / 9
            thin.line(
                [
                    (wheel[0] + 5 * np.cos(angle + 1), wheel[1] + 5 * np.sin(angle + 1)),
                    (wheel[0] + radius * np.cos(angle), wheel[1] + radius * np.sin(angle)),
                ],
                0.9,
                0.75,
            )
    thin.ring(*crank, 20, 4).line([back, (crank[0], crank[1] - 19)], 1.5).line(
        [(back[0], back[1] + 8), (crank[0], crank[1] + 19)], 1.5
    )
    thin.line([crank, (crank[0] + 26, crank[1] + 26)], 4).box(
        crank[0] + 14, crank[1] + 24, crank[0] + 40, crank[1] + 30
    )
    thin.line([seat, (seat[0] - 7, seat[1] - 26)], 5)
    thin.line(
        curve_through(
            [
                (head[0] - 2, head[1] - 10),
                (head[0] - 10, head[1] - 46),
                (head[0] + 8, head[1] - 60),
                (head[0] - 34, head[1] - 66),
            ]
        ),
        5,
    )
    return frame.mask(), thin.mask()


def _saddle_and_basket(p: Painting, x: float, y: float) -> None:
    saddle = curve_through(
        [
            (x - 104, y - 128),
            (x - 92, y - 112),
            (x - 62, y - 116),
            (x - 30, y - 119),
            (x - 34, y - 126),
            (x - 70, y - 127),
        ],
        closed=True,
    )
    p.lay(
        mix(colour("a5683a"), colour("4a2a18"), smooth(y - 128, y - 112, p.y)),
        p.shapes().polygon(saddle).mask(),
    )
    grip = p.shapes().line([(x + 92, y - 161), (x + 64, y - 163)], 8)
    p.lay(colour("5a331d"), grip.mask())
    basket = p.shapes().polygon([(x + 122, y - 140), (x + 216, y - 140), (x + 202, y - 72), (x + 134, y - 72)]).mask()
    weave = np.sin(p.x / 3.2) * np.sign(np.sin(p.y / 5.5 * np.pi)) * 0.5 + 0.5
    p.lay(
        mix(
            colour("6e4726"),
            colour("d9ab6c"),
            (weave * 0.7 + 0.15 * np.sin(p.y / 1.75) + 0.1).clip(0, 1),
        ),
        basket,
    )
    flowers = p.random.normal((x + 170, y - 152), (28, 9), (46, 2))
    for tint in ("2f5a2a", "fff4e2", "f2b632", "d9556b"):
        patch = p.shapes()
        for fx, fy in p.random.permutation(flowers)[: 46 if tint == "2f5a2a" else 15]:
            patch.disc(fx, fy + (6 if tint == "2f5a2a" else -3), 8 if tint == "2f5a2a" else 5)
        p.lay(colour(tint), patch.mask(0.5))
