"""The same picture once more: cropped, tilted, in other light, softer, with a caption over it.

What differs between a picture and its altered self is what the descriptor learns to overlook.
"""

import cv2
import numpy as np

from pictrace.picture import Pixels
from pictrace.training.textures import Canvas, Random


def altered(pixels: Pixels, random: Random) -> Pixels:
    """Never quite the same twice."""
    canvas = _seen_from_elsewhere(pixels, random)
    canvas = _in_other_light(canvas, random)
    if random.random() < 0.3:
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), random.uniform(0.5, 1.6)), np.float32)
    if random.random() < 0.3:
        canvas += random.normal(0, 0.03, canvas.shape).astype(np.float32)
    if random.random() < 0.3:
        height = int(len(canvas) * random.uniform(0.05, 0.2))
        top = random.integers(0, len(canvas) - height)
        canvas[top : top + height] = random.random(3)
    return np.asarray(np.clip(canvas, 0, 1) * 255, np.uint8)


def _seen_from_elsewhere(pixels: Pixels, random: Random) -> Canvas:
    """Half to all of each side, tilted, a little skewed, stretched or squeezed."""
    full = np.array(pixels.shape[1::-1], np.float64)
    stretch = np.exp(random.normal(0, 0.12))
    kept = full * np.minimum(1, random.uniform(0.5, 1) * np.array([stretch, 1 / stretch]))
    start = random.random(2) * (full - kept)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * kept + start
    angle, middle = np.deg2rad(random.normal(0, 8)), corners.mean(axis=0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = (corners - middle) @ turn + middle + random.normal(0, 0.04, (4, 2)) * full
    width, height = (int(side) for side in np.maximum(1, full * np.minimum(1, [stretch**2, stretch**-2])))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    way = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    seen = cv2.warpPerspective(pixels, way, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(seen / np.float32(255), np.float32)


def _in_other_light(canvas: Canvas, random: Random) -> Canvas:
    """Another gamma, brightness, colour of the light, and saturation."""
    canvas = canvas ** np.float32(np.exp(random.normal(0, 0.25)))
    canvas *= (np.exp(random.normal(0, 0.15)) * np.exp(random.normal(0, 0.08, 3))).astype(np.float32)
    grey = canvas.mean(axis=2, keepdims=True)
    return np.asarray(grey + (canvas - grey) * np.float32(random.uniform(0.5, 1.3)), np.float32)
