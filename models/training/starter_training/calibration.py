"""Score ranges: which cosines mean "unrelated" and which mean "sure".

Taken from held-out pictures. Both are upper quartiles: `unrelated` of the pairs that do not match,
`sure` of those that do. Most wrong answers show as 0 %, a clear right one as 100 %.
"""

from __future__ import annotations

import random

import numpy as np
import torch

from .agreement import Agreement
from .captions import compose
from .measuring import LoadedPack
from .pack import Range
from .records import Record


def calibrate(pack: LoadedPack, records: list[Record]) -> tuple[Range, Range]:
    """Ranges for text against image and for image against image."""
    rng = random.Random(11)
    images = pack.images([r.path for r in records])
    texts = [compose(record, rng) for record in records]
    scores = (images @ pack.texts([t.text for t in texts]).T).numpy()
    true, counts = Agreement(records).compare(np.arange(len(records)), texts)
    text = _range(scores[true & counts], scores[~true & counts])
    labels = np.array([r.key for r in records])
    same = labels[:, None] == labels[None]
    other = ~torch.eye(len(records), dtype=torch.bool).numpy()
    likeness = (images @ images.T).numpy()
    return text, _range(likeness[same & other], likeness[~same])


def _range(matching: np.ndarray, unrelated: np.ndarray) -> Range:
    return Range(float(np.quantile(unrelated, 0.75)), float(np.quantile(matching, 0.75)))
