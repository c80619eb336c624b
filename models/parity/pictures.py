"""Test pictures, drawn here so that nothing comes from elsewhere: sizes and contents that preprocessing can get wrong."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def _mug(width: int, height: int, seed: int) -> Image.Image:
    """A mug-like shape before a soft gradient with fine noise: smooth areas, edges and texture."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([200 - 90 * y / height, 150 + 80 * x / width, 120 + 60 * y / height], axis=-1)
    noisy = np.clip(base + rng.normal(0, 6, base.shape), 0, 255).astype(np.uint8)
    picture = Image.fromarray(noisy, "RGB")
    draw = ImageDraw.Draw(picture)
    draw.rectangle([width * 0.3, height * 0.25, width * 0.65, height * 0.8], fill=(180, 30, 40))
    draw.ellipse([width * 0.55, height * 0.35, width * 0.8, height * 0.65], outline=(180, 30, 40), width=4)
    draw.line([0, 0, width, height], fill=(250, 250, 240), width=1)
    return picture


def _checks(width: int, height: int, cell: int) -> Image.Image:
    """A pattern that shows aliasing at once."""
    y, x = np.mgrid[0:height, 0:width]
    dark = ((x // cell) + (y // cell)) % 2 == 0
    return Image.fromarray(np.where(dark[..., None], (20, 60, 30), (240, 230, 60)).astype(np.uint8), "RGB")


def draw_pictures(folder: Path) -> dict[str, Image.Image]:
    """Writes the pictures as PNG and returns them by name."""
    pictures = {
        "landscape": _mug(121, 80, 1),
        # Not twice as high as wide: from there on Pillow 13 resizes downwards first, unlike every version
        # that the checkpoints were trained with, which shows at sharp edges.
        "portrait": _mug(67, 125, 2),
        "square": _mug(64, 64, 3),
        "checks": _checks(90, 60, 1),
        "thin": _checks(3, 400, 7),
        "flat": _checks(500, 2, 5),
        "small": _mug(9, 7, 4),
        "dot": Image.new("RGB", (1, 1), (200, 100, 50)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png", optimize=True)
    return pictures
