"""Measuring the colour of the thing in a photograph, and of a plain backdrop.

Colours are compared in OKLab (Björn Ottosson, "A perceptual color space for image processing",
2020). A measurement that is not clear is no measurement: `None`.
"""

from __future__ import annotations

import numpy as np

REFERENCE_SRGB: dict[str, list[tuple[int, int, int]]] = {
    "black": [(18, 18, 20), (40, 40, 43), (50, 48, 48)],
    "white": [(250, 250, 248), (228, 227, 225), (232, 228, 220), (222, 226, 232)],
    "grey": [(128, 128, 130), (165, 165, 167), (95, 96, 98), (185, 185, 186), (72, 73, 76)],
    "red": [(190, 28, 35), (160, 35, 42), (215, 60, 55), (225, 40, 50)],
    "orange": [(235, 125, 35), (215, 105, 40), (240, 110, 60)],
    "yellow": [(240, 205, 50), (220, 190, 70), (240, 220, 120)],
    "green": [(50, 130, 60), (95, 150, 75), (40, 85, 55), (120, 160, 130), (60, 80, 68), (35, 60, 48)],
    "olive": [(98, 100, 55), (120, 118, 75), (85, 86, 62)],
    "turquoise": [(50, 165, 165), (30, 125, 130), (120, 190, 185), (35, 95, 105)],
    "blue": [(40, 85, 175), (70, 115, 185), (75, 105, 150), (98, 116, 146), (70, 85, 110), (30, 60, 130)],
    "light blue": [(150, 190, 225), (170, 200, 220), (165, 185, 210), (130, 165, 205)],
    "navy": [(28, 36, 66), (38, 46, 78), (40, 45, 60)],
    "purple": [(105, 55, 140), (130, 90, 155), (150, 130, 170), (80, 60, 95)],
    "pink": [(235, 140, 165), (225, 170, 180), (220, 80, 130), (235, 195, 200)],
    "brown": [(105, 68, 45), (130, 88, 60), (75, 50, 40), (125, 105, 90), (150, 115, 85)],
    "beige": [(214, 196, 165), (190, 170, 140), (200, 185, 168), (175, 158, 138)],
    "burgundy": [(100, 28, 45), (85, 30, 42), (120, 35, 55)],
}
"""Shades that merchants call by each name, chosen by eye for this project."""

ALSO = {
    "navy": ["blue"],
    "light blue": ["blue"],
    "burgundy": ["red"],
    "olive": ["green"],
    "turquoise": ["blue", "green"],
    "beige": ["brown", "white"],
}
"""Wider names that are true as well, so that a search for them is no miss."""


def to_oklab(srgb: np.ndarray) -> np.ndarray:
    """`[..., 3]` uint8 sRGB to OKLab; lightness 0 to 1."""
    value = np.asarray(srgb, dtype=np.float32) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        dtype=np.float32,
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ],
        dtype=np.float32,
    )
    return np.cbrt(linear @ to_cones.T) @ to_lab.T


_NAMES = [name for name, shades in REFERENCE_SRGB.items() for _ in shades]
_SHADES = to_oklab(np.array([s for shades in REFERENCE_SRGB.values() for s in shades]))
# Lightness differs with the lamp, hue does not: it counts for less.
_WEIGHT = np.array([0.6, 2.2, 2.2], dtype=np.float32)


def expose(pixels: np.ndarray) -> np.ndarray:
    """A dim photograph brightened so that its brightest parts are near white."""
    bright = float(np.percentile(pixels.max(axis=2), 97)) / 255.0
    gain = min(1.5, max(1.0, 0.95 / max(bright, 0.05)))
    return np.clip(pixels.astype(np.float32) * gain, 0, 255)


def name_colours(lab: np.ndarray) -> list[str]:
    """The nearest colour name of each row of `lab` (`[n, 3]`)."""
    distance = np.linalg.norm((lab[:, None] - _SHADES[None]) * _WEIGHT, axis=2)
    return [_NAMES[i] for i in distance.argmin(1)]


def measure(pixels: np.ndarray) -> tuple[str | None, str | None]:
    """Colour of the thing and of the backdrop of a square uint8 picture.

    The thing is what lies in the middle and differs from the border. A colour is named when more
    than half of it carries that name; a backdrop when four fifths of the border do.
    """
    small = expose(pixels[::4, ::4])
    side = small.shape[0]
    lab = to_oklab(small)
    rim = np.zeros((side, side), dtype=bool)
    width = max(2, side // 14)
    rim[:width], rim[-width:], rim[:, :width], rim[:, -width:] = True, True, True, True
    border = lab[rim]
    centre = np.zeros((side, side), dtype=bool)
    low, high = side // 5, side - side // 5
    centre[low:high, low:high] = True
    backdrop_lab = np.median(border, axis=0)
    spread = np.linalg.norm((border - backdrop_lab) * _WEIGHT, axis=1)
    plain = float((spread < 0.12).mean())
    thing = lab[centre]
    if plain > 0.6:
        differs = np.linalg.norm((thing - backdrop_lab) * _WEIGHT, axis=1) > 0.13
        if differs.mean() > 0.12:
            thing = thing[differs]
    names = name_colours(thing)
    values, counts = np.unique(names, return_counts=True)
    share = counts.max() / counts.sum()
    colour = str(values[counts.argmax()]) if share > 0.5 else None
    backdrop = None
    if plain > 0.8:
        name = name_colours(backdrop_lab[None])[0]
        bright = backdrop_lab[0]
        if (name == "white" and bright > 0.94) or (name == "black" and bright < 0.25):
            backdrop = name
    return colour, backdrop
