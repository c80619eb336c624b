"""Score ranges: which cosines mean "unrelated" and which mean "sure".

Taken from held-out pictures. Vitrine says "nothing matches well" where no answer's relevance reaches
`GOOD`. That line is laid where it best parts two kinds of searches over the held-out pictures, one a
label: the best score with the label's own pictures there, and the best score without them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .measuring import LoadedPack
from .pack import Range
from .records import Record
from .words import name_owners, thing

GOOD = 0.5
"""The relevance from which Vitrine calls an answer good: `crates/catalog/src/search`."""


@dataclass(frozen=True)
class Line:
    """The cosine that parts searches that have an answer from those that have none."""

    cosine: float
    kept: float
    """Share of searches with an answer whose best score is above."""
    refused: float
    """Share of searches without one whose best score is below."""


def calibrate(pack: LoadedPack, records: list[Record]) -> tuple[Range, Range, Line]:
    """Ranges for text against image and for image against image, and the line of the first."""
    images = pack.images([r.path for r in records])
    names, right = searches(records)
    scores = (pack.texts(names) @ images.T).numpy()
    line = part(*best_scores(scores, right))
    sure = max(float(np.quantile(scores[right], 0.75)), line.cosine + 0.05)
    text = Range((line.cosine - GOOD * sure) / (1.0 - GOOD), sure)

    labels = np.array([r.key for r in records])
    same = labels[:, None] == labels[None]
    other = ~torch.eye(len(records), dtype=torch.bool).numpy()
    likeness = (images @ images.T).numpy()
    image = Range(
        float(np.quantile(likeness[~same], 0.75)), float(np.quantile(likeness[same & other], 0.75))
    )
    return text, image, line


def searches(records: list[Record]) -> tuple[list[str], np.ndarray]:
    """What people call the labels, and `[n_names, n_records]`: which pictures are right answers."""
    owners = name_owners(records)
    names = sorted({thing(r).names[0] for r in records})
    concepts = [{thing(r).concept, *thing(r).wide} for r in records]
    right = np.array([[bool(owners[name] & shown) for shown in concepts] for name in names])
    return names, right


def best_scores(scores: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each search `[n_names, n_records]`: its best score with its pictures there, and without."""
    pairs = list(zip(scores, right, strict=True))
    return (
        np.array([row[truth].max() for row, truth in pairs]),
        np.array([row[~truth].max() for row, truth in pairs]),
    )


def part(present: np.ndarray, absent: np.ndarray) -> Line:
    """The cosine with the best mean of the two shares."""
    candidates = np.unique(np.concatenate([present, absent]))
    kept = (present[None] >= candidates[:, None]).mean(1)
    refused = (absent[None] < candidates[:, None]).mean(1)
    best = int(np.argmax(kept + refused))
    return Line(float(candidates[best]), float(kept[best]), float(refused[best]))
