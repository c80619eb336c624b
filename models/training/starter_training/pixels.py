"""Decoding pictures to the size that training reads.

Both models see the whole picture squashed to a square: a merchant's photo of a tall vase or of a
pair of trousers loses its ends under a centre crop, and what is cut away cannot be searched.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

MODEL_SIDE = 128
"""Pixels per side that the models take."""
PATCH = 16
"""Pixels per side of one patch of the image towers."""
GRID = MODEL_SIDE // PATCH
STORED_SIDE = 160
"""Pixels per side kept for training, a little larger so that crops stay sharp."""


def open_flat(path: str | Path) -> Image.Image:
    """The picture as RGB, upright by its EXIF orientation, transparency laid on white."""
    with Image.open(path) as opened:
        picture = ImageOps.exif_transpose(opened)
        if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
            picture = picture.convert("RGBA")
            white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
            picture = Image.alpha_composite(white, picture)
        return picture.convert("RGB")


def squash(picture: Image.Image, side: int) -> np.ndarray:
    """`[side, side, 3]` uint8, antialiased bicubic."""
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC), dtype=np.uint8)
